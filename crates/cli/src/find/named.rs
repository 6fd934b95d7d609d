//! Which of many things a word names.
//!
//! An exact id is looked up and nothing else is read. Otherwise an exact name wins over the beginning of an id.

use privatus_domain::folded::is_same_name;
use privatus_store::StoreError;

use crate::failure::Failure;

/// What has exactly this id; a word that can be no id names nothing.
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

/// Ids that name a thing, and its title.
pub(super) type Named = ([String; 2], String);

/// The one of all that a word names.
pub(super) fn one<T>(
    all: Vec<T>,
    wanted: &str,
    what: &str,
    named: impl Fn(&T) -> Named,
) -> Result<T, Failure> {
    let names: Vec<Named> = all.iter().map(named).collect();
    let matching = |test: &dyn Fn(&Named) -> bool| -> Vec<usize> {
        let matches = names.iter().enumerate().filter(|(_, name)| test(name));
        matches.map(|(at, _)| at).collect()
    };
    let mut found = matching(&|(ids, _)| ids.iter().any(|id| id == wanted));
    if found.is_empty() {
        found = matching(&|(_, title)| title == wanted);
    }
    if found.is_empty() {
        found = matching(&|(_, title)| is_same_name(title, wanted));
    }
    if found.is_empty() && !wanted.is_empty() {
        found = matching(&|(ids, _)| ids.iter().any(|id| id.starts_with(wanted)));
    }
    let shown = crate::text::one_line(wanted, 60);
    match found.as_slice() {
        [only] => {
            let only = *only;
            all.into_iter()
                .nth(only)
                .ok_or_else(|| Failure::NotFound(format!("{what} “{shown}”")))
        }
        [] => {
            let list = match what {
                "chat" => "privatus chats".to_owned(),
                "member" => "privatus groups members GROUP".to_owned(),
                other => format!("privatus {other}s list"),
            };
            Err(Failure::NotFound(format!(
                "{what} “{shown}”; `{list}` lists them"
            )))
        }
        several => {
            let ids: Vec<&str> = several
                .iter()
                .take(5)
                .filter_map(|at| Some(names.get(*at)?.0[0].as_str()))
                .collect();
            let more = if several.len() > 5 { ", …" } else { "" };
            Err(Failure::Refused(format!(
                "“{shown}” may be {} {what}s; name one by its id: {}{more}",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::exit::Exit;

    fn find(wanted: &str) -> Result<usize, Exit> {
        let all = vec![
            (0, "aa11", "p1", "Alice"),
            (1, "aa22", "p2", "Bob"),
            (2, "bb33", "p3", "Bob"),
            (3, "cc44", "p4", "aa11"),
            (4, "dd55", "p5", "dd"),
            (5, "dd66", "p6", "Eve"),
            (6, "ff77", "p7", "Cafe\u{301}"),
        ];
        one(all, wanted, "chat", |item| {
            ([item.1.into(), item.2.into()], item.3.into())
        })
        .map(|item| item.0)
        .map_err(|error| error.exit())
    }

    #[test]
    fn ids_names_and_beginnings() {
        assert_eq!(find("aa11"), Ok(0), "an id wins over a title");
        assert_eq!(find("p2"), Ok(1), "the contact's or group's id");
        assert_eq!(find("Alice"), Ok(0));
        assert_eq!(find("bb"), Ok(2));
        assert_eq!(find("Caf\u{e9}"), Ok(6), "either form of a letter");
        assert_eq!(find("dd"), Ok(4), "a title wins over a beginning");
        assert_eq!(find("Bob"), Err(Exit::Refused));
        assert_eq!(find("aa"), Err(Exit::Refused));
        assert_eq!(find(""), Err(Exit::NotFound));
        assert_eq!(find("nobody"), Err(Exit::NotFound));
    }
}
