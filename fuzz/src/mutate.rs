//! A target's function on stable Rust: over its corpus, and over the same mutations of it in every run. The test suites of
//! the crates include this file.

use std::path::Path;

/// Mutated inputs a target.
pub(crate) const RUNS: usize = 20_000;

/// xorshift64*: the same mutations in every run, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 1).unwrap() % limit.max(1)
    }
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn mutate(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(3) {
        let at = random.below(data.len());
        match random.below(6) {
            0 if !data.is_empty() => data[at] ^= 1 << random.below(8),
            1 if !data.is_empty() => data[at] = random.next().to_le_bytes()[0],
            2 => data.truncate(at),
            3 => data.insert(at, random.next().to_le_bytes()[0]),
            4 if !data.is_empty() => {
                data.remove(at);
            }
            _ => {
                // The end of another entry.
                let other = &corpus[random.below(corpus.len())];
                data.truncate(at);
                data.extend_from_slice(&other[random.below(other.len())..]);
            }
        }
    }
    data
}

/// Changes a few bytes of `data` in place, or every eighth time one whole page of 4,096, and hands each result to `check`.
#[allow(
    dead_code,
    reason = "one of the suites that include this file has a format with pages"
)]
pub(crate) fn in_place(data: &[u8], runs: usize, mut check: impl FnMut(&[u8])) {
    const PAGE: usize = 4_096;
    let mut random = Random(0x5eed_0000_0000_0002);
    for run in 0..runs {
        let mut changed = data.to_vec();
        if run % 8 == 7 {
            let page = random.below(data.len() / PAGE) * PAGE;
            let byte = random.next().to_le_bytes()[0];
            changed[page..page + PAGE].fill(byte);
        } else {
            for _ in 0..=random.below(16) {
                // Half of the changes where pages keep their own order: in the first bytes of one.
                let page = random.below(data.len() / PAGE) * PAGE;
                let reach = if random.below(2) == 0 { 64 } else { PAGE };
                let at = page + random.below(reach);
                changed[at] = random.next().to_le_bytes()[0];
            }
        }
        check(&changed);
    }
}

/// Runs a target; `seeds` of the corpus must be accepted, and no more mutations than said.
pub(crate) fn run(target: &str, seeds: usize, check: fn(&[u8]) -> bool, accepted_at_most: usize) {
    let corpus = corpus(target);
    let accepted = corpus.iter().filter(|data| check(data)).count();
    assert_eq!(accepted, seeds, "entries of the corpus that open");
    assert!(corpus.len() > seeds, "the corpus has an entry that is refused");
    let mut random = Random(0x5eed_0000_0000_0001);
    let accepted = (0..RUNS).filter(|_| check(&mutate(&mut random, &corpus))).count();
    assert!(
        accepted <= accepted_at_most,
        "{accepted} of {RUNS} mutations were accepted"
    );
}
