//! Progress bars, on standard error and only on a terminal.

mod ctrl_c;
pub(crate) mod schema;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use privatus_import::legacy;

use crate::text::counted;

pub(crate) use ctrl_c::interrupted;

/// Creates a bar.
pub(crate) fn bar(what: &str) -> ProgressBar {
    let template = "{msg} [{bar:16}] {human_pos}/{human_len}  {per_sec}  {eta} left";
    let bar = with_template(template);
    bar.set_message(what.to_owned());
    bar
}

/// Creates a line that says what is being done, for work of unknown length.
pub(crate) fn line(what: &str) -> ProgressBar {
    let bar = with_template("{msg}");
    bar.set_message(what.to_owned());
    bar.tick();
    bar
}

/// Columns for the numbers of a search, so that the whole line is not wider than 80.
const DETAILS: usize = 80 - "later keys [========] ".len() - 1;

/// Creates the bar of the search for iteration counts; [`show_search`] moves it.
pub(crate) fn search_bar() -> ProgressBar {
    // At most 80 columns: a line that wraps leaves a copy of itself at every redraw.
    with_template("{msg} [{bar:8}] {prefix}")
}

/// Shows the progress of a search: the limit, the rate, the time left of this pass, and what was found.
pub(crate) fn show_search(bar: &ProgressBar, at: &legacy::SearchProgress) {
    bar.set_message(if at.catching_up { "later keys" } else { "keys" });
    bar.set_prefix(search_details(at));
    bar.set_length(at.bound);
    bar.set_position(at.iterations);
}

/// Returns the numbers of a search in at most [`DETAILS`] columns; parts that do not fit are left out from the right.
fn search_details(at: &legacy::SearchProgress) -> String {
    // A rate is positive and far below the limit of 64 bits; the cast saturates.
    let rate = HumanCount((at.rate / 1_000.0) as u64);
    let left = at
        .remaining
        .map_or_else(|| "?".into(), |left| format!("{:#}", HumanDuration(left)));
    let parts = [
        format!(
            "{} of {}M counts",
            at.iterations / 1_000_000,
            at.bound.div_ceil(1_000_000)
        ),
        format!(", {rate}k/s"),
        format!(", at most {left}"),
        format!(", {}", counted(at.keys as u64, "key", "keys")),
        format!(", {}/{} rows", at.rows_open, at.rows),
    ];
    let mut line = String::new();
    for part in parts {
        if line.len() + part.len() > DETAILS {
            break;
        }
        line.push_str(&part);
    }
    line
}

fn with_template(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        .with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_search_says_its_rate_its_bound_and_what_it_found() {
        let at = legacy::SearchProgress {
            iterations: 1_000_000,
            bound: 20_000_000,
            catching_up: true,
            rate: 5_300_000.4,
            remaining: Some(Duration::from_secs(4)),
            keys: 1,
            rows_open: 20,
            rows: 41,
        };
        assert_eq!(
            search_details(&at),
            "1 of 20M counts, 5,300k/s, at most 4s, 1 key, 20/41 rows"
        );
        // However large the numbers are, a line never wraps on 80 columns.
        for rows in [9, 1_000_000, u64::MAX] {
            let long = legacy::SearchProgress {
                iterations: rows,
                bound: u64::MAX,
                rate: 99_999_999.0,
                remaining: Some(Duration::from_secs(rows / 2)),
                keys: 10_000,
                rows_open: rows,
                rows,
                ..at
            };
            assert!(search_details(&long).len() <= DETAILS);
        }
        let bar = search_bar();
        show_search(&bar, &at);
        assert_eq!((bar.position(), bar.length()), (1_000_000, Some(20_000_000)));
        assert_eq!(bar.message(), "later keys");
    }
}
