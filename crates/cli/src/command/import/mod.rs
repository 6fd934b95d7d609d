//! `import`: imports another program's history.

mod unused;

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use indicatif::ProgressBar;
use privatus_import::legacy::{DEFAULT_MAX_ITERATIONS, SearchOptions, Source, Zone};
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_import::{ImportError, OnProgress, Progress, Report, legacy_import, telegram};
use privatus_store::{Store, StoreError};

use crate::args::{Arguments, Format, Import};
use crate::confirm::confirm;
use crate::exit::noted;
use crate::failure::Failure;
use crate::text::{counted, grouped};
use crate::vault::{close, open, vault_path};
use crate::{notice, output, progress, secret};

/// The maximum length of a note. Every list of names is shorter, so it is shown in full.
const NOTE: usize = 8_000;
/// The number of ranges of rows to print for each kind.
const RANGES_SHOWN: usize = 20;
/// The number of rights that were not imported, or of settings, to print.
const RIGHTS_SHOWN: usize = 20;

pub(crate) fn run(arguments: &Arguments, import: &Import) -> Result<u8, Failure> {
    unused::refuse(import)?;
    let zone = match &import.timezone {
        Some(name) => Zone::named(name).map_err(|error| Failure::Usage(error.to_string()))?,
        None => Zone::of_machine(),
    };
    // Other errors of the system are reported when the source is opened.
    if import.path.try_exists().is_ok_and(|is_there| !is_there) {
        let why = "does not exist".to_owned();
        return Err(ImportError::Source {
            path: import.path.clone(),
            why,
        }
        .into());
    }
    let vault = vault_path(arguments)?;
    if let (Ok(source), Ok(vault)) = (import.path.canonicalize(), vault.canonicalize())
        && source.starts_with(&vault)
    {
        // Reading a file that SQLite has open in this process would release its locks.
        let why = "is inside the vault itself; name the other application's file".to_owned();
        return Err(ImportError::Source {
            path: import.path.clone(),
            why,
        }
        .into());
    }
    let vouched = import.trust.then(|| vouch(arguments, import)).transpose()?;
    let store = open(arguments)?;
    let mut report = Report::new(match import.format {
        Format::Legacy => "legacy",
        Format::Telegram => "telegram",
        Format::Privatus => "privatus",
    });
    let result = bring(&store, import, &zone, vouched.as_ref(), &mut report);
    report.partial |= result.is_err();
    close(store);
    if let Err(failure) = result {
        return Err(failed(arguments, &report, failure));
    }
    // A failed print is reported last: it must not hide what went wrong.
    let printed = print(arguments, &report);
    if report.partial {
        let path = import.path.clone();
        let reasons = reasons(&report);
        return Err(ImportError::Partial { path, reasons }.into());
    }
    printed?;
    Ok(0)
}

