//! Examples under the help of each command.

pub(crate) const TOOL: &str = "\
Examples:
  privatus demo                                   the whole road on a bundled history
  privatus init                                   create a vault; write down the recovery code
  privatus import telegram export/result.json     take a Telegram Desktop export in
  privatus import legacy ~/.privatus-chat         rescue the Python application's database
  privatus chats                                  conversations, newest first
  privatus show Alice --limit 20                  the newest messages of a chat
  privatus export history.jsonl                   everything out again, as plain JSON Lines

What opens a vault, the first that is given: --password-file, PRIVATUS_PASSWORD,
PRIVATUS_RECOVERY_CODE, a prompt without echo.";

pub(crate) const INIT: &str = "\
Examples:
  privatus init
  privatus --vault ~/vault --password-file password.txt init";

pub(crate) const DEMO: &str = "\
Example:
  privatus demo";

pub(crate) const IMPORT: &str = "\
Examples:
  privatus import telegram result.json --me \"Alice Liddell\"
  privatus import telegram result.json --chat \"Tea party\"
  privatus import legacy ~/.privatus-chat --timezone Europe/Berlin
  privatus import privatus history.jsonl";

pub(crate) const CHATS: &str = "\
Examples:
  privatus chats
  privatus --json chats --limit 10";

pub(crate) const SHOW: &str = "\
Examples:
  privatus show Alice --limit 20
  privatus show 2e74b8ad --ids
  privatus show 2e74b8ad --around 019a6b0e-2f70-7ba6-8a12-f465f761f539";

pub(crate) const SEND: &str = "\
Examples:
  privatus send Alice 'See you at six'
  privatus send Alice Yes --reply-to 019a6b0e-2f70-7ba6-8a12-f465f761f539
  privatus send Alice -- '-5 degrees here'";

pub(crate) const MARK_READ: &str = "\
Examples:
  privatus mark-read Alice
  privatus mark-read Alice --up-to 019a6b0e-2f70-7ba6-8a12-f465f761f539";

pub(crate) const CONTACTS: &str = "\
Examples:
  privatus contacts list
  privatus contacts add Alice --public-key q83vASNFZ4k=";

pub(crate) const CONTACTS_LIST: &str = "\
Example:
  privatus contacts list";

pub(crate) const CONTACTS_ADD: &str = "\
Examples:
  privatus contacts add Alice
  privatus contacts add Alice --public-key q83vASNFZ4k=";

pub(crate) const CONTACTS_RENAME: &str = "\
Example:
  privatus contacts rename Alice 'Alice Liddell'";

pub(crate) const CONTACTS_VERIFY: &str = "\
Example:
  privatus contacts verify Alice";

pub(crate) const CONTACTS_REMOVE: &str = "\
Example:
  privatus contacts remove Alice";

pub(crate) const SETTINGS: &str = "\
Examples:
  privatus settings set theme dark
  privatus settings get theme";

pub(crate) const SETTINGS_LIST: &str = "\
Example:
  privatus settings list";

pub(crate) const SETTINGS_GET: &str = "\
Example:
  privatus settings get theme";

pub(crate) const SETTINGS_SET: &str = "\
Examples:
  privatus settings set theme dark              the text \"dark\"
  privatus settings set size 12                 the number 12
  privatus settings set size '\"12\"'             the text \"12\"
  privatus settings set window '{\"width\":800}'  an object";

pub(crate) const SETTINGS_UNSET: &str = "\
Example:
  privatus settings unset theme";

pub(crate) const STATS: &str = "\
Example:
  privatus --json stats";

pub(crate) const VERIFY: &str = "\
Example:
  privatus verify";

pub(crate) const EXPORT: &str = "\
Examples:
  privatus export history.jsonl
  privatus export - | gpg --symmetric --output history.jsonl.gpg

The export is plaintext: whoever can read it reads everything. `privatus import privatus` reads it back.";

pub(crate) const MIGRATE_BASELINE: &str = "\
Examples:
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt --skip-keys

The database is compared table by table, read, and left as it is; the vault is new, and made whole
or not at all.";

pub(crate) const PASSWD: &str = "\
Examples:
  privatus passwd
  PRIVATUS_RECOVERY_CODE=… privatus passwd      when the password is lost";

pub(crate) const MIGRATE: &str = "\
Examples:
  privatus migrate status
  privatus migrate down --to 1.0.0 --dry-run
  privatus --vault ~/vault migrate baseline chat.db --raw-key-file key.txt";

pub(crate) const MIGRATE_STATUS: &str = "\
Examples:
  privatus migrate status
  privatus --json migrate status";

pub(crate) const MIGRATE_UP: &str = "\
Example:
  privatus migrate up";

pub(crate) const MIGRATE_DOWN: &str = "\
Examples:
  privatus migrate down --to 1.0.0 --dry-run        what would be lost
  privatus migrate down --to 20261124000001         asks first
  privatus migrate down --to v1_0_0 --yes

A copy of the database is made first. The next build that opens the vault brings it up to its own
schema: let the older one be the next.";

pub(crate) const MIGRATE_VERIFY: &str = "\
Example:
  privatus migrate verify";

pub(crate) const COMPLETIONS: &str = "\
Example:
  privatus completions bash > ~/.local/share/bash-completion/completions/privatus";

pub(crate) const MAN: &str = "\
Examples:
  privatus man | man -l -
  privatus man contacts add | man -l -";
