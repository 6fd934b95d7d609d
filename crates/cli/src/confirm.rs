//! A question before what cannot be undone.

use std::io::{IsTerminal, Write, stderr, stdin};

use crate::failure::Failure;

/// Asks whoever sits there; who is not asked has to have said `--yes`.
pub(crate) fn confirm(is_json: bool, what: &str) -> Result<(), Failure> {
    if is_json {
        return Err(unasked(what));
    }
    crate::notice::note(what);
    ask()
}

fn unasked(why: &str) -> Failure {
    Failure::Usage(format!("it needs --yes: {why}; nothing was changed"))
}

/// The question alone, where what it is about was said.
pub(crate) fn ask() -> Result<(), Failure> {
    let nowhere = || unasked("there is no terminal to ask on");
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(nowhere());
    }
    write!(stderr(), "Type yes to go on: ").map_err(|_| nowhere())?;
    let mut answer = String::new();
    // What is no UTF-8 is no yes.
    let _ = stdin().read_line(&mut answer);
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::Usage("not confirmed; nothing was changed".into()))
}
