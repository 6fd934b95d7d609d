//! Groups of a source, which nothing there kept to one owner: each has exactly one in the vault.

use privatus_tests::ok;
use serde_json::Value;

use crate::baseline::source::Source;

#[test]
fn each_adopted_group_has_one_owner() {
    let source = Source::new();
    source.sql(
        "INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('a', 'A', ''), ('b', 'B', ''), ('c', 'C', '');
         INSERT INTO groups (group_id, name, group_type, created_by, max_members) VALUES
            ('made', 'made', 'public', 'b', 9), ('first', 'first', 'public', 'nobody', 9), ('maker', 'maker', 'secret', 'c', 9),
            ('full', 'full', 'private', NULL, 2), ('empty', 'empty', 'private', NULL, NULL), ('right', 'right', 'private', 'a', 2);
         INSERT INTO group_members (group_id, contact_id, display_name, role, joined_at) VALUES
            ('made', 'a', 'A', 'owner', '2024-01-01 00:00:00'), ('made', 'b', 'B', 'owner', '2024-01-02 00:00:00'),
            ('first', 'a', 'A', 'owner', '2024-01-03 00:00:00'), ('first', 'b', 'B', 'owner', '2024-01-02 00:00:00'),
            ('first', 'c', 'C', 'owner', '2024-01-04 00:00:00'),
            ('maker', 'b', 'B', 'admin', '2024-01-01 00:00:00'), ('maker', 'c', 'C', 'member', '2024-01-02 00:00:00'),
            ('full', 'a', 'A', 'member', NULL), ('full', 'b', 'B', 'admin', NULL),
            ('right', 'a', 'A', 'member', NULL), ('right', 'b', 'B', 'owner', NULL);",
    );
    source.adopt(&[]);
    let vault = source.vault();
    let show = |group: &str| -> Value {
        serde_json::from_str(&ok(&vault, &["--json", "groups", "show", group])).unwrap()
    };
    for (group, limit, expected) in [
        ("made", 9, "A admin, B owner"),
        ("first", 9, "A admin, B owner, C admin"),
        ("maker", 9, "B admin, C owner"),
        ("full", 3, "Me owner, A member, B admin"),
        ("empty", 100, "Me owner"),
        ("right", 2, "A member, B owner"),
    ] {
        assert_eq!(show(group)["max_members"], limit, "{group}");
        // The specification's groups are anonymous unless they say otherwise: names are asked for.
        let listed = ok(&vault, &["--json", "groups", "members", group, "--names"]);
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let named: Vec<String> = listed["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| {
                let text = |field: &str| member[field].as_str().unwrap().to_owned();
                format!("{} {}", text("display_name"), text("role"))
            })
            .collect();
        assert_eq!(named.join(", "), expected, "{group}");
    }
    assert!(ok(&vault, &["verify"]).contains("all is well"));
}
