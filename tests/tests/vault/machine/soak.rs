//! The same stories for as long as somebody wants: `cargo xtask soak --minutes N`.

use std::time::{Duration, Instant};

use crate::machine::run::{Failed, steps_taken, tell};

/// Stories that run before the clock is checked.
const AT_ONCE: u32 = 10;
const LENGTH: usize = 200;

/// The seed of `PRIVATUS_SOAK_SEED` (64 hexadecimal digits), else a new one.
pub(crate) fn seed() -> [u8; 32] {
    match std::env::var("PRIVATUS_SOAK_SEED") {
        Ok(text) => {
            let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
            std::array::from_fn(|at| byte(at).expect("PRIVATUS_SOAK_SEED has 64 hexadecimal digits"))
        }
        Err(_) => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed).unwrap();
            seed
        }
    }
}

pub(crate) fn hex(seed: &[u8; 32]) -> String {
    seed.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
#[ignore = "runs as long as requested: cargo xtask soak --minutes N"]
fn soak() {
    let minutes: u64 = std::env::var("PRIVATUS_SOAK_MINUTES").map_or(1, |text| text.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    let first = seed();
    println!("seed {}", hex(&first));
    let mut seed = first;
    let mut rounds = 0_u64;
    while Instant::now() < end {
        if let Err(Failed { story, why }) = tell(seed, AT_ONCE, LENGTH) {
            println!("PRIVATUS_SOAK_SEED={} tells it again", hex(&seed));
            panic!("after {} steps\n{story:#?}\n{why}", steps_taken());
        }
        rounds += 1;
        seed =
            std::array::from_fn(|at| first[at] ^ rounds.to_le_bytes().get(at).copied().unwrap_or_default());
    }
    println!("{} steps, nothing found", steps_taken());
}
