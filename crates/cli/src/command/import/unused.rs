//! Options of `import` that are for another format.

use crate::args::{Format, Import};
use crate::failure::Failure;

const TELEGRAM: (&[Format], &str) = (&[Format::Telegram], "`import telegram`");
const LEGACY: (&[Format], &str) = (&[Format::Legacy], "`import legacy`");
const BOTH: (&[Format], &str) = (
    &[Format::Telegram, Format::Legacy],
    "`import telegram` and `import legacy`",
);
const PRIVATUS: (&[Format], &str) = (
    &[Format::Privatus],
    "`import privatus`: other formats have no checksum that would show a change",
);

/// Refuses an option that the format does not use; if it were ignored, something else than was asked for would be imported.
///
/// # Errors
/// [`Failure::Usage`].
pub(super) fn refuse(import: &Import) -> Result<(), Failure> {
    for (is_given, option, (formats, commands)) in [
        (import.trust, "--trust", PRIVATUS),
        (import.again, "--again", TELEGRAM),
        (import.chat.is_some(), "--chat", TELEGRAM),
        (import.me.is_some(), "--me", TELEGRAM),
        (import.timezone.is_some(), "--timezone", BOTH),
        (
            import.source_password_file.is_some(),
            "--source-password-file",
            LEGACY,
        ),
        (import.original_path.is_some(), "--original-path", LEGACY),
        (import.max_iterations.is_some(), "--max-iterations", LEGACY),
    ] {
        if is_given && !formats.contains(&import.format) {
            return Err(Failure::Usage(format!("{option} is only for {commands}")));
        }
    }
    Ok(())
}
