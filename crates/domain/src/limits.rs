//! Every limit of the model, with its reason.

/// Longest id from outside in characters (docs/DESIGN.md, section 5).
pub const ID_CHARS: usize = 1_024;

/// Largest message text in bytes of UTF-8: the specification's 1 MiB.
pub const TEXT_BYTES: usize = 1_048_576;

/// Largest attribute object of a message (media reference, entities) in bytes of JSON. It bounds what one row can cost
/// in addition to its text.
pub const ATTRIBUTE_BYTES: usize = 262_144;

/// Longest display name of a contact, group or sender in characters: room for any real name, too short to hide a
/// document in a list.
pub const NAME_CHARS: usize = 1_024;

/// Characters of a large text that a list can show without reading all of it.
pub const PREVIEW_CHARS: usize = 256;

/// Default member limit of a group: the specification's default of `groups.max_members`.
pub const GROUP_MEMBERS_DEFAULT: u32 = 100;

/// Highest member limit of a group, so that a chat list and a key rotation stay bounded.
pub const GROUP_MEMBERS_MAX: u32 = 100_000;

/// Longest description of a group in characters: a page of text.
pub const GROUP_DESCRIPTION_CHARS: usize = 4_096;

/// Largest settings of a group, and largest permissions of a member, in bytes of JSON. A new group key seals all of
/// them again.
pub const GROUP_JSON_BYTES: usize = 65_536;

/// Longest setting name in characters.
pub const SETTING_KEY_CHARS: usize = 256;

/// Largest setting value in bytes of JSON.
pub const SETTING_VALUE_BYTES: usize = 1_048_576;

/// Smallest public key in bytes: the size of a Curve25519 key. No key in use is shorter; a shorter one was truncated.
pub const PUBLIC_KEY_BYTES_MIN: usize = 32;

/// Largest public key in bytes: a post-quantum key fits, a file does not.
pub const PUBLIC_KEY_BYTES: usize = 16_384;

/// Largest profile picture in bytes of its text: a small picture fits as a data URL; a photograph belongs in a file
/// that the text names. The contact list reads every picture.
pub const PICTURE_BYTES: usize = 262_144;

/// Most conversations in a vault: 20 bits of the packed row key.
pub const CONVERSATIONS_MAX: i64 = (1 << 20) - 1;

/// How far ahead of the clock a message's own time may be. Beyond that, timers and unread counts use its arrival time.
pub const FUTURE_TOLERANCE_MS: i64 = 86_400_000;

/// Longest user name in characters; it scopes settings and names whom a grant is for.
pub const USER_CHARS: usize = 256;

/// Longest file name in characters; the names of all file systems fit.
pub const FILE_NAME_CHARS: usize = 1_024;

/// Longest hash of a file in bytes: 512 bits.
pub const FILE_HASH_BYTES: usize = 64;

/// Largest figure of a day: 2^53, the largest integer that JSON represents exactly. The store does not count beyond
/// it.
pub const STATISTIC_VALUE: i64 = 1 << 53;
/// Longest name of a figure in bytes.
pub const STATISTIC_METRIC_BYTES: usize = 1_024;
/// Longest failure reason of a transfer in characters.
pub const TRANSFER_ERROR_CHARS: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_are_numbered_with_twenty_bits() {
        assert_eq!(CONVERSATIONS_MAX, 0xf_ffff);
    }

    #[test]
    fn a_statistic_is_a_whole_number_that_json_keeps() {
        assert_eq!(STATISTIC_VALUE, 9_007_199_254_740_992);
    }
}
