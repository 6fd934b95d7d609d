//! The recovery code: golden text, and every way to mistype one character.

use proptest::prelude::*;

use crate::recovery_code::crc10;
use crate::{RecoveryCode, SecretError};

/// Written once, and must stay readable forever.
const GOLDEN: [([u8; 20], &str); 3] = [
    ([0; 20], "00000-00000-00000-00000-00000-00000-00B8"),
    ([0xff; 20], "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZDB"),
    (
        *b"privatus golden code",
        "E1S6J-XK1EH-TQ683-7DXP6-8SBE4-1HPYS-356T",
    ),
];

fn characters(text: &str) -> Vec<char> {
    text.chars().filter(|c| *c != '-').collect()
}

fn parse(characters: &[char]) -> Result<RecoveryCode, SecretError> {
    RecoveryCode::parse(&characters.iter().collect::<String>())
}

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[test]
fn golden_codes_stay_as_they_are() {
    for (bytes, text) in GOLDEN {
        assert_eq!(*RecoveryCode::from_bytes(bytes).reveal(), text);
        assert_eq!(RecoveryCode::parse(text).unwrap().bytes(), &bytes);
    }
}

#[test]
fn the_checksum_is_the_catalogued_crc() {
    // The check value of CRC-10/CDMA2000.
    assert_eq!(crc10(b"123456789"), 0x233);
}

#[test]
fn case_spaces_hyphens_and_lookalikes_do_not_matter() {
    let (bytes, text) = GOLDEN[0];
    let typed = format!(" {}\t\n", text.to_lowercase().replace('-', " \u{2013} "));
    assert_eq!(RecoveryCode::parse(&typed).unwrap().bytes(), &bytes);
    assert_eq!(
        RecoveryCode::parse(&text.replace('0', "o")).unwrap().bytes(),
        &bytes
    );
    assert_eq!(
        RecoveryCode::parse(&text.replace('0', "O")).unwrap().bytes(),
        &bytes
    );
    let ones = RecoveryCode::from_bytes([0x08, 0x42, 0x10, 0x84, 0x21].repeat(4).try_into().unwrap());
    let text = ones.reveal();
    assert!(text.starts_with("11111-11111"));
    for lookalike in ["i", "I", "l", "L"] {
        let typed = text.replace('1', lookalike);
        assert_eq!(RecoveryCode::parse(&typed).unwrap().bytes(), ones.bytes());
    }
}

#[test]
fn every_substitution_of_one_character_is_mistyped() {
    for (_, text) in GOLDEN {
        let right = characters(text);
        for place in 0..right.len() {
            for other in ALPHABET.chars().filter(|c| *c != right[place]) {
                let mut wrong = right.clone();
                wrong[place] = other;
                assert_eq!(
                    parse(&wrong).unwrap_err(),
                    SecretError::Mistyped,
                    "{place} {other}"
                );
            }
        }
    }
}

#[test]
fn every_change_of_two_neighbours_is_mistyped_transpositions_included() {
    let right = characters(GOLDEN[2].1);
    let (mut transposed, mut tried) = (0, 0);
    for place in 0..right.len() - 1 {
        for (a, b) in ALPHABET
            .chars()
            .flat_map(|a| ALPHABET.chars().map(move |b| (a, b)))
        {
            let mut wrong = right.clone();
            (wrong[place], wrong[place + 1]) = (a, b);
            if wrong == right {
                continue;
            }
            assert_eq!(
                parse(&wrong).unwrap_err(),
                SecretError::Mistyped,
                "{place} {a}{b}"
            );
            tried += 1;
            transposed += usize::from((a, b) == (right[place + 1], right[place]));
        }
    }
    assert_eq!(tried, 33 * 1023);
    assert!(transposed > 25, "{transposed}");
}

#[test]
fn another_form_is_malformed() {
    let text = GOLDEN[2].1;
    for wrong in [
        "",
        "-",
        &text[1..],
        &format!("{text}0"),
        &text.replace('-', "_"),
        "🔑",
    ] {
        assert!(
            matches!(RecoveryCode::parse(wrong), Err(SecretError::Malformed(_))),
            "{wrong}"
        );
    }
    let with_u = text.replacen(text.chars().next().unwrap(), "U", 1);
    assert!(matches!(
        RecoveryCode::parse(&with_u),
        Err(SecretError::Malformed(_))
    ));
}

#[test]
fn a_code_of_another_length_is_reported_as_too_short_or_too_long() {
    let reason = |length| RecoveryCode::parse(&"0".repeat(length)).unwrap_err().to_string();
    for (length, wanted) in [(33, "fewer than 34"), (35, "more than 34")] {
        assert!(reason(length).contains(wanted), "{}", reason(length));
    }
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(
        format!("{:?}", RecoveryCode::generate().unwrap()),
        "RecoveryCode(redacted)"
    );
}

proptest! {
    #[test]
    fn what_is_printed_is_read(bytes in any::<[u8; 20]>(), lower in any::<bool>(), separator in "[ \\-\t]{0,2}") {
        let shown = RecoveryCode::from_bytes(bytes).reveal().replace('-', &separator);
        let typed = if lower { shown.to_lowercase() } else { shown };
        let code = RecoveryCode::parse(&typed).unwrap();
        prop_assert_eq!(code.bytes(), &bytes);
    }
}
