//! Compares the cost of testing every iteration count with one plain PBKDF2 of that count in OpenSSL.
//!
//!     cargo run --release -p privatus-import --example key_search_rate [COUNT [ROUNDS]]
//!
//! OpenSSL is reached through Python's `hashlib.pbkdf2_hmac`. The child process times the call itself, so its start-up
//! is not counted. The rounds alternate, and medians are compared.

#![allow(clippy::print_stdout)]
#![forbid(unsafe_code)]

use std::process::Command;
use std::time::Instant;

use base64::Engine as _;
use privatus_import::legacy::{Chain, ProbeSet};

const PASSWORD: &str = "correct horse battery staple";
/// As many as a search tries at once on its first walk.
const TOKENS: usize = 16;
const SCRIPT: &str = "import hashlib, ssl, sys, time
n = int(sys.argv[1]); start = time.perf_counter()
key = hashlib.pbkdf2_hmac('sha256', sys.argv[2].encode(), bytes(range(32)), n, 32)
print(time.perf_counter() - start, key.hex(), ssl.OPENSSL_VERSION)";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().map_or(Ok(2_000_000), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let salt: Vec<u8> = (0..32).collect();
    let (mut ours, mut theirs, mut version) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..rounds.max(1) {
        let (seconds, key) = search(count, &salt)?;
        ours.push(seconds);
        let output = Command::new("python3")
            .args(["-c", SCRIPT, &count.to_string(), PASSWORD])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let mut words = text.split_whitespace();
        theirs.push(
            words
                .next()
                .ok_or("python3 with hashlib and ssl is needed")?
                .parse::<f64>()?,
        );
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        if words.next() != Some(&hex) {
            return Err("the two keys differ".into());
        }
        version = words.collect::<Vec<_>>().join(" ");
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    let rate = count as f64 / ours / 1e6;
    let plain = count as f64 / theirs / 1e6;
    println!("{version}: one PBKDF2 of {count} iterations: {theirs:.3} s ({plain:.2} million a second)");
    println!(
        "the search: every count to {count} on {TOKENS} tokens: {ours:.3} s ({rate:.2} million a second)"
    );
    println!("ratio (the goal is at most 2.0): {:.2}", ours / theirs);
    Ok(())
}

/// Tests every count on tokens that no key opens, as a search does on its first walk.
fn search(count: u64, salt: &[u8]) -> Result<(f64, [u8; 32]), Box<dyn std::error::Error>> {
    let mut probes = ProbeSet::new();
    for number in 0..TOKENS {
        // Has the form of the shortest possible token; no key made its MAC.
        let mut token = vec![0x80_u8];
        token.extend((1..73_u8).map(|at| at.wrapping_mul(37) ^ u8::try_from(number).unwrap_or(0)));
        probes.push(
            base64::engine::general_purpose::URL_SAFE.encode(token).as_bytes(),
            number,
        )?;
    }
    let start = Instant::now();
    let mut chain = Chain::new(PASSWORD.as_bytes(), salt);
    let (mut hits, mut key) = (0_u64, [0; 32]);
    loop {
        chain.output_to(&mut key);
        hits += u64::from(probes.opened_by(&key));
        if chain.iterations() == count {
            if hits > 0 {
                return Err("a key opened a token that no key made".into());
            }
            return Ok((start.elapsed().as_secs_f64(), key));
        }
        chain.step();
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
