//! Protects the memory of this process: a crash does not write it to a disk, and other processes of the same user cannot
//! read it.

use privatus_store::SystemFault;

/// If set to 1, core dumps and debuggers stay as the system allows them.
const ALLOWED: &str = "PRIVATUS_ALLOW_DUMPS";

/// Turns core dumps off, and on Linux debuggers too. It is called before any secret is read.
pub(crate) fn forbid() {
    if std::env::var_os(ALLOWED).is_some_and(|value| value == "1") {
        crate::notice::warn(&format!(
            "{ALLOWED} is set: a crash may write keys and messages to a disk"
        ));
        return;
    }
    if let Err(error) = switch_off() {
        crate::notice::warn(&format!(
            "core dumps could not be turned off ({}): a crash may write keys and messages to a disk",
            SystemFault::words(&error)
        ));
    }
}

#[cfg(unix)]
fn switch_off() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    // A program that receives dumps through a pipe gets them regardless of the limit below.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    }
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(setrlimit(Resource::Core, none)?)
}

/// Does nothing on other systems (docs/THREAT_MODEL.md, "What is in memory").
#[cfg(not(unix))]
fn switch_off() -> std::io::Result<()> {
    Ok(())
}
