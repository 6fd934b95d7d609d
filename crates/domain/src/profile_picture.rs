//! A contact's picture.

use std::fmt;

use crate::limits::PICTURE_BYTES;

/// Why a picture was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// A contact without a picture has `None`, not an empty text.
    #[error("a profile picture cannot be empty; remove it instead")]
    Empty,
    /// The text is longer than [`PICTURE_BYTES`].
    #[error(
        "the profile picture has {0} bytes; the limit is 262,144: give the path or address of a file instead"
    )]
    TooLong(usize),
}

/// A picture as text: a data URL, or any name of a file that the application understands. 1 to 262,144 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct ProfilePicture(String);

impl ProfilePicture {
    /// Checks a picture.
    ///
    /// # Errors
    /// [`PictureError`]
    pub fn new(text: impl Into<String>) -> Result<Self, PictureError> {
        let text = text.into();
        match text.len() {
            0 => Err(PictureError::Empty),
            len if len > PICTURE_BYTES => Err(PictureError::TooLong(len)),
            _ => Ok(Self(text)),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProfilePicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfilePicture({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_a_size() {
        assert_eq!(ProfilePicture::new(""), Err(PictureError::Empty));
        assert!(ProfilePicture::new("x".repeat(262_144)).is_ok());
        assert_eq!(
            ProfilePicture::new("x".repeat(262_145)),
            Err(PictureError::TooLong(262_145))
        );
    }

    #[test]
    fn a_picture_is_kept_and_debugged_by_its_size() {
        let kept = ProfilePicture::new("data:,x")
            .map(|picture| (picture.as_str().to_owned(), format!("{picture:?}")));
        assert_eq!(
            kept,
            Ok(("data:,x".to_owned(), "ProfilePicture(7 bytes)".to_owned()))
        );
    }
}
