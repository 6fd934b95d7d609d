//! clippy reads only the nearest `clippy.toml`: a crate's own file must repeat every ban and every setting of the workspace's.

use toml::{Table, Value};

use super::finding::Finding;

/// The workspace's bans and settings.
pub(super) const WORKSPACE: &str = "clippy.toml";

/// The key of the list of bans.
const BANS: &str = "disallowed-methods";

pub(super) fn check(path: &str, text: &str, workspace: &str) -> Vec<Finding> {
    let (own_table, shared_table) = (table(text), table(workspace));
    let (Some(own), Some(shared)) = (bans(&own_table), bans(&shared_table)) else {
        return vec![Finding::new(
            path,
            0,
            "no list `disallowed-methods` here or in the workspace's clippy.toml",
        )];
    };
    let mut findings = Vec::new();
    for ban in shared.iter().filter(|ban| !own.contains(ban)) {
        findings.push(Finding::new(
            path,
            0,
            format!("the workspace's ban is missing or differs: {ban:?}"),
        ));
    }
    for (name, value) in shared_table.iter().filter(|(name, _)| *name != BANS) {
        if own_table.get(name) != Some(value) {
            findings.push(Finding::new(
                path,
                0,
                format!("the workspace's setting is missing or differs: {name} = {value:?}"),
            ));
        }
    }
    for ban in own.iter().filter(|ban| {
        ban.get("reason")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    }) {
        findings.push(Finding::new(path, 0, format!("a ban without a reason: {ban:?}")));
    }
    findings
}

/// The file; nothing when it is not TOML, which clippy reports.
fn table(text: &str) -> Table {
    text.parse().unwrap_or_default()
}

fn bans(table: &Table) -> Option<&Vec<Value>> {
    table.get(BANS)?.as_array()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str = "disallowed-methods = [{ path = \"a::b\", reason = \"c\" }]";

    #[test]
    fn planted_faults_are_found() {
        assert!(check("x", SHARED, SHARED).is_empty());
        let own = SHARED.replace("[{", "[{ path = \"d::e\", reason = \"f\" }, {");
        assert!(check("x", &own, SHARED).is_empty(), "a crate may ban more");
        assert_eq!(check("x", &SHARED.replace("a::b", "a::z"), SHARED).len(), 1);
        assert_eq!(check("x", "disallowed-methods = []", SHARED).len(), 1);
        assert_eq!(check("x", "", SHARED).len(), 1);
        let set = format!("{SHARED}\nallow-a = true");
        assert!(check("x", &set, &set).is_empty());
        assert_eq!(check("x", SHARED, &set).len(), 1);
        assert_eq!(check("x", &set.replace("true", "false"), &set).len(), 1);
        let unreasoned = "disallowed-methods = [{ path = \"a::b\" }]";
        assert_eq!(check("clippy.toml", unreasoned, unreasoned).len(), 1);
    }
}
