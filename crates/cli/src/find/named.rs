//! Finds the thing that a word names, and describes the cases in which it names none or several.
//!
//! For an exact id, only that thing is read.

use privatus_domain::{Meant, Named, ResourceKind, meant};
use privatus_store::{ReadTx, StoreError};

use super::near::near;
use crate::failure::Failure;
use crate::text::{grouped, one_line};

/// The number of things that an error lists.
const LISTED: usize = 5;

/// The width of a name in an error.
const WIDE: usize = 40;

/// Finds the thing with exactly this id; a word that cannot be an id names nothing.
pub(super) fn exact<T, I: std::str::FromStr>(
    wanted: &str,
    find: impl FnOnce(I) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let Ok(id) = wanted.parse() else {
        return Ok(None);
    };
    match find(id) {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Finds the id of the thing that a word names, among those of a kind that the session's user may read.
pub(super) fn named(
    tx: &mut ReadTx<'_>,
    kind: ResourceKind,
    what: &str,
    wanted: &str,
) -> Result<String, Failure> {
    let mut found = tx.names(kind, Some(wanted))?;
    match meant(&found, wanted) {
        Meant::One(at) => Ok(found.swap_remove(at).id),
        Meant::Several(fits) => Err(several(&found, &fits, wanted, what)),
        Meant::Nothing => Err(nothing(&tx.names(kind, None)?, wanted, what)),
    }
}

/// Returns the error for a word that matches several things.
pub(super) fn several(all: &[Named], fits: &[usize], wanted: &str, what: &str) -> Failure {
    let listed: Vec<String> = fits
        .iter()
        .filter_map(|at| all.get(*at))
        .map(|thing| match thing.name.as_str() {
            "" => thing.id.clone(),
            name => format!("{} “{}”", thing.id, one_line(name, WIDE)),
        })
        .collect();
    ambiguous(wanted, what, &listed)
}

/// Returns the error for a word that matches all these.
pub(super) fn ambiguous(wanted: &str, what: &str, fits: &[String]) -> Failure {
    let listed: Vec<&str> = fits.iter().take(LISTED).map(String::as_str).collect();
    let more = match fits.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    Failure::Refused(format!(
        "“{}” matches {} {what}s; name one by its id: {}{more}",
        one_line(wanted, 60),
        grouped(fits.len() as u64),
        listed.join(", ")
    ))
}

/// Returns the error for a word that matches nothing.
pub(super) fn nothing(all: &[Named], wanted: &str, what: &str) -> Failure {
    let list = match what {
        "chat" => "privatus chats".to_owned(),
        "member" => "privatus groups members GROUP".to_owned(),
        other => format!("privatus {other}s list"),
    };
    let near: Vec<String> = near(all.iter().map(|thing| thing.name.as_str()), wanted)
        .into_iter()
        .map(|name| format!("“{}”", one_line(name, WIDE)))
        .collect();
    let maybe = match near.as_slice() {
        [] => String::new(),
        [only] => format!("; did you mean {only}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    };
    let sign = if maybe.is_empty() { ";" } else { "" };
    Failure::NotFound(format!(
        "{what} “{}”{maybe}{sign} `{list}` lists them",
        one_line(wanted, 60)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn all(names: &[&str]) -> Vec<Named> {
        let named = |(at, name): (usize, &&str)| Named {
            id: format!("id{at}"),
            also: None,
            name: (*name).to_owned(),
        };
        names.iter().enumerate().map(named).collect()
    }

    fn told(names: &[&str], wanted: &str) -> (Exit, String) {
        let all = all(names);
        let error = match meant(&all, wanted) {
            Meant::One(at) => return (Exit::Done, at.to_string()),
            Meant::Several(fits) => several(&all, &fits, wanted, "chat"),
            Meant::Nothing => nothing(&all, wanted, "chat"),
        };
        (error.exit(), error.to_string())
    }

    #[test]
    fn what_is_ambiguous_is_listed_with_ids_and_names() {
        assert_eq!(
            told(&["Ann", "Anna", "", "Bob"], "an"),
            (
                Exit::Refused,
                "refused: “an” matches 2 chats; name one by its id: id0 “Ann”, id1 “Anna”".into()
            )
        );
        let (_, line) = told(&["A1", "A2", "A3", "A4", "A5", "A6\u{1b}", "A7"], "a");
        assert!(
            line.contains("7 chats") && line.ends_with("id4 “A5” and 2 more"),
            "{line}"
        );
    }

    #[test]
    fn what_is_not_there_is_told_with_near_names() {
        assert_eq!(
            told(&["Alice", "Bob"], "Alcie"),
            (
                Exit::NotFound,
                "not found: chat “Alcie”; did you mean “Alice”? `privatus chats` lists them".into()
            )
        );
        assert_eq!(
            told(&["Alice", "Bob"], "zebra").1,
            "not found: chat “zebra”; `privatus chats` lists them"
        );
        assert_eq!(told(&["Alice"], "").0, Exit::NotFound);
    }
}
