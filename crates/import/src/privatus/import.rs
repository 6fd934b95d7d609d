//! Imports an export into a vault: its content, and also its rights if somebody vouches for it.

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

/// Which parts of an export to import.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// Content only, nothing that grants anybody rights in the vault. What is left out is counted in
    /// `Report::not_trusted`.
    Content,
    /// Also the rights that this export contained when it was read.
    Vouched(&'a Vouched),
}

/// Imports an export; data that the vault already has stays unchanged. A public key that differs from the vault's
/// raises a security event and never replaces the vault's, whatever is trusted.
///
/// # Errors
/// [`ImportError`]; what was committed stays, and is in the report.
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
        // The same open file, whichever file now has its name.
        Some(vouched) => match vouched.again().and_then(|file| pass(file, &mut reader)) {
            Ok(sum) if sum == *vouched.checksum() => Ok(()),
            // The file was intact a moment ago.
            Ok(_) | Err(Ended::Form(_) | Ended::Damage(..)) => Err(Ended::Damage(
                "was changed while it was read".into(),
                "no rights were taken from the changed part; import it again while nothing writes to it",
            )),
            Err(error) => Err(error),
        },
    };
    // Otherwise messages of a new chat may come later in the file.
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
