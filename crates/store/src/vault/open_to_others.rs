//! Warns about what other users of the machine may read or write in a vault. Nothing is changed, because it may be
//! intended.

use crate::folder::{Standing, open_above, purpose_of};
use crate::vault::Files;
use crate::vault::files::{ATTEMPTS, DATABASE, RING_LOCK, RINGS, VAULT_LOCK};

/// The permission bits of the group and of others.
const OTHERS: u32 = 0o077;
/// How many names are listed.
const LISTED: usize = 12;

impl Files {
    /// Returns a warning for each of: files open to others, files that another user owns, and parent folders in which
    /// others could replace this vault with another.
    pub(crate) fn open_to_others(&self) -> Vec<String> {
        let mut open = Vec::new();
        let mut foreign = Vec::new();
        let mut look = |name: &str, found: &Standing| {
            if found.mode & OTHERS != 0 {
                open.push(format!("{name} ({:04o})", found.mode & 0o777));
            }
            if found.is_foreign() {
                foreign.push(name.to_owned());
            }
        };
        if let Ok(own) = self.folder().own() {
            look("the folder", &own);
        }
        for name in self
            .folder()
            .names()
            .unwrap_or_default()
            .iter()
            .filter(|name| is_ours(name))
        {
            if let Ok(Some(found)) = self.folder().stand(name)
                && found.strange().is_none()
            {
                look(name, &found);
            }
        }
        let mut warnings = Vec::new();
        if !open.is_empty() {
            let open = listed(&open);
            warnings.push(format!(
                "other users may read or write the vault's files: {open}; folders should have mode 0700, files 0600"
            ));
        }
        if !foreign.is_empty() {
            let foreign = listed(&foreign);
            warnings.push(format!("another user owns part of the vault: {foreign}"));
        }
        warnings.extend(open_above(self.folder().named()));
        warnings
    }
}

/// Returns whether the vault uses this name.
fn is_ours(name: &str) -> bool {
    name.starts_with(DATABASE)
        || RINGS.contains(&name)
        || [ATTEMPTS, VAULT_LOCK, RING_LOCK].contains(&name)
        || purpose_of(name).is_some()
}

/// Joins names for a sentence; if there are many, says how many more.
pub(super) fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::disallowed_methods)]
    use std::fs::{Permissions, metadata, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    use crate::testing::{Vault, unlock};

    #[test]
    fn a_lock_that_is_open_to_others_is_told_of_and_stays() {
        let (_folder, path) = Vault::new().lock();
        let lock = path.join("vault.lock");
        set_permissions(&lock, Permissions::from_mode(0o666)).unwrap();
        let store = unlock(&path).unwrap();
        let told = store.warnings().join("\n");
        assert!(told.contains("vault.lock (0666)"), "{told}");
        assert_eq!(metadata(&lock).unwrap().permissions().mode() & 0o777, 0o666);
    }
}
