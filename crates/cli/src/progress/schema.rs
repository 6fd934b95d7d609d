//! Progress while the schema of a large vault changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;
use privatus_store::{MigrationEvent, VaultOptions};

use super::ctrl_c::while_open;
use super::{bar, line};
use crate::notice::warn;
use crate::text::grouped;

/// The number of messages above which progress is shown; fewer take too little time.
const MANY: u64 = 100_000;
/// The size in bytes from which the copy of a database is announced.
const LARGE: u64 = 64 << 20;

/// What to show.
#[derive(Debug, PartialEq, Eq)]
enum Show {
    /// Keep what is shown.
    Same,
    /// Show nothing.
    Nothing,
    /// Show a line.
    Line(String),
    /// Show a bar, with its position and its length.
    Bar(String, u64, u64),
}

/// Turns events into what to show.
#[derive(Debug)]
struct Watch {
    is_shown: bool,
    step: String,
    statements: u64,
}

impl Watch {
    const fn new() -> Self {
        Self {
            is_shown: false,
            step: String::new(),
            statements: 0,
        }
    }

    fn on(&mut self, event: &MigrationEvent<'_>) -> Show {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match *event {
            MigrationEvent::SnapshotBegun { bytes } if bytes >= LARGE => {
                Show::Line(format!("copying the database first, {} bytes …", grouped(bytes)))
            }
            MigrationEvent::SnapshotDone { .. } | MigrationEvent::Committed { .. } => Show::Nothing,
            MigrationEvent::Begun {
                done, of, messages, ..
            } => {
                self.is_shown = messages > MANY;
                self.step = format!("schema, step {} of {of}", done.saturating_add(1));
                self.statements = 0;
                self.if_shown(|watch| Show::Line(watch.step.clone()))
            }
            MigrationEvent::Statement { .. } => {
                self.statements = self.statements.saturating_add(1);
                self.if_shown(|watch| Show::Line(format!("{}: statement {}", watch.step, watch.statements)))
            }
            MigrationEvent::Partition { done, of } => {
                self.if_shown(|watch| Show::Bar(format!("{}: months", watch.step), count(done), count(of)))
            }
            MigrationEvent::Committing { .. } => {
                self.if_shown(|watch| Show::Line(format!("{}: writing …", watch.step)))
            }
            _ => Show::Same,
        }
    }

    fn if_shown(&self, show: impl FnOnce(&Self) -> Show) -> Show {
        if self.is_shown { show(self) } else { Show::Same }
    }
}

/// The state of the display: the store accepts a plain function only.
static SHOWN: Mutex<(Watch, Option<Drawn>)> = Mutex::new((Watch::new(), None));

struct Drawn {
    bar: ProgressBar,
    has_end: bool,
}

fn shown() -> MutexGuard<'static, (Watch, Option<Drawn>)> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn told(event: MigrationEvent<'_>) {
    let (watch, drawn) = &mut *shown();
    match watch.on(&event) {
        Show::Same => {}
        Show::Nothing => clear(drawn),
        Show::Line(text) => draw(drawn, text, None),
        Show::Bar(text, done, of) => draw(drawn, text, Some((done, of))),
    }
}

fn draw(drawn: &mut Option<Drawn>, text: String, at: Option<(u64, u64)>) {
    if drawn.as_ref().is_some_and(|drawn| drawn.has_end != at.is_some()) {
        clear(drawn);
    }
    let Drawn { bar, .. } = drawn.get_or_insert_with(|| Drawn {
        bar: if at.is_some() { bar(&text) } else { line(&text) },
        has_end: at.is_some(),
    });
    bar.set_message(text);
    if let Some((done, of)) = at {
        bar.set_length(of);
        bar.set_position(done);
    }
}

fn clear(drawn: &mut Option<Drawn>) {
    if let Some(Drawn { bar, .. }) = drawn.take() {
        bar.finish_and_clear();
    }
}

/// Runs work that may change the schema, with options that show its progress and let Ctrl-C end it in order. No bar is left on
/// the terminal, whatever the result.
pub(crate) fn watch<T>(work: impl FnOnce(&VaultOptions) -> T) -> T {
    let done = while_open(|stop| {
        work(&VaultOptions {
            on_migration: Some(told),
            tell: Some(warn),
            stop: Some(stop),
            ..VaultOptions::default()
        })
    });
    clear(&mut shown().1);
    done
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn begun(messages: u64) -> MigrationEvent<'static> {
        MigrationEvent::Begun {
            step: "1_a",
            done: 0,
            of: 2,
            messages,
        }
    }

    const STATEMENT: MigrationEvent<'static> = MigrationEvent::Statement { step: "1_a" };

    #[test]
    fn a_large_vault_shows_statements_and_months() {
        let mut watch = Watch::new();
        let line = |text: &str| Show::Line(text.into());
        assert_eq!(watch.on(&begun(100_001)), line("schema, step 1 of 2"));
        assert_eq!(watch.on(&STATEMENT), line("schema, step 1 of 2: statement 1"));
        assert_eq!(watch.on(&STATEMENT), line("schema, step 1 of 2: statement 2"));
        let month = MigrationEvent::Partition { done: 3, of: 40 };
        let bar = Show::Bar("schema, step 1 of 2: months".into(), 3, 40);
        assert_eq!(watch.on(&month), bar);
        let committing = MigrationEvent::Committing { step: "1_a" };
        assert_eq!(watch.on(&committing), line("schema, step 1 of 2: writing …"));
        assert_eq!(
            watch.on(&MigrationEvent::Committed { step: "1_a" }),
            Show::Nothing
        );
        // The count starts again with each step.
        watch.on(&begun(100_001));
        assert_eq!(watch.on(&STATEMENT), line("schema, step 1 of 2: statement 1"));
    }

    #[test]
    fn a_small_vault_shows_nothing() {
        let mut watch = Watch::new();
        for event in [
            MigrationEvent::SnapshotBegun { bytes: LARGE - 1 },
            begun(100_000),
            STATEMENT,
            MigrationEvent::Partition { done: 1, of: 2 },
            MigrationEvent::Committing { step: "1_a" },
        ] {
            assert_eq!(watch.on(&event), Show::Same, "{event:?}");
        }
    }

    #[test]
    fn the_copy_of_a_large_file_is_announced() {
        let mut watch = Watch::new();
        let begun = MigrationEvent::SnapshotBegun { bytes: 123_456_789 };
        let text = "copying the database first, 123,456,789 bytes …";
        assert_eq!(watch.on(&begun), Show::Line(text.into()));
        let done = MigrationEvent::SnapshotDone {
            path: Path::new("copy"),
            bytes: 1,
        };
        assert_eq!(watch.on(&done), Show::Nothing);
    }

    #[test]
    fn no_bar_is_left() {
        let result = watch(|options| {
            options.on_migration.map(|told| {
                told(begun(1_000_000));
                told(STATEMENT);
                told(MigrationEvent::Partition { done: 1, of: 2 });
                assert!(shown().1.as_ref().is_some_and(|drawn| drawn.has_end));
            })
        });
        assert!(result.is_some() && shown().1.is_none());
    }
}
