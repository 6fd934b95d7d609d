//! A copy of the workspace at a place of its own. What did not change is left as it is, so that cargo builds only what did.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// What is built, and what git keeps.
const LEFT_OUT: &[&str] = &["target", ".git"];

/// Makes `to` hold what `from` holds, and nothing else.
///
/// # Errors
/// When something cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
    let wanted = names(from)?;
    for name in names(to)?.difference(&wanted) {
        let path = to.join(name);
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("removing {}", path.display()))?;
    }
    for name in wanted {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to)?;
            continue;
        }
        let content = fs::read(&from).with_context(|| format!("reading {}", from.display()))?;
        if fs::read(&to).is_ok_and(|copy| copy == content) {
            continue;
        }
        fs::write(&to, content).with_context(|| format!("writing {}", to.display()))?;
    }
    Ok(())
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let names = entries
        .map(|entry| Ok(entry?.file_name()))
        .collect::<Result<BTreeSet<_>>>()?;
    let is_wanted = |name: &OsString| LEFT_OUT.iter().all(|other| name != other);
    Ok(names.into_iter().filter(is_wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_what_there_is_and_leaves_what_did_not_change() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for name in [
            "a/one.rs",
            "a/two.rs",
            "target/debug/x",
            ".git/y",
            "fuzz/target/z",
        ] {
            let path = from.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/one.rs")).unwrap(), "a/one.rs");
        assert!(!to.join("target").exists() && !to.join(".git").exists() && !to.join("fuzz/target").exists());

        let written = |name: &str| fs::metadata(to.join(name)).unwrap().modified().unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        for name in ["a/one.rs", "a/two.rs"] {
            let file = fs::File::options().write(true).open(to.join(name)).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        // A run was killed and left its mutant, and a file goes.
        fs::write(to.join("a/two.rs"), "mutant").unwrap();
        fs::write(from.join("a/three.rs"), "3").unwrap();
        copy(&from, &to).unwrap();
        fs::remove_file(from.join("a/three.rs")).unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a/two.rs")).unwrap(), "a/two.rs");
        assert_eq!(written("a/one.rs"), long_ago);
        assert!(!to.join("a/three.rs").exists());
    }
}
