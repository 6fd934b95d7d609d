//! `import`: another program's history, streamed in.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use indicatif::ProgressBar;
use privatus_import::legacy::{SearchOptions, Source, Zone};
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

/// Characters of a note that are shown: every list of names is shorter, and is shown whole.
const NOTE: usize = 8_000;
/// Ranges of rows that are printed of one kind.
const RANGES_SHOWN: usize = 20;
/// Rights that were not taken and are printed.
const RIGHTS_SHOWN: usize = 20;

pub(crate) fn run(arguments: &Arguments, import: &Import) -> Result<u8, Failure> {
    let zone = match &import.timezone {
        Some(name) => Zone::named(name).map_err(|error| Failure::Usage(error.to_string()))?,
        None => Zone::of_machine(),
    };
    // What the system says against a name is said when it is opened.
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
        // Reading a file that this process has open in SQLite would drop its locks on it.
        let why = "lies in the vault itself; name the other application's file".to_owned();
        return Err(ImportError::Source {
            path: import.path.clone(),
            why,
        }
        .into());
    }
    if import.trust && import.format != Format::Privatus {
        return Err(Failure::Usage(
            "--trust is for `import privatus`: nothing in another format can be checked for having been changed".into(),
        ));
    }
    if import.again && import.format != Format::Telegram {
        return Err(Failure::Usage("--again is for `import telegram`".into()));
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
    // That nobody reads the report is told last: it is no reason to hide what went wrong.
    // A refusal is no report: what came over of it is nothing.
    let printed = match result.is_err() && !arguments.json && report.is_empty() {
        true => Ok(()),
        false => print(arguments, &report),
    };
    result?;
    if report.partial {
        let path = import.path.clone();
        let reasons = reasons(&report);
        return Err(ImportError::Partial { path, reasons }.into());
    }
    printed?;
    Ok(0)
}

/// Reads the whole export before anything of it is taken, lists what gives rights, and asks.
fn vouch(arguments: &Arguments, import: &Import) -> Result<Vouched, Failure> {
    let line = progress::line("reading the export …");
    let read = Vouched::read(&import.path, &mut |_| true);
    line.finish_and_clear();
    let vouched = read?;
    let items = vouched.items();
    let is_asked = !items.is_empty() && !import.yes;
    // With --json what was taken lists them; where nothing is, they are listed here.
    if !arguments.json || is_asked {
        for item in items {
            notice::note_whole(&format!("would count here: {} (line {})", item.text, item.line));
        }
    }
    if is_asked {
        let what = format!(
            "would take {} rights from {}; whoever could write that file could put them there",
            items.len(),
            import.path.display()
        );
        confirm(arguments.json, &what)?;
    }
    Ok(vouched)
}

/// The first reasons why something is missing, with their counts, as part of one line.
fn reasons(report: &Report) -> String {
    // A search that found no key for some rows has no reason of its own.
    let counts = match report.missing.is_empty() {
        true => &report.reasons,
        false => &report.missing,
    };
    let mut reasons: Vec<String> = counts
        .iter()
        .take(5)
        .map(|(reason, count)| format!("{count}: {}", crate::text::one_line(reason, 80)))
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
    // Begun at the first transaction: a search for keys has a bar of its own before it.
    let mut begun: Option<ProgressBar> = None;
    let stop = progress::interrupted();
    let mut on_progress = |at: Progress| {
        let bar = begun.get_or_insert_with(|| progress::bar("import"));
        bar.set_length(at.total.unwrap_or(at.done));
        bar.set_position(at.done);
        !stop.load(Ordering::SeqCst)
    };
    let result = bring_format(store, import, zone, vouched, report, &mut on_progress);
    // Also after a failure: nothing of a bar stays behind.
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
                max_iterations: import.max_iterations,
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
                // One bar at a time: the second would leave a line of the first behind.
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
        output::line("Everything was there already: this import adds nothing.")?;
    }
    for note in &report.notes {
        output::line(&format!("· {}", crate::text::one_line(&noted(note), NOTE)))?;
    }
    let removed = match report.messages_removed {
        0 => String::new(),
        count => format!(", {} removed from this vault before", grouped(count)),
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
        "{}, {} known already{removed}, {} skipped; {}, {}, {}{others}",
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
            "    skipped {count}: {}",
            crate::text::one_line(reason, 100)
        ))?;
    }
    for (what, rows) in &report.rows_left_out {
        output::line(&format!("    rows of {what}: {}", ranges(rows)))?;
    }
    if report.partial && report.messages_imported + report.messages_known > 0 {
        output::line("A part did not come over; what did is whole.")?;
    }
    Ok(())
}

/// Which settings did not come over, by their names.
fn print_settings_left_out(report: &Report) -> Result<(), Failure> {
    let names = &report.settings_left_out;
    for name in names.iter().take(RIGHTS_SHOWN) {
        let name = crate::text::one_line(name, 100);
        output::line(&format!("    setting left out: {name}"))?;
    }
    if names.len() > RIGHTS_SHOWN {
        let more = names.len() - RIGHTS_SHOWN;
        output::line(&format!("    and {more} more settings (--json lists them)"))?;
    }
    Ok(())
}

/// How many of the rights that were listed came over, and which did not.
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
        known => format!(", {known} were there already"),
    };
    output::line(&format!("{taken} of {all} rights were taken{known}"))?;
    for one in untaken.iter().take(RIGHTS_SHOWN) {
        let why = one.why_not.as_deref().unwrap_or_default();
        let (text, why) = (
            crate::text::one_line(&one.item.text, 200),
            crate::text::one_line(why, 100),
        );
        output::line(&format!("    not taken: {text} ({why})"))?;
    }
    if untaken.len() > RIGHTS_SHOWN {
        let more = untaken.len() - RIGHTS_SHOWN;
        output::line(&format!("    and {more} more (--json lists them)"))?;
    }
    Ok(())
}

/// The first ranges of rows; `--json` has them all.
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
        shown.push(format!(
            "and {} more places (--json lists them)",
            rows.len() - RANGES_SHOWN
        ));
    }
    shown.join(", ")
}
