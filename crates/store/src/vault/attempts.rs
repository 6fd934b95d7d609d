//! `attempts.json`: failed unlocks since the last good one. Nobody vouches for it: whoever holds the folder can change
//! or remove it, so it only warns, and no failure to read or write it is ever an error.

use privatus_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::vault::Files;

/// A number above this says no more.
const MOST: u32 = 1_000_000;

/// What the file holds.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Attempts {
    failed: u32,
    first_at: String,
    last_at: String,
}

fn read(files: &Files) -> Attempts {
    files
        .read_attempts()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// Counts one more secret that did not open the vault.
pub(crate) fn note(files: &Files, now: Timestamp) {
    let mut attempts = read(files);
    let now = now.to_rfc3339();
    if attempts.failed == 0 || Timestamp::parse(&attempts.first_at).is_err() {
        attempts.first_at.clone_from(&now);
    }
    attempts.failed = attempts.failed.saturating_add(1).min(MOST);
    attempts.last_at = now;
    if let Ok(bytes) = serde_json::to_vec(&attempts) {
        files.write_attempts(&bytes);
    }
}

/// What a person should know after a good unlock; the count begins anew.
pub(crate) fn take(files: &Files) -> Option<String> {
    let attempts = read(files);
    files.remove_attempts();
    // Only numbers and times of it are shown: the file may hold anything.
    let last = Timestamp::parse(&attempts.last_at).ok();
    let last = last
        .map(|at| format!(", the last at {}", at.to_rfc3339()))
        .unwrap_or_default();
    let times = match attempts.failed {
        0 => return None,
        1 => "once".to_owned(),
        failed => format!("{} times", failed.min(MOST)),
    };
    Some(format!(
        "since the last unlock a wrong password or recovery code was tried {times}{last}"
    ))
}
