//! `attempts.json`: failed unlocks since the last successful one. It is not authenticated: anyone who can write to the
//! folder can change or remove it, so it only causes warnings. A file that cannot be read or written keeps nobody out,
//! but a failed unlock reports it.

use privatus_domain::{
    Act, MANY_FAILURES, NewAuditEntry, NewSecurityEvent, Resource, ResourceKind, SecurityKind, Severity,
    Timestamp, failures_within_window, grouped,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::StoreError;
use crate::tx::WriteTx;
use crate::vault::Files;

/// The count stops here; a larger number would add nothing.
const MOST: u32 = 1_000_000;

/// The contents of the file.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Attempts {
    failed: u32,
    first_at: String,
    last_at: String,
    /// The most recent failures, up to the number that counts as many.
    #[serde(default)]
    recent: Vec<String>,
    /// The most failures within one window, up to the number that counts as many.
    #[serde(default)]
    within_window: u32,
}

fn parse(bytes: &[u8]) -> Attempts {
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// Counts one more secret that did not open the vault, also when several are tried at once. If the lock cannot be
/// taken, a count may be lost.
///
/// # Errors
/// The reason why the failure is not counted, which is shown to the user.
pub(crate) fn note(files: &Files, now: Timestamp) -> Result<(), StoreError> {
    let _lock = files.lock_key_ring();
    let known = match files.attempts() {
        // If the file cannot be read, do not start again at one: it may contain many failures.
        Err(error @ StoreError::System { .. }) => return Err(error),
        known => known.ok().flatten().unwrap_or_default(),
    };
    let mut attempts = parse(&known);
    let at = now.to_rfc3339();
    if attempts.failed == 0 || Timestamp::parse(&attempts.first_at).is_err() {
        attempts.first_at.clone_from(&at);
    }
    attempts.failed = attempts.failed.saturating_add(1).min(MOST);
    attempts.last_at.clone_from(&at);
    let mut moments: Vec<Timestamp> = attempts
        .recent
        .iter()
        .filter_map(|at| Timestamp::parse(at).ok())
        .collect();
    moments.push(now);
    let most = usize::try_from(MANY_FAILURES).unwrap_or(usize::MAX);
    moments.drain(..moments.len().saturating_sub(most));
    let within = u32::try_from(failures_within_window(&moments)).unwrap_or(MANY_FAILURES);
    attempts.within_window = attempts.within_window.max(within).min(MANY_FAILURES);
    attempts.recent = moments.into_iter().map(Timestamp::to_rfc3339).collect();
    let bytes = serde_json::to_vec(&attempts)
        .map_err(|_| StoreError::Unexpected("failed unlocks cannot be serialized".into()))?;
    files.write_attempts(&bytes)
}

/// Failed unlocks since the last successful one, as read from the file.
pub(crate) struct Failed {
    count: u32,
    within_window: u32,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    bytes: Vec<u8>,
}

impl Failed {
    /// Reads the file; `None` if nothing failed. Only its numbers and times are used, because it may contain anything.
    pub(crate) fn look(files: &Files) -> Option<Self> {
        let bytes = files.read_attempts()?;
        let attempts = parse(&bytes);
        let count = attempts.failed.min(MOST);
        (count > 0).then(|| Self {
            count,
            within_window: attempts.within_window.clamp(1, MANY_FAILURES).min(count),
            first: Timestamp::parse(&attempts.first_at).ok(),
            last: Timestamp::parse(&attempts.last_at).ok(),
            bytes,
        })
    }

    /// Returns the warning to show after a successful unlock.
    pub(crate) fn warning(&self) -> String {
        let (times, latest) = match self.count {
            1 => ("once".to_owned(), ", at "),
            failed => (format!("{} times", grouped(failed.into())), ", most recently at "),
        };
        let at = self.last.map(|at| format!("{latest}{}", at.to_rfc3339()));
        let at = at.unwrap_or_default();
        format!("since the last unlock, a wrong password or recovery code was tried {times}{at}")
    }

    /// Removes the file once its counts are committed. If it has changed in the meantime, it stays.
    pub(crate) fn forget(&self, files: &Files) {
        let _lock = files.lock_key_ring();
        if files.read_attempts().is_some_and(|bytes| bytes == self.bytes) {
            files.remove_attempts();
        }
    }
}

/// Removes a file that counts nothing.
pub(crate) fn tidy(files: &Files) {
    if !files.has_attempts() {
        return;
    }
    // Another process may have added a count by now.
    let _lock = files.lock_key_ring();
    if Failed::look(files).is_none() {
        files.remove_attempts();
    }
}

impl WriteTx<'_> {
    /// Records failed unlocks as an audit entry and a security event; the times are those in the file.
    pub(crate) fn failed_unlocks(&mut self, failed: &Failed) -> Result<(), StoreError> {
        let time = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
        let details = json!({
            "failed": failed.count, "within_window": failed.within_window,
            "first_at": time(failed.first), "last_at": time(failed.last),
        });
        let (at, vault) = (self.now(), Resource::of(ResourceKind::Vault, self.own_id()));
        self.audit(
            &NewAuditEntry::done(at, Act::UnlockFailed)
                .on(vault)
                .with(&details)
                .failed("a wrong password or recovery code"),
        )?;
        self.security_event(&NewSecurityEvent {
            at,
            kind: SecurityKind::Authentication,
            severity: Severity::of_failed_unlocks(failed.count),
            user: None,
            description: match failed.count {
                1 => "a wrong password or recovery code was tried once before this unlock".into(),
                count => {
                    format!("a wrong password or recovery code was tried {count} times before this unlock")
                }
            },
            raw_data: Some(details.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_a_sentence_for_one_failure_and_for_many() {
        let warning = |count, last| {
            let failed = Failed {
                count,
                within_window: 1,
                first: None,
                last,
                bytes: Vec::new(),
            };
            failed.warning()
        };
        let at = Timestamp::from_unix_ms(0).ok();
        let tried = "since the last unlock, a wrong password or recovery code was tried";
        assert_eq!(
            warning(1, at),
            format!("{tried} once, at 1970-01-01T00:00:00.000Z")
        );
        assert_eq!(
            warning(1_000, at),
            format!("{tried} 1,000 times, most recently at 1970-01-01T00:00:00.000Z")
        );
        assert_eq!(warning(2, None), format!("{tried} 2 times"));
    }
}
