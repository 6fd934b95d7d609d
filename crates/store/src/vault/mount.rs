//! Checks whether the file system of a vault is mounted read-only, and whether anything can still write to it.

use crate::error::StoreError;
use crate::vault::Files;

/// How the file system of a vault is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mount {
    /// Read-write. A single folder or file may still be read-only.
    Writable,
    /// The whole file system is read-only: nothing on this machine can write to it.
    ReadOnly,
    /// Read-only here, but another mount of the same file system, or another machine, may write to it.
    ReadOnlyHere,
}

impl Mount {
    pub(crate) fn is_read_only(self) -> bool {
        self != Self::Writable
    }
}

impl Files {
    /// Determines how the vault's folder is mounted.
    ///
    /// # Errors
    /// [`StoreError`] if the system cannot tell.
    #[cfg(unix)]
    pub(crate) fn mount(&self) -> Result<Mount, StoreError> {
        use rustix::fs::StatVfsMountFlags;
        let failed =
            |error: rustix::io::Errno| StoreError::io(&error.into(), "look at the vault's file system");
        let flags = rustix::fs::fstatvfs(self.folder().descriptor())
            .map_err(failed)?
            .f_flag;
        // A single file may be a separate mount. If it is writable while its folder is not, it would be read without
        // its log.
        for name in [super::files::DATABASE, "privatus.db-wal"] {
            let own = match rustix::fs::statvfs(self.folder().path().join(name)) {
                Ok(own) => own.f_flag,
                Err(rustix::io::Errno::NOENT) => continue,
                Err(error) => return Err(failed(error)),
            };
            if own.contains(StatVfsMountFlags::RDONLY) != flags.contains(StatVfsMountFlags::RDONLY) {
                return Err(StoreError::ReadOnly(match name {
                    super::files::DATABASE => {
                        "privatus.db or its folder, but not both: one of them is a separate mount"
                    }
                    _ => "privatus.db-wal or its folder, but not both: one of them is a separate mount",
                }));
            }
        }
        if !flags.contains(StatVfsMountFlags::RDONLY) {
            return Ok(Mount::Writable);
        }
        let device = rustix::fs::fstat(self.folder().descriptor())
            .map_err(failed)?
            .st_dev;
        let device = (rustix::fs::major(device), rustix::fs::minor(device));
        Ok(match mounts() {
            Some(mounts) if is_read_only_whole(&mounts, device) => Mount::ReadOnly,
            _ => Mount::ReadOnlyHere,
        })
    }

    /// On other systems every mount counts as writable; a write that fails is refused.
    #[cfg(not(unix))]
    pub(crate) fn mount(&self) -> Result<Mount, StoreError> {
        Ok(Mount::Writable)
    }
}

/// Returns Linux's list of mounts (proc(5), "mountinfo"); other systems have no list that says as much.
#[cfg(target_os = "linux")]
#[allow(
    clippy::disallowed_methods,
    reason = "the system's own list; never a file of a vault"
)]
fn mounts() -> Option<String> {
    std::fs::read_to_string("/proc/self/mountinfo").ok()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn mounts() -> Option<String> {
    None
}

/// File systems whose contents another machine or a program may change, however they are mounted here.
#[cfg(unix)]
const SHARED: [&str; 9] = [
    "nfs", "cifs", "smb", "9p", "fuse", "virtiofs", "ceph", "afs", "overlay",
];

/// Returns whether the list contains this device and every line for it says that the file system itself is read-only. A
/// line is: id, parent, major:minor, root, mount point, mount options, any number of fields, `-`, type, source, file
/// system options.
#[cfg(unix)]
fn is_read_only_whole(mounts: &str, (major, minor): (u32, u32)) -> bool {
    let device = format!("{major}:{minor}");
    let mut lines = mounts
        .lines()
        .filter(|line| line.split(' ').nth(2) == Some(device.as_str()))
        .peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let mut fields = line.split(' ').skip_while(|field| *field != "-").skip(1);
            let (kind, options) = (
                fields.next().unwrap_or_default(),
                fields.nth(1).unwrap_or_default(),
            );
            !SHARED.iter().any(|shared| kind.starts_with(shared))
                && options.split(',').any(|option| option == "ro")
        })
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_read_only_whole;

    const LIST: &str = "\
36 35 98:0 / /disk ro,noatime shared:1 master:2 - ext4 /dev/root rw,errors=continue
37 35 0:50 / /cd ro,relatime - iso9660 /dev/sr0 ro,nojoliet
38 35 0:51 / /small ro,relatime - tmpfs tmpfs rw,size=300k
39 35 0:52 / /share ro - nfs4 host:/share ro,vers=4.2
40 35 0:50 /part /bound ro - iso9660 /dev/sr0 ro";

    #[test]
    fn a_file_system_that_is_read_only_is_told_from_a_mount_that_is() {
        assert!(is_read_only_whole(LIST, (0, 50)));
        for (device, why) in [
            ((98, 0), "only this mount of it is"),
            ((0, 51), "its own options say that it can be written"),
            ((0, 52), "another machine may write it"),
            ((7, 7), "it is not in the list"),
        ] {
            assert!(!is_read_only_whole(LIST, device), "{why}");
        }
    }
}
