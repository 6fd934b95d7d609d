//! Examples under the help of each command. A paragraph is one line, which clap wraps to the width of the terminal.

pub(crate) const TOOL: &str = "\
Examples:
  privatus demo
  privatus init
  privatus --password-file pass.txt chats
  privatus import telegram result.json
  privatus import legacy ~/.privatus-chat
  privatus show Alice --limit 20
  privatus export history.jsonl

A chat, contact, group, member or transfer is named by its id or its name, or by the beginning of either, in any letter \
case. A whole id comes before a whole name, and a whole name before a beginning. If several things match, they are \
listed and nothing is done.

A vault is opened with the first of these that is given: --password-file, --recovery-code-file, PRIVATUS_PASSWORD, \
PRIVATUS_RECOVERY_CODE, a prompt that does not show what is typed. A secret on the command line, including an assignment \
before the command, stays in the shell's history.";

pub(crate) const INIT: &str = "\
Examples:
  privatus init
  privatus --vault ~/vault --password-file pass.txt init
  privatus --vault ~/vault init --recovery-code-file /media/stick/code.txt

The recovery code is shown before the vault is created; if it cannot be written, no vault is created. If standard output is \
not a terminal, say where the code goes: --recovery-code-file or --code-to-stdout.";

pub(crate) const DEMO: &str = "\
Example:
  privatus demo";

pub(crate) const IMPORT: &str = "\
Examples:
  privatus import telegram result.json --me \"Alice Liddell\"
  privatus import telegram result.json --chat \"Tea party\"
  privatus import legacy ~/.privatus-chat --timezone Europe/Berlin
  privatus import privatus history.jsonl
  privatus import privatus history.jsonl --trust

An import takes content only. Anything that would give somebody rights in this vault (grants, settings, verified marks, \
roles) is left out and counted. --trust imports that too, from your own export if its checksum is right.";

pub(crate) const CHATS: &str = "\
Examples:
  privatus chats
  privatus --json chats --limit 10";

pub(crate) const SHOW: &str = "\
Examples:
  privatus show Alice --limit 20
  privatus show 2e74b8ad --ids
  privatus show 2e74b8ad --around 019a6b0e-2f70-7ba6-8a12-f465f761f539
  privatus show alice --after 2024-05-01
  privatus show alice --around '2024-05-01 12:30'

A message is named by its id, or by at least the first four characters of it. A date is a day (its beginning), a day and a \
time, or RFC 3339; it is in UTC unless an offset follows it.";

pub(crate) const SEND: &str = "\
Examples:
  privatus send Alice 'See you at six'
  privatus send Alice - < letter.txt
  privatus send Alice Yes --reply-to 019a6b0e-2f70-7ba6-8a12-f465f761f539
  privatus send Alice -- '-5 degrees here'";

pub(crate) const MARK_READ: &str = "\
Examples:
  privatus mark-read Alice
  privatus mark-read Alice --up-to 019a6b0e-2f70-7ba6-8a12-f465f761f539";

pub(crate) const VERIFY: &str = "\
Example:
  privatus verify";

pub(crate) const EXPORT: &str = "\
Examples:
  privatus export history.jsonl
  privatus export - | gpg --symmetric --output history.jsonl.gpg

The export is plaintext: anyone who can read the file can read all messages. `privatus import privatus` imports it again.";

pub(crate) const PASSWD: &str = "\
Examples:
  privatus passwd
  privatus --password-file old.txt passwd --new-password-file new.txt
  privatus --recovery-code-file code.txt passwd

An old copy of the key ring still opens the current database with the old password. A new password therefore does not lock \
out anyone who has copied keyring.json and knows the old one; that needs key rotation, which does not exist yet. A vault \
that was opened with an older key ring says so at every open until the event is resolved.";

pub(crate) const COMPLETIONS: &str = "\
Example:
  privatus completions bash \\
      > ~/.local/share/bash-completion/completions/privatus";

pub(crate) const MAN: &str = "\
Examples:
  privatus man | man -l -
  privatus man contacts add | man -l -";
