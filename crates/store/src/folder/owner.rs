//! Whose files are this process's own. Systems other than Unix are not asked.

/// Whether files of this owner are.
pub(super) fn is_own(owner: u32) -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().as_raw() == owner;
    #[cfg(not(unix))]
    return {
        let _ = owner;
        true
    };
}

/// Whether this process is the administrator's.
pub(super) fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
}
