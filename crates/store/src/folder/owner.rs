//! Which owners are this process's user, and who is in a group. On systems other than Unix, every owner counts as own.

use std::fmt;

/// Whether this owner is the user of this process.
pub(super) fn is_own(owner: u32) -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().as_raw() == owner;
    #[cfg(not(unix))]
    return {
        let _ = owner;
        true
    };
}

/// Whether this owner is the user of this process, or the administrator, who can do everything anyway.
pub(super) fn is_trusted(owner: u32) -> bool {
    owner == 0 || is_own(owner)
}

/// A group of users, identified by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group(pub(super) u32);

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Group {
    /// Whether the machine's user and group lists show that only this process's user and the administrator are in the
    /// group. Many systems create such a group for each user, and folders that it may write. Members from other sources
    /// (a directory service) are not visible here, so the group only counts as private if the local lists give it to a
    /// user.
    pub(super) fn is_private(self) -> bool {
        match (lines("/etc/passwd"), lines("/etc/group")) {
            (Some(users), Some(groups)) => is_private(self.0, is_trusted, &users, &groups),
            _ => false,
        }
    }
}

#[cfg(unix)]
#[allow(
    clippy::disallowed_methods,
    reason = "the system's user lists; never a file of a vault"
)]
fn lines(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[cfg(not(unix))]
fn lines(_path: &str) -> Option<String> {
    None
}

/// Parses the lists of passwd(5), `name:x:user:group:…`, and group(5), `name:x:group:member,member`.
fn is_private(group: u32, is_trusted: impl Fn(u32) -> bool, users: &str, groups: &str) -> bool {
    let field = |line: &str, at: usize| line.split(':').nth(at).map(str::to_owned);
    let number = |line: &str, at: usize| field(line, at).and_then(|text| text.parse::<u32>().ok());
    let mut own: Vec<u32> = Vec::new();
    for user in users.lines().filter(|user| number(user, 3) == Some(group)) {
        own.push(number(user, 2).unwrap_or(u32::MAX));
    }
    let members = groups.lines().filter(|line| number(line, 2) == Some(group));
    let members: Vec<String> = members
        .flat_map(|line| field(line, 3))
        .flat_map(|names| names.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|name| !name.is_empty())
        .collect();
    let is_trusted_name = |name: &String| {
        let mut named = users.lines().filter(|user| field(user, 0).as_ref() == Some(name));
        named.any(|user| number(user, 2).is_some_and(&is_trusted))
    };
    !own.is_empty() && own.iter().all(|user| is_trusted(*user)) && members.iter().all(is_trusted_name)
}

#[cfg(test)]
mod tests {
    use super::is_private;

    const USERS: &str =
        "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:\nbo:x:1001:1001::/:\ncy:x:1002:1001::/:\n";
    const GROUPS: &str = "root:x:0:\nann:x:1000:ann,root\nbo:x:1001:\nusers:x:100:ann\nwide:x:7:ann,bo\n";

    #[test]
    fn a_group_is_private_when_nobody_else_is_in_it() {
        for (user, group, is) in [
            (1000, 1000, true),
            (1000, 0, true),
            (1001, 1000, false),
            // Two users have it as their primary group.
            (1001, 1001, false),
            // It is nobody's primary group in the list, so others may have it from another list.
            (1000, 100, false),
            (1000, 7, false),
            (1000, 8, false),
        ] {
            let found = is_private(group, |one| one == 0 || one == user, USERS, GROUPS);
            assert_eq!(found, is, "user {user}, group {group}");
        }
        let more = format!("{GROUPS}ann:x:1000:bo\n");
        assert!(!is_private(1000, |one| one == 1000, USERS, &more));
        assert!(!is_private(1000, |one| one == 1000, "", ""));
    }
}
