//! A file transfer's status changes and progress.

use std::str::FromStr;

use super::error::TransferError;
use super::status::TransferStatus;

impl TransferStatus {
    /// Moves to another status.
    ///
    /// # Errors
    /// [`TransferError::ForbiddenStep`]
    pub fn next(self, step: Self) -> Result<Self, TransferError> {
        if self.steps().contains(&step) {
            return Ok(step);
        }
        Err(TransferError::ForbiddenStep { from: self, to: step })
    }
}

impl FromStr for TransferStatus {
    type Err = TransferError;

    fn from_str(text: &str) -> Result<Self, TransferError> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| TransferError::UnknownStatus(text.to_owned()))
    }
}

/// Status and progress together: only a completed transfer has 100 percent, and progress never decreases within one
/// attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferState {
    status: TransferStatus,
    progress: u8,
}

impl TransferState {
    /// The state of a newly offered transfer.
    pub const OFFERED: Self = Self {
        status: TransferStatus::Pending,
        progress: 0,
    };

    /// A state from a vault or an export; another application's progress is adjusted to fit the rules.
    #[must_use]
    pub fn kept(status: TransferStatus, progress: i64) -> Self {
        let progress = match status {
            TransferStatus::Completed => 100,
            TransferStatus::Pending => 0,
            _ => u8::try_from(progress.clamp(0, 99)).unwrap_or_default(),
        };
        Self { status, progress }
    }

    /// The status.
    #[must_use]
    pub const fn status(self) -> TransferStatus {
        self.status
    }

    /// The progress in percent, 0 to 100.
    #[must_use]
    pub const fn progress(self) -> u8 {
        self.progress
    }

    /// Moves to another status; a new attempt begins at 0, and a completed transfer is at 100.
    ///
    /// # Errors
    /// [`TransferError::ForbiddenStep`]
    pub fn step(self, to: TransferStatus) -> Result<Self, TransferError> {
        let status = self.status.next(to)?;
        let progress = match status {
            TransferStatus::Completed => 100,
            TransferStatus::Pending => 0,
            _ => self.progress,
        };
        Ok(Self { status, progress })
    }

