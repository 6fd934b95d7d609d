//! Dropping files from the system's page cache.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// Asks the system to forget these files' pages. Call it while nobody has them open: closing a descriptor releases
/// the process's locks on a file.
#[cfg(target_os = "linux")]
pub(crate) fn drop_from(files: &[PathBuf]) -> Result<()> {
    for path in files {
        let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
        file.sync_all().context("make a file durable")?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)
            .context("drop a file from the cache")?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn drop_from(_files: &[PathBuf]) -> Result<()> {
    anyhow::bail!("files can be dropped from the system's cache on Linux only; choose others with --only")
}
