//! A question before what cannot be undone.

use std::io::{IsTerminal, Write, stderr, stdin};

use crate::failure::Failure;

/// Asks whoever sits there; who is not asked has to have said `--yes`.
pub(crate) fn confirm(is_json: bool, what: &str) -> Result<(), Failure> {
    let unasked = |why: &str| Failure::Usage(format!("it needs --yes: {why}; nothing was changed"));
    if is_json {
        return Err(unasked(what));
    }
    crate::notice::note(what);
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(unasked("there is no terminal to ask on"));
    }
    write!(stderr(), "Type yes to go on: ")?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::Usage("not confirmed; nothing was changed".into()))
}
