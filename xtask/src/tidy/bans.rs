//! clippy reads only the nearest `clippy.toml`: a crate's own file must repeat every ban of the workspace's.

use toml::{Table, Value};

use super::finding::Finding;

/// The workspace's list of bans.
pub(super) const WORKSPACE: &str = "clippy.toml";

pub(super) fn check(path: &str, text: &str, workspace: &str) -> Vec<Finding> {
    let (Some(own), Some(shared)) = (bans(text), bans(workspace)) else {
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
    for ban in own.iter().filter(|ban| {
        ban.get("reason")
            .and_then(Value::as_str)
            .is_none_or(str::is_empty)
    }) {
        findings.push(Finding::new(path, 0, format!("a ban without a reason: {ban:?}")));
    }
    findings
}

fn bans(text: &str) -> Option<Vec<Value>> {
    let table: Table = text.parse().ok()?;
    table.get("disallowed-methods")?.as_array().cloned()
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
        let unreasoned = "disallowed-methods = [{ path = \"a::b\" }]";
        assert_eq!(check("clippy.toml", unreasoned, unreasoned).len(), 1);
    }
}