    /// Sets the progress, at most to 99 percent.
    ///
    /// # Errors
    /// [`TransferError`] outside 0 to 100, at 100, backwards, or if the transfer is not active.
    pub fn advance(self, to: i64) -> Result<Self, TransferError> {
        let progress = u8::try_from(to).ok().filter(|percent| *percent <= 100);
        let progress = progress.ok_or(TransferError::ProgressOutOfRange(to))?;
        if self.status != TransferStatus::Active {
            return Err(TransferError::NotActive(self.status));
        }
        if progress == 100 {
            return Err(TransferError::ProgressEnds);
        }
        if progress < self.progress {
            let from = self.progress;
            return Err(TransferError::ProgressBackwards { from, to: progress });
        }
        Ok(Self { progress, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::TransferStatus::{Active, Cancelled, Completed, Failed, Paused, Pending};
    use super::*;

    #[test]
    fn every_step_is_allowed_or_forbidden() {
        let allowed = [
            (Pending, Active),
            (Pending, Cancelled),
            (Active, Paused),
            (Active, Completed),
            (Active, Failed),
            (Active, Cancelled),
            (Paused, Active),
            (Paused, Completed),
            (Paused, Failed),
            (Paused, Cancelled),
            (Failed, Pending),
        ];
        for from in TransferStatus::ALL {
            for to in TransferStatus::ALL {
                let next = from.next(to);
                if allowed.contains(&(from, to)) {
                    assert_eq!(next, Ok(to), "{from} to {to}");
                } else {
                    assert_eq!(next, Err(TransferError::ForbiddenStep { from, to }));
                    let text = next.unwrap_err().to_string();
                    assert!(
                        text.contains(from.as_str()) && text.contains(to.as_str()),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_document_has_this_table() {
        let mut table = String::from("| from, to |");
        TransferStatus::ALL
            .iter()
            .for_each(|to| table.push_str(&format!(" {to} |")));
        table.push_str("\n|---|---|---|---|---|---|---|\n");
        for from in TransferStatus::ALL {
            table.push_str(&format!("| {from} |"));
            for to in TransferStatus::ALL {
                table.push_str(if from.next(to).is_ok() { " yes |" } else { " |" });
            }
            table.push('\n');
        }
        let document = include_str!("../../../../docs/DATA_MODEL.md");
        assert!(
            document.contains(&table),
            "docs/DATA_MODEL.md needs this table:\n{table}"
        );
    }

    #[test]
    fn each_status_is_read_back() {
        for status in TransferStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        let unknown = "gone".parse::<TransferStatus>();
        assert_eq!(unknown, Err(TransferError::UnknownStatus("gone".into())));
    }

    #[test]
    fn what_it_may_become_is_said() {
        let said = |from: TransferStatus, to| from.next(to).unwrap_err().to_string();
        assert_eq!(
            said(Pending, Paused),
            "a transfer that is pending cannot become paused; it can only become active or cancelled"
        );
        assert!(said(Failed, Active).ends_with("; it can only become pending"));
        assert!(said(Completed, Active).ends_with("; that status is final"));
    }

    #[test]
    fn progress_is_told_what_it_may_be() {
        assert_eq!(
            TransferError::ProgressOutOfRange(101).to_string(),
            "progress must be between 0 and 99 percent, got 101; `completed` means 100"
        );
        let state = TransferState::OFFERED.step(Active).unwrap().advance(40).unwrap();
        assert_eq!(state.advance(101), Err(TransferError::ProgressOutOfRange(101)));
        assert_eq!(state.advance(-1), Err(TransferError::ProgressOutOfRange(-1)));
        assert_eq!(state.advance(100), Err(TransferError::ProgressEnds));
        assert_eq!(
            state.advance(39),
            Err(TransferError::ProgressBackwards { from: 40, to: 39 })
        );
        assert_eq!(state.advance(40), Ok(state));
        let paused = state.step(Paused).unwrap();
        assert_eq!(paused.advance(50), Err(TransferError::NotActive(Paused)));
    }

    #[derive(Debug, Clone)]
    enum Move {
        Step(TransferStatus),
        Advance(i64),
    }

    fn any_move() -> impl Strategy<Value = Move> {
        prop_oneof![
            prop::sample::select(&TransferStatus::ALL[..]).prop_map(Move::Step),
            (-2_i64..104).prop_map(Move::Advance),
        ]
    }

    proptest! {
        #[test]
        fn no_walk_breaks_the_rules(moves in prop::collection::vec(any_move(), 0..80)) {
            let mut state = TransferState::OFFERED;
            for one in moves {
                let next = match one {
                    Move::Step(to) => state.step(to),
                    Move::Advance(to) => state.advance(to),
                };
                let Ok(next) = next else { continue };
                prop_assert_eq!(next.progress() == 100, next.status() == Completed);
                let is_retry = (state.status(), next.status()) == (Failed, Pending);
                prop_assert!(is_retry || next.progress() >= state.progress());
                prop_assert!(!is_retry || next.progress() == 0);
                prop_assert!(state.status() != Completed && state.status() != Cancelled, "these are ends");
                prop_assert_eq!(TransferState::kept(next.status(), next.progress().into()), next);
                state = next;
            }
        }

        #[test]
        fn whatever_stands_is_read_under_the_rules(progress in any::<i64>()) {
            for status in TransferStatus::ALL {
                let state = TransferState::kept(status, progress);
                prop_assert_eq!(state.progress() == 100, status == Completed);
                prop_assert!(status != Pending || state == TransferState::OFFERED);
                prop_assert_eq!(TransferState::kept(status, state.progress().into()), state);
            }
        }
    }
}
