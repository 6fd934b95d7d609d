//! Whose messages are outgoing.

use std::collections::HashSet;

/// The account's owner, by ids and by a name. Nobody by default.
#[derive(Debug, Default)]
pub(super) struct Me {
    ids: HashSet<String>,
    name: Option<String>,
}

impl Me {
    /// By ids as an export gives them (`user42`, or `42` in old ones); a name where a writer has no id.
    pub(super) fn of_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            ids: ids.into_iter().map(|id| bare(id).to_owned()).collect(),
            name: None,
        }
    }

    /// By what `--me` says, and the ids of the writers it means.
    pub(super) fn given<'a>(given: &str, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut me = Self::of_ids(ids);
        me.ids.insert(bare(given).to_owned());
        me.name = Some(given.to_owned());
        me
    }

    /// Whether a message from this writer is outgoing.
    pub(super) fn wrote(&self, from_id: Option<&str>, from: Option<&str>) -> bool {
        match from_id {
            Some(id) if self.ids.contains(bare(id)) => true,
            Some(_) => self.name.is_some() && self.name.as_deref() == from,
            None => from.is_some_and(|from| self.ids.contains(from) || self.name.as_deref() == Some(from)),
        }
    }
}

/// An id of a user without the word that newer exports put before it.
pub(super) fn bare(id: &str) -> &str {
    id.strip_prefix("user")
        .filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty())
        .unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_id_and_names() {
        let me = Me::of_ids(["user42"]);
        assert!(me.wrote(Some("user42"), None) && me.wrote(Some("42"), Some("x")));
        assert!(!me.wrote(Some("user43"), Some("user42")) && !me.wrote(None, None));
        let me = Me::given("Ann", ["7"]);
        assert!(me.wrote(Some("user7"), Some("Older name")) && me.wrote(None, Some("Ann")));
        assert!(!me.wrote(Some("user8"), Some("Bob")));
        assert_eq!(
            (bare("username"), bare("user"), bare("user1")),
            ("username", "user", "1")
        );
    }
}
