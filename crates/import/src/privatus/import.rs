//! An export into a vault: its content, and the rights of one that somebody vouches for.

use std::path::Path;

use privatus_store::Store;

use super::open::open;
use super::pass::{Ended, pass};
use super::read::Reader;
use super::vouched::Vouched;
use crate::authority::{AuthorityKind, TrustedItem};
use crate::error::ImportError;
use crate::newcomers::Newcomers;
use crate::note::Advice;
use crate::report::{OnProgress, Report};

/// What of an export is taken.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// Content alone: nothing that gives anybody rights in the vault. What is left out is counted in
    /// `Report::not_trusted`.
    Content,
    /// The rights too that this export gave when it was read.
    Vouched(&'a Vouched),
}

/// Imports an export; what the vault has already stays as it is. A public key that is another than the vault's leaves a
/// security event and replaces none, whatever is trusted.
///
/// # Errors
/// [`ImportError`]; what was committed before stays, and is in the report.
pub fn import(
    store: &Store,
    path: &Path,
    trust: Trust<'_>,
    report: &mut Report,
    progress: OnProgress<'_>,
) -> Result<(), ImportError> {
    let mut newcomers = Newcomers::default();
    let vouched = match trust {
        Trust::Content => None,
        Trust::Vouched(vouched) => Some(vouched),
    };
    report.trusted = vouched.map_or_else(Vec::new, |vouched| {
        let items = vouched.items().iter().cloned();
        items.map(TrustedItem::listed).collect()
    });
    let mut reader = Reader::new(store, vouched, report, &mut newcomers, progress);
    let ended = match vouched {
        None => pass(open(path)?, &mut reader).map(drop),
        // The same file, whatever has its name by now.
        Some(vouched) => match vouched.again().and_then(|file| pass(file, &mut reader)) {
            Ok(sum) if sum == *vouched.checksum() => Ok(()),
            // It was whole a moment ago.
            Ok(_) | Err(Ended::Form(_) | Ended::Damage(..)) => Err(Ended::Damage(
                "was changed while it was read".into(),
                "what had changed gave nobody rights; import it again when nothing writes to it",
            )),
            Err(error) => Err(error),
        },
    };
    // Where the end was not read, what comes may be behind it.
    if ended.is_ok() {
        newcomers.take_back(store, report)?;
    }
    report.tell_not_trusted(&AuthorityKind::ALL, Advice::Trust);
    report.sum_up();
    report.audit(store, ended.is_ok());
    let source = |why: String| ImportError::Source {
        path: path.to_owned(),
        why,
    };
    ended.map_err(|error| match error {
        Ended::Form(why) => source(why),
        Ended::Damage(what, advice) => source(format!("{what}; {advice}")),
        Ended::Import(error) => error,
    })
}
