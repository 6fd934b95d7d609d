//! The end of a process that used a database runs nothing of OpenSSL, which would free what threads still use.
//!
//! With OpenSSL 3.6.3 in its default setup, 1 of 180 processes with 24 threads that had written ended with "double
//! free or corruption".
#![allow(unsafe_code)]

use std::ffi::c_int;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const ROLE: &str = "PRIVATUS_SQLITE_AT_EXIT";

unsafe extern "C" {
    /// Makes OpenSSL call this where it frees its allocations.
    fn OPENSSL_atexit(handler: extern "C" fn()) -> c_int;
}

extern "C" fn frees() {
    std::process::abort();
}

#[test]
#[ignore = "the process that ends: the test below runs it with a role"]
fn a_process_that_used_a_database() {
    let Some(folder) = std::env::var_os(ROLE).map(PathBuf::from) else {
        return;
    };
    super::database(&folder);
    // SAFETY: the handler is a function of this program, and takes nothing.
    assert_eq!(unsafe { OPENSSL_atexit(frees) }, 1);
    // Exits as a program does, with its handlers.
    std::process::exit(0);
}

#[test]
fn openssl_frees_nothing_when_the_process_ends() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "at_exit::a_process_that_used_a_database", "--ignored"])
        .env(ROLE, folder.path())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    assert!(folder.path().join("a.db").exists(), "it did nothing");
}
