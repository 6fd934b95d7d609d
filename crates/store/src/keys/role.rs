//! What a key is for. The number in an envelope, a month's row or an audit entry selects the key, and anyone who can
//! write the database can change that number. So the key's type and scope, which its wrapping authenticates, are
//! compared with the place where the key is used (docs/CRYPTO.md, "Table keys").

use std::borrow::Cow;
use std::fmt;

use privatus_domain::{KeyKind, Partition};

/// The place where a key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyRole<'a> {
    /// The messages of a month.
    Month(Partition),
    /// A column of a table.
    Column(&'a str, &'a str),
    /// A group, by its id.
    Group(&'a str),
    /// The chain of the audit log.
    Audit,
}

impl KeyRole<'_> {
    /// Returns the `key_store.key_type` of its keys.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Month(_) | Self::Column(..) => KeyKind::Table.as_str(),
            Self::Group(_) => KeyKind::Group.as_str(),
            Self::Audit => KeyKind::Audit.as_str(),
        }
    }

    /// Returns the `key_store.scope` of its keys.
    pub(crate) fn scope(&self) -> Cow<'_, str> {
        match self {
            Self::Month(month) => format!("{MONTHS}{month}").into(),
            Self::Column(table, column) => format!("{table}.{column}").into(),
            Self::Group(group) => Cow::Borrowed(group),
            Self::Audit => "audit_log".into(),
        }
    }
}

impl fmt::Display for KeyRole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.scope())
    }
}

/// What precedes the month in the scope of its key.
const MONTHS: &str = "messages/";

/// What a key is for according to its row; the key does not unwrap under another type or scope.
#[derive(Debug)]
pub(crate) struct KeyPlace {
    kind: String,
    scope: String,
    /// Parsed from the scope once, because it is compared for each message.
    month: Option<Partition>,
}

impl KeyPlace {
    pub(crate) fn new(kind: &str, scope: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            scope: scope.to_owned(),
            month: month_of(kind, scope),
        }
    }

    /// Whether the key belongs to this place.
    pub(crate) fn fits(&self, role: KeyRole<'_>) -> bool {
        match role {
            KeyRole::Month(month) => self.month == Some(month),
            KeyRole::Column(table, column) => {
                let rest = self.scope.strip_prefix(table);
                self.kind == role.kind() && rest.and_then(|rest| rest.strip_prefix('.')) == Some(column)
            }
            KeyRole::Group(group) => self.kind == role.kind() && self.scope == group,
            KeyRole::Audit => self.kind == role.kind() && self.scope == role.scope(),
        }
    }
}

impl KeyPlace {
    /// Whether the key may have sealed the values in this place. Some vaults were filled without the store, such as
    /// those kept from older schemas; their values of a column or a group may be sealed under another column's key.
    /// Nothing is sealed that way any more. The keys of a month, of a group, of the log and of ids only open their own
    /// values.
    pub(crate) fn opens(&self, role: KeyRole<'_>) -> bool {
        self.fits(role) || (matches!(role, KeyRole::Column(..) | KeyRole::Group(_)) && self.is_of_column())
    }

    fn is_of_column(&self) -> bool {
        self.kind == KeyKind::Table.as_str() && !self.scope.starts_with(MONTHS) && self.scope.contains('.')
    }

    /// Whether the key seals values of a column, in any month or group.
    pub(crate) fn is_of(&self, table: &str, column: &str) -> bool {
        match table {
            "messages" | "message_content" => self.month.is_some(),
            "groups" | "group_members" => self.kind == KeyKind::Group.as_str() || self.is_of_column(),
            _ => self.opens(KeyRole::Column(table, column)),
        }
    }
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.scope)
    }
}

fn month_of(kind: &str, scope: &str) -> Option<Partition> {
    let name = scope.strip_prefix(MONTHS)?;
    let partition = match name.split_once('-') {
        Some((year, month)) => {
            let (year, month): (i32, i32) = (year.parse().ok()?, month.parse().ok()?);
            Partition::from_number(year.checked_mul(100)?.checked_add(month)?)?
        }
        None => [Partition::EARLY, Partition::LATE]
            .into_iter()
            .find(|end| end.to_string() == name)?,
    };
    let role = KeyRole::Month(partition);
    (kind == role.kind() && role.scope() == scope).then_some(partition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fits_its_own_place_and_no_other() {
        let june = Partition::from_number(202_506).unwrap();
        let roles = [
            KeyRole::Month(june),
            KeyRole::Month(Partition::EARLY),
            KeyRole::Month(Partition::LATE),
            KeyRole::Column("settings", "value"),
            KeyRole::Group("team"),
            KeyRole::Audit,
        ];
        for of in roles {
            let place = KeyPlace::new(of.kind(), &of.scope());
            for role in roles {
                assert_eq!(place.fits(role), role == of, "{role}, {place}");
                let is_older = matches!(of, KeyRole::Column(..)) && matches!(role, KeyRole::Group(_));
                assert_eq!(place.opens(role), role == of || is_older, "{role}, {place}");
            }
        }
        for (kind, scope) in [
            ("id", "ids"),
            ("group", "messages/2025-06"),
            ("group", "settings.value"),
            ("table", "team"),
            ("table", "audit_log"),
            ("table", "settings.value.x"),
            ("table", "settingsvalue"),
            ("table", "messages/2025-6"),
            ("table", "messages/+2025-06"),
            ("table", "messages/202506-00"),
        ] {
            let place = KeyPlace::new(kind, scope);
            assert!(roles.iter().all(|role| !place.fits(*role)), "{place}");
            let opened = roles.iter().filter(|role| place.opens(**role)).count();
            assert_eq!(opened, if place.is_of_column() { 2 } else { 0 }, "{place}");
        }
    }
}