/// Returns the failure of an import, with what was stored before. A person sees only the error; with `--json` the report is
/// printed too, since a program needs its counts.
fn failed(arguments: &Arguments, report: &Report, failure: Failure) -> Failure {
    if arguments.json && !report.is_empty() {
        // A failed print must not hide the failure.
        let _ = print(arguments, report);
    }
    let kept: Vec<String> = [
        (report.messages_imported, "message", "messages"),
        (report.contacts_imported, "contact", "contacts"),
        (report.groups_imported, "group", "groups"),
        (report.settings_imported, "setting", "settings"),
        (report.grants_imported, "grant", "grants"),
        (report.transfers_imported, "file transfer", "file transfers"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| counted(count, one, many))
    .collect();
    if kept.is_empty() {
        return failure;
    }
    Failure::Kept {
        failure: Box::new(failure),
        kept: kept.join(", "),
    }
}

/// Reads the whole export before anything is imported, lists the rights in it, and asks.
fn vouch(arguments: &Arguments, import: &Import) -> Result<Vouched, Failure> {
    let line = progress::line("reading the export …");
    let read = Vouched::read(&import.path, &mut |_| true);
    line.finish_and_clear();
    let vouched = read?;
    let items = vouched.items();
    let is_asked = !items.is_empty() && !import.yes;
    // With --json the report lists the rights that were imported; they are listed here only if nothing will be imported.
    if !arguments.json || is_asked {
        for item in items {
            notice::note_whole(&format!(
                "would apply in this vault: {} (line {})",
                item.text, item.line
            ));
        }
    }
    if is_asked {
        let what = format!(
            "would import {} from {}; anyone who could write that file could have put them there",
            counted(items.len() as u64, "right", "rights"),
            import.path.display()
        );
        confirm(arguments.json, &what)?;
    }
    Ok(vouched)
}

/// Returns the first reasons why something is missing, with their counts, on one line.
fn reasons(report: &Report) -> String {
    // If no key was found for some rows, there is no separate reason for them.
    let counts = match report.missing.is_empty() {
        true => &report.reasons,
        false => &report.missing,
    };
    let mut reasons: Vec<String> = counts
        .iter()
        .take(5)
        .map(|(reason, count)| format!("{}: {}", grouped(*count), crate::text::one_line(reason, 80)))
        .collect();
    if counts.len() > 5 {
        reasons.push("…".into());
    }
    reasons.join("; ")
}

/// Imports one source into an open store.
pub(super) fn bring(
    store: &Store,
    import: &Import,
    zone: &Zone,
    vouched: Option<&Vouched>,
    report: &mut Report,
) -> Result<(), Failure> {
    // Created at the first transaction: the search for keys has its own bar before that.
    let mut begun: Option<ProgressBar> = None;
    let stop = progress::interrupted();
    let mut on_progress = |at: Progress| {
        let bar = begun.get_or_insert_with(|| progress::bar("import"));
        bar.set_length(at.total.unwrap_or(at.done));
        bar.set_position(at.done);
        !stop.load(Ordering::SeqCst)
    };
    let result = bring_format(store, import, zone, vouched, report, &mut on_progress);
    // After a failure too, so that no bar is left on the terminal.
    if let Some(bar) = begun {
        bar.finish_and_clear();
    }
    result
}

fn bring_format(
    store: &Store,
    import: &Import,
    zone: &Zone,
    vouched: Option<&Vouched>,
    report: &mut Report,
    on_progress: OnProgress<'_>,
) -> Result<(), Failure> {
    let path = &import.path;
    match import.format {
        Format::Telegram => {
            let options = telegram::Options {
                me: import.me.as_deref(),
                zone,
                chat: import.chat.as_deref(),
            };
            match import.again {
                true => telegram::import_again(store, path, &options, report, on_progress)?,
                false => telegram::import(store, path, &options, report, on_progress)?,
            }
        }
        Format::Privatus => {
            let trust = vouched.map_or(Trust::Content, Trust::Vouched);
            privatus::import(store, path, trust, report, on_progress)?;
        }
        Format::Legacy => {
            let needs = Source::open(path).map_err(ImportError::from)?.needs_password();
            let password = if needs {
                Some(zeroizing(secret::source_password(
                    import.source_password_file.as_deref(),
                )?))
            } else {
                None
            };
            let options = SearchOptions {
                password: password.as_ref().map(|password| password.as_slice()),
                original_path: import.original_path.as_deref(),
                max_iterations: import.max_iterations.unwrap_or(DEFAULT_MAX_ITERATIONS),
            };
            let search = progress::search_bar();
            let stopped = progress::interrupted();
            let mut searching = |at: &privatus_import::legacy::SearchProgress| {
                progress::show_search(&search, at);
                if stopped.load(Ordering::SeqCst) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            let mut progress = |at: Progress| {
                // One bar at a time: a second bar would leave a line of the first on the terminal.
                if !search.is_finished() {
                    search.finish_and_clear();
                }
                on_progress(at)
            };
            let result =
                legacy_import::import(store, path, &options, zone, report, &mut searching, &mut progress);
            search.finish_and_clear();
            result?;
        }
    }
    Ok(())
}

fn zeroizing(bytes: Vec<u8>) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(bytes)
}

fn print(arguments: &Arguments, report: &Report) -> Result<(), Failure> {
    if arguments.json {
        let mut value = serde_json::to_value(report)
            .map_err(|_| StoreError::Unexpected("the report cannot be printed".into()))?;
        if let Some(notes) = value.get_mut("notes") {
            *notes = report.notes.iter().map(noted).collect();
        }
        return output::json(&value);
    }
    let imported = [
        report.messages_imported,
        report.contacts_imported,
        report.groups_imported,
        report.settings_imported,
        report.grants_imported,
        report.transfers_imported,
    ];
    if imported.iter().all(|count| *count == 0)
        && report.messages_known > 0
        && report.messages_removed == 0
        && !report.partial
    {
        crate::unchanged::nothing_changed();
        output::line("Everything was already there: this import added nothing.")?;
    }
    for note in &report.notes {
        output::line(&format!("· {}", crate::text::one_line(&noted(note), NOTE)))?;
    }
    let removed = match report.messages_removed {
        0 => String::new(),
        count => format!(", {} previously removed from this vault", grouped(count)),
    };
    let others: String = [
        (report.grants_imported, "grant", "grants"),
        (report.contacts_verified, "contact verified", "contacts verified"),
        (report.transfers_imported, "file transfer", "file transfers"),
    ]
    .iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| format!(", {}", counted(*count, one, many)))
    .collect();
    output::line(&format!(
        "{}, {} already known{removed}, {} skipped; {}, {}, {}{others}",
        counted(report.messages_imported, "message imported", "messages imported"),
        grouped(report.messages_known),
        grouped(report.messages_skipped),
        counted(report.contacts_imported, "new contact", "new contacts"),
        counted(report.groups_imported, "new group", "new groups"),
        counted(report.settings_imported, "setting", "settings")
    ))?;
    print_trusted(report)?;
    print_settings_left_out(report)?;
    for (reason, count) in &report.reasons {
        output::line(&format!(
            "    skipped {}: {}",
            grouped(*count),
            crate::text::one_line(reason, 100)
        ))?;
    }
    for (what, rows) in &report.rows_left_out {
        output::line(&format!("    rows of {what}: {}", ranges(rows)))?;
    }
    if report.partial && report.messages_imported + report.messages_known > 0 {
        output::line("Some of the source was not imported; everything that was imported is complete.")?;
    }
    Ok(())
}

