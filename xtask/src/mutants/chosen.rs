//! Which mutants are a sample: the same ones for the same sources, others after a change.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use privatus_crypto::Digest;

/// A number that follows from the names and the content of all files in these folders.
///
/// # Errors
/// When a folder or a file cannot be read.
pub(super) fn seed(root: &Path, folders: &[PathBuf]) -> Result<u64> {
    let mut digest = Digest::new();
    for folder in folders {
        add(&mut digest, root, folder)?;
    }
    let bytes = digest.finalize();
    Ok(bytes
        .iter()
        .take(8)
        .fold(0, |seed, byte| seed << 8 | u64::from(*byte)))
}

fn add(digest: &mut Digest, root: &Path, path: &Path) -> Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
        let mut inside = entries
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<PathBuf>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|path| add(digest, root, path));
    }
    let content = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
    for part in [name.as_bytes(), content.as_slice()] {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Ok(())
}

/// The part `K/N` of `all` mutants that has about `size` of them.
pub(super) fn part(seed: u64, all: usize, size: NonZeroUsize) -> String {
    let parts = all.div_ceil(size.get()).max(1) as u64;
    format!("{}/{parts}", seed % parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_follows_from_names_and_content() {
        let root = tempfile::tempdir().unwrap();
        let folders = [root.path().join("a"), root.path().join("b")];
        let write = |name: &str, text: &str| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let found = || seed(root.path(), &folders).unwrap();
        write("a/src/one.rs", "1");
        write("b/two.rs", "2");
        let first = found();
        assert_eq!(found(), first);
        write("c/other.rs", "not asked for");
        assert_eq!(found(), first);
        write("b/two.rs", "3");
        let changed = found();
        fs::rename(root.path().join("b/two.rs"), root.path().join("b/three.rs")).unwrap();
        assert!(first != changed && changed != found());
        assert!(seed(root.path(), &[root.path().join("nowhere")]).is_err());
    }

    #[test]
    fn parts_have_about_the_size() {
        let of = |seed, all, size| part(seed, all, NonZeroUsize::new(size).unwrap());
        assert_eq!(of(0, 100, 25), "0/4");
        assert_eq!(of(7, 101, 25), "2/5");
        // Fewer than were asked for: all of them.
        assert_eq!(of(7, 3, 25), "0/1");
        assert_eq!(of(7, 0, 25), "0/1");
    }
}
