//! Examples under the help of each command.

pub(crate) const TOOL: &str = "\
Examples:
  privatus demo                                   the whole road on a bundled history
  privatus init                                   create a vault; write down the recovery code
  privatus --password-file password.txt chats     without being asked for the password
  privatus import telegram export/result.json     take a Telegram Desktop export in
  privatus import legacy ~/.privatus-chat         rescue the Python application's database
  privatus chats                                  conversations, newest first
  privatus show Alice --limit 20                  the newest messages of a chat
  privatus export history.jsonl                   everything out again, as plain JSON Lines

A chat, contact, group, member or transfer is named by its id or its name, or by the beginning of one,
in any letter case. A whole id wins over a whole name, and that over a beginning. Where several fit,
they are listed and nothing is done.

What opens a vault, the first that is given: --password-file, --recovery-code-file,
PRIVATUS_PASSWORD, PRIVATUS_RECOVERY_CODE, a prompt without echo. A secret that is typed on a
command line, also before the command, stays in the shell's history.";

pub(crate) const INIT: &str = "\
Examples:
  privatus init
  privatus --vault ~/vault --password-file password.txt init
  privatus --vault ~/vault init --recovery-code-file /media/stick/code.txt

The recovery code is shown before the vault appears; if it cannot be written, no vault is made.
If standard output is no terminal, say where it goes: --recovery-code-file or --code-to-stdout.";

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

An import takes content. What gives somebody a right here (grants, settings, verified marks, roles) is
left out and counted. --trust takes it too, from an export of your own whose checksum is right.";

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

A message is named by its id, or by the first four characters of it or more. A moment is a day (its
beginning), a day and a time, or RFC 3339; in UTC unless an offset stands behind it.";

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

The export is plaintext: whoever can read it reads everything. `privatus import privatus` reads it back.";

pub(crate) const PASSWD: &str = "\
Examples:
  privatus passwd
  privatus --password-file old.txt passwd --new-password-file new.txt
  privatus --recovery-code-file code.txt passwd      when the password is lost

An old key ring with the old password opens today's database: a new password does not shut out who has
copied keyring.json and knows the old one. Key rotation, which comes later, is what revokes. A vault that
was opened by an older key ring says so at every open until the event is resolved.";

pub(crate) const COMPLETIONS: &str = "\
Example:
  privatus completions bash > ~/.local/share/bash-completion/completions/privatus";

pub(crate) const MAN: &str = "\
Examples:
  privatus man | man -l -
  privatus man contacts add | man -l -";
