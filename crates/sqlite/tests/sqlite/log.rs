//! SQLCipher's own log does not reach standard error.

use std::process::Command;

use privatus_sqlite::{Connection, ErrorCode, OpenMode, OpenOptions, RawKey};

use crate::{database, keyed};

const CHILD: &str = "PRIVATUS_SQLITE_LOG_CHILD";

/// Runs as a child of the next test: SQLCipher writes to the C library's standard error.
#[test]
fn child() {
    let Ok(level) = std::env::var(CHILD) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path());
    if level == "WARN" {
        keyed(&path, OpenMode::ReadOnly)
            .execute_batch("PRAGMA cipher_log_level = WARN")
            .unwrap();
    }
    let wrong = RawKey::new(&[1; 32], &[2; 16]);
    let mut connection =
        Connection::open(&path, &OpenOptions::new(OpenMode::ReadOnly).with_key(&wrong)).unwrap();
    let code = connection.execute_batch("SELECT * FROM t").unwrap_err().code;
    assert_eq!(code, ErrorCode::NotADatabase);
}

fn stderr_of_a_wrong_key(level: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "log::child", "--nocapture"])
        .env(CHILD, level)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_wrong_key_writes_nothing_to_standard_error() {
    assert_eq!(stderr_of_a_wrong_key("NONE"), "");
    // So the test above would see a log.
    assert!(stderr_of_a_wrong_key("WARN").contains("sqlcipher"));
}
