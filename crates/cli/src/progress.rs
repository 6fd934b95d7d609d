//! Progress bars: on standard error, and only on a terminal.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use privatus_import::legacy;

/// A bar that knows its total, or counts without one.
pub(crate) fn bar(what: &str) -> ProgressBar {
    let template = "{msg:<28} [{bar:30}] {human_pos}/{human_len}  {per_sec}  {eta} left";
    let bar = with_template(template);
    bar.set_message(what.to_owned());
    bar
}

/// The bar of the search for iteration counts; [`show_search`] moves it.
pub(crate) fn search_bar() -> ProgressBar {
    with_template("{msg} [{bar:20}] {human_pos} of {human_len} counts, {prefix}")
}

/// Shows where a search is: the bound, the rate, the time left of this walk, and what was found.
pub(crate) fn show_search(bar: &ProgressBar, at: &legacy::Progress) {
    bar.set_message(if at.catching_up {
        "search for keys (later rows catch up)"
    } else {
        "search for keys"
    });
    bar.set_prefix(search_details(at));
    bar.set_length(at.bound);
    bar.set_position(at.iterations);
}

fn search_details(at: &legacy::Progress) -> String {
    // A rate is positive and far below what 64 bits hold; the cast saturates.
    let rate = HumanCount(at.rate as u64);
    let left = at
        .remaining
        .map_or_else(|| "?".into(), |left| HumanDuration(left).to_string());
    let plural = if at.keys == 1 { "" } else { "s" };
    format!(
        "{rate}/s, at most {left} left; {} key{plural}, {} of {} rows open",
        at.keys, at.rows_open, at.rows
    )
}

fn with_template(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
        .with_finish(ProgressFinish::AndClear);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

/// Set by Ctrl-C; a second one ends the process at once.
pub(crate) fn interrupted() -> Arc<AtomicBool> {
    // One flag for the process: a command has several parts that ask, and there is one handler.
    static FLAG: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let flag = FLAG.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&flag);
        // Where no handler can be set, Ctrl-C ends the process, and whole transactions stay as well.
        let _ = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::SeqCst) {
                #[allow(
                    clippy::disallowed_methods,
                    reason = "asked for twice: at once, whatever is open"
                )]
                std::process::exit(130);
            }
        });
        flag
    });
    Arc::clone(flag)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_search_says_its_rate_its_bound_and_what_it_found() {
        let at = legacy::Progress {
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
            "5,300,000/s, at most 4 seconds left; 1 key, 20 of 41 rows open"
        );
        let bar = search_bar();
        show_search(&bar, &at);
        assert_eq!((bar.position(), bar.length()), (1_000_000, Some(20_000_000)));
        assert!(bar.message().contains("catch up"));
    }
}