/// Prints the names of the settings that were not imported.
fn print_settings_left_out(report: &Report) -> Result<(), Failure> {
    let names = &report.settings_left_out;
    for name in names.iter().take(RIGHTS_SHOWN) {
        let name = crate::text::one_line(name, 100);
        output::line(&format!("    setting left out: {name}"))?;
    }
    if names.len() > RIGHTS_SHOWN {
        let more = counted(
            (names.len() - RIGHTS_SHOWN) as u64,
            "more setting",
            "more settings",
        );
        output::line(&format!("    and {more} (--json lists them)"))?;
    }
    Ok(())
}

/// Prints how many of the listed rights were imported, and which were not.
fn print_trusted(report: &Report) -> Result<(), Failure> {
    let all = report.trusted.len();
    if all == 0 {
        return Ok(());
    }
    let taken = report.trusted.iter().filter(|one| one.is_taken).count();
    let known = report.trusted.iter().filter(|one| one.is_known).count();
    let untaken = report.trusted.iter().filter(|one| !one.is_taken && !one.is_known);
    let untaken: Vec<_> = untaken.collect();
    let known = match known {
        0 => String::new(),
        known => format!(", {} already there", grouped(known as u64)),
    };
    output::line(&format!(
        "rights imported: {} of {}{known}",
        grouped(taken as u64),
        grouped(all as u64)
    ))?;
    for one in untaken.iter().take(RIGHTS_SHOWN) {
        let why = one.why_not.as_deref().unwrap_or_default();
        let (text, why) = (
            crate::text::one_line(&one.item.text, 200),
            crate::text::one_line(why, 100),
        );
        output::line(&format!("    not imported: {text} ({why})"))?;
    }
    if untaken.len() > RIGHTS_SHOWN {
        let more = grouped((untaken.len() - RIGHTS_SHOWN) as u64);
        output::line(&format!("    and {more} more (--json lists them)"))?;
    }
    Ok(())
}

/// Returns the first ranges of rows; `--json` has all of them.
fn ranges(rows: &[[i64; 2]]) -> String {
    let mut shown: Vec<String> = rows
        .iter()
        .take(RANGES_SHOWN)
        .map(|&[first, last]| match (first, last) {
            (i64::MIN, i64::MAX) => "all".to_owned(),
            (i64::MIN, last) => format!("up to {last}"),
            (first, i64::MAX) => format!("from {first} on"),
            _ if first == last => first.to_string(),
            _ => format!("{first}–{last}"),
        })
        .collect();
    if rows.len() > RANGES_SHOWN {
        let more = counted((rows.len() - RANGES_SHOWN) as u64, "more range", "more ranges");
        shown.push(format!("and {more} (--json lists them)"));
    }
    shown.join(", ")
}
