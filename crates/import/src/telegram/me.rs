//! Decides whose messages are outgoing.

use std::collections::HashSet;

/// The account's owner, by ids and by name. Nobody by default.
#[derive(Debug, Default)]
pub(super) struct Me {
    ids: HashSet<String>,
    name: Option<String>,
    /// No writer with an id has this name, so the name also counts for a writer with an id.
    by_name_alone: bool,
}

impl Me {
    /// By ids as in an export (`user42`, or `42` in old ones); a name for writers without an id.
    pub(super) fn of_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            ids: ids.into_iter().map(|id| bare(id).to_owned()).collect(),
            name: None,
            by_name_alone: false,
        }
    }

    /// Adds the name for writers without an id.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.name = (!name.is_empty()).then(|| name.to_owned());
        self
    }

    /// By what `--me` says, and the ids of the writer it means.
    pub(super) fn given<'a>(given: &str, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut me = Self::of_ids(ids);
        // A writer with another id and the same name is somebody else.
        me.by_name_alone = me.ids.is_empty();
        me.ids.insert(bare(given).to_owned());
        me.name = Some(given.to_owned());
        me
    }

    /// Returns whether a message from this writer is outgoing.
    pub(super) fn wrote(&self, from_id: Option<&str>, from: Option<&str>) -> bool {
        match from_id {
            Some(id) if self.ids.contains(bare(id)) => true,
            Some(_) => self.by_name_alone && self.name.as_deref() == from,
            None => from.is_some_and(|from| self.ids.contains(from) || self.name.as_deref() == Some(from)),
        }
    }
}

/// A user's id without the prefix that newer exports use.
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
        let me = Me::of_ids(["42"]).named("Ann");
        assert!(me.wrote(None, Some("Ann")) && !me.wrote(Some("7"), Some("Ann")) && !me.wrote(None, None));
        let me = Me::given("Ann", ["7"]);
        assert!(me.wrote(Some("user7"), Some("Older name")) && me.wrote(None, Some("Ann")));
        assert!(!me.wrote(Some("user8"), Some("Bob")) && !me.wrote(Some("user8"), Some("Ann")));
        assert!(Me::given("Ann", []).wrote(Some("user8"), Some("Ann")));
        assert_eq!(
            (bare("username"), bare("user"), bare("user1")),
            ("username", "user", "1")
        );
    }
}
