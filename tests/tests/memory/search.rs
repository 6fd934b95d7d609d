//! Searches the memory of another process.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

use memchr::memmem::Finder;

/// Something that must be found, or must not.
pub(crate) struct Needle {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Needle {
    pub(crate) fn new(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.as_ref().to_vec(),
        }
    }

    /// Each half by itself, so that what is left of one is found too; as bytes, as the words of a hash or a cipher, and
    /// as the digits that SQLCipher takes a key in.
    fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let swapped = |part: &[u8], word: usize| -> Vec<u8> {
            part.chunks(word)
                .flat_map(|word| word.iter().rev())
                .copied()
                .collect()
        };
        let lower = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let half = self.bytes.len().div_ceil(2);
        let parts = self.bytes.chunks(half);
        parts
            .flat_map(|part| {
                [
                    ("bytes", part.to_vec()),
                    ("words of 4 bytes", swapped(part, 4)),
                    ("words of 8 bytes", swapped(part, 8)),
                    ("digits", lower(part).into_bytes()),
                    ("digits", lower(part).to_uppercase().into_bytes()),
                ]
            })
            .collect()
    }
}

/// The memory of a process: what it can write to.
pub(crate) struct Memory(Vec<(String, Vec<u8>)>);

impl Memory {
    /// Reads all of it while the process waits. `None` if the system refuses.
    pub(crate) fn of(process: u32) -> Option<Self> {
        let memory = match File::open(format!("/proc/{process}/mem")) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
            memory => memory.unwrap(),
        };
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
        let mut regions = Vec::new();
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (range, rights) = (words.next().unwrap(), words.next().unwrap());
            if !rights.starts_with("rw") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let at = |text| u64::from_str_radix(text, 16).unwrap();
            let mut bytes = vec![0; usize::try_from(at(end) - at(start)).unwrap()];
            match memory.read_exact_at(&mut bytes, at(start)) {
                Ok(()) => regions.push((line.to_owned(), bytes)),
                // A file that is mapped beyond its end: such a page has no content.
                Err(error) => assert!(!rights.starts_with("rw-p"), "{line}: {error}"),
            }
        }
        assert!(regions.iter().any(|(line, _)| line.ends_with("[heap]")));
        assert!(regions.iter().any(|(line, _)| line.ends_with("[stack]")));
        Some(Self(regions))
    }

    /// Returns where a needle is, in any form.
    pub(crate) fn find(&self, needle: &Needle) -> Vec<String> {
        let mut found = Vec::new();
        for (form, bytes) in needle.forms() {
            let finder = Finder::new(&bytes);
            for (region, memory) in &self.0 {
                found.extend(
                    finder
                        .find_iter(memory)
                        .map(|at| format!("{} as {form}, {at:#x} bytes into {region}", needle.name)),
                );
            }
        }
        found
    }
}
