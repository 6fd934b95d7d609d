//! What other users of the machine may read or write of a vault, for a warning. Nothing is changed: somebody may have meant it.

use crate::folder::{Standing, open_above, purpose_of};
use crate::vault::Files;
use crate::vault::files::{ATTEMPTS, DATABASE, RING_LOCK, RINGS, VAULT_LOCK};

/// Bits of group and others.
const OTHERS: u32 = 0o077;
/// Names that are listed.
const LISTED: usize = 12;

impl Files {
    /// A warning each: of what in the folder is open to others, of what is another user's, and of the folders above in
    /// which others may put another vault in this one's place.
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
                "other users may read or write what is the vault's: {open}; a folder should be 0700, a file 0600"
            ));
        }
        if !foreign.is_empty() {
            let foreign = listed(&foreign);
            warnings.push(format!("another user owns what is the vault's: {foreign}"));
        }
        warnings.extend(open_above(self.folder().named()));
        warnings
    }
}

/// Whether a name is one that the vault uses.
fn is_ours(name: &str) -> bool {
    name.starts_with(DATABASE)
        || RINGS.contains(&name)
        || [ATTEMPTS, VAULT_LOCK, RING_LOCK].contains(&name)
        || purpose_of(name).is_some()
}

/// Names for a sentence: of many, how many more there are.
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
