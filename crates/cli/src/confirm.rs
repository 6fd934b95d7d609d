//! A question before something that cannot be undone.

use std::io::{IsTerminal, Write, stderr, stdin};

use crate::failure::Failure;

/// Asks the person at the terminal. Where nobody can be asked, `--yes` is needed.
pub(crate) fn confirm(is_json: bool, what: &str) -> Result<(), Failure> {
    if is_json {
        return Err(unasked(what));
    }
    crate::notice::note(what);
    ask()
}

fn unasked(why: &str) -> Failure {
    Failure::Usage(format!("--yes is needed: {why}; nothing was changed"))
}

/// Asks the question; what it is about was printed before.
pub(crate) fn ask() -> Result<(), Failure> {
    let nowhere = || unasked("there is no terminal to ask on");
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(nowhere());
    }
    write!(stderr(), "Type yes to continue: ").map_err(|_| nowhere())?;
    let mut answer = String::new();
    // Input that is not UTF-8 counts as a no.
    let _ = stdin().read_line(&mut answer);
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::Usage("not confirmed; nothing was changed".into()))
}
