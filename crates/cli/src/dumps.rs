//! The memory of this process is its own: a crash writes none of it to a disk, and no other process of the same user reads
//! it.

/// Set to 1, it leaves dumps and debuggers as the system has them.
const ALLOWED: &str = "PRIVATUS_ALLOW_DUMPS";

/// Switches core dumps off, and on Linux debuggers too. Called before anything secret is read.
pub(crate) fn forbid() {
    if std::env::var_os(ALLOWED).is_some_and(|value| value == "1") {
        crate::notice::warn(&format!(
            "{ALLOWED} is set: a crash may write keys and messages to a disk"
        ));
        return;
    }
    if let Err(error) = switch_off() {
        crate::notice::warn(&format!(
            "core dumps could not be switched off ({error}): a crash may write keys and messages to a disk"
        ));
    }
}

#[cfg(unix)]
fn switch_off() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    // A program that takes dumps from a pipe is given them whatever the limit: this is what keeps it out.
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

/// What other systems do is left as it is (docs/THREAT_MODEL.md, "What is in memory").
#[cfg(not(unix))]
fn switch_off() -> std::io::Result<()> {
    Ok(())
}
