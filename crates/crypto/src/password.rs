//! Passwords, and the two kinds of secret that open a key ring.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::recovery_code::RecoveryCode;
use crate::secret::on_wiped_stack;

/// The longest password, in bytes of UTF-8 after normalisation.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The byte order mark that some editors write before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A password in Unicode NFC, 1 to 1,024 bytes of UTF-8, not trimmed; wiped on drop.
///
/// NFC because macOS types é as two code points where Linux types one.
pub struct Password(Zeroizing<String>);

impl Password {
    /// Creates a password from what was typed.
    ///
    /// # Errors
    /// [`SecretError::EmptyPassword`], [`SecretError::PasswordTooLong`].
    pub fn new(text: &str) -> Result<Self, SecretError> {
        on_wiped_stack(|| Self::normal(text))
    }

    fn normal(text: &str) -> Result<Self, SecretError> {
        // Allocate for the longest from the start: a string that grows leaves copies behind.
        let mut normal = Zeroizing::new(String::with_capacity(MAX_PASSWORD_BYTES));
        for c in text.nfc() {
            if normal.len().saturating_add(c.len_utf8()) > MAX_PASSWORD_BYTES {
                return Err(SecretError::PasswordTooLong);
            }
            normal.push(c);
        }
        if normal.is_empty() {
            return Err(SecretError::EmptyPassword);
        }
        Ok(Self(normal))
    }

    /// Reads a password file's content. A byte order mark at the start and one `\n` or `\r\n` at the end are removed:
    /// no keyboard types them.
    ///
    /// # Errors
    /// [`SecretError::PasswordNotUtf8`], and those of [`Self::new`].
    pub fn from_file_bytes(bytes: &[u8]) -> Result<Self, SecretError> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let line = bytes
            .strip_suffix(b"\n")
            .map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
        Self::new(std::str::from_utf8(line).map_err(|_| SecretError::PasswordNotUtf8)?)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(redacted)")
    }
}

/// The secret that opens a vault.
#[derive(Debug)]
pub enum Secret {
    /// The password.
    Password(Password),
    /// The recovery code printed when the vault was created.
    RecoveryCode(RecoveryCode),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_an_accent_are_one_password() {
        let macos = Password::new("cafe\u{301}").unwrap();
        let linux = Password::new("caf\u{e9}").unwrap();
        assert_eq!(macos.as_bytes(), linux.as_bytes());
        assert_eq!(linux.as_bytes(), b"caf\xc3\xa9");
        // NFC, not NFKC: compatibility forms stay different.
        assert_ne!(Password::new("\u{fb01}").unwrap().as_bytes(), b"fi");
    }

    #[test]
    fn nothing_is_trimmed_but_one_line_end_of_a_file() {
        assert_eq!(Password::new(" a \n").unwrap().as_bytes(), b" a \n");
        for (file, password) in [
            (&b"a"[..], &b"a"[..]),
            (b"a\n", b"a"),
            (b"a\r\n", b"a"),
            (b"a\n\n", b"a\n"),
            (b"a\r", b"a\r"),
            (b" a \r\n\r\n", b" a \r\n"),
            (b"\xef\xbb\xbfa\n", b"a"),
        ] {
            assert_eq!(Password::from_file_bytes(file).unwrap().as_bytes(), password);
        }
    }

    #[test]
    fn limits_are_counted_after_normalisation() {
        assert_eq!(Password::new("").unwrap_err(), SecretError::EmptyPassword);
        assert_eq!(
            Password::from_file_bytes(b"\r\n").unwrap_err(),
            SecretError::EmptyPassword
        );
        assert_eq!(
            Password::from_file_bytes(b"\xff\n").unwrap_err(),
            SecretError::PasswordNotUtf8
        );
        assert_eq!(Password::new(&"a".repeat(1024)).unwrap().as_bytes().len(), 1024);
        assert_eq!(
            Password::new(&"a".repeat(1025)).unwrap_err(),
            SecretError::PasswordTooLong
        );
        // 512 decomposed accents are 1,536 bytes as typed and 1,024 in NFC.
        assert_eq!(
            Password::new(&"e\u{301}".repeat(512)).unwrap().as_bytes().len(),
            1024
        );
        assert_eq!(
            Password::new(&"\u{e9}".repeat(513)).unwrap_err(),
            SecretError::PasswordTooLong
        );
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::Password(Password::new("hunter2").unwrap());
        assert_eq!(format!("{secret:?}"), "Password(Password(redacted))");
    }
}
