//! Each rule with a planted fault.

use super::*;

const TABLES: &str = "diesel::table! { use diesel::sql_types::*; #[sql_name = \"contacts\"] contacts (contact_id) { contact_id -> Text, } }\
                      diesel::table! { settings (id) { id -> Text, } }\
                      diesel::joinable!(contacts -> settings (id));";

const PATH: &str = "crates/store/src/a.rs";

/// The findings in one file of the store, and in the list.
fn found(text: &str, list: &str) -> Vec<String> {
    let file = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let sources = [file(SCHEMA, TABLES), file(PATH, text)];
    let shipped = Shipped::parse(sources.iter()).unwrap();
    shipped
        .check(list)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn listed(kind: &str) -> String {
    format!("# why\n{PATH}  {kind}  for a reason\n")
}

#[test]
fn sql_outside_the_list_is_found() {
    for text in [
        "fn f() { run(\"SELECT 1\"); }",
        "fn f() { run(\"\\n  PRAGMA user_version\"); }",
        "fn f() { run(\"BEGIN\"); }",
        "fn f() { run(\"COMMIT;\"); }",
        "fn f() { run(b\"ROLLBACK\"); }",
        "fn f() { run(c\"VACUUM\"); }",
        "fn f() { run(r#\"WITH a AS (SELECT 1)\"#); }",
        "fn f() { run(&format!(\"DELETE FROM {table}\")); }",
        "const A: &str = concat!(\"a\", \"UPDATE x SET y = 1\");",
        "const A: &str = \"a, b FROM contacts\";",
        "const A: &str = \"(x) JOIN main.contacts USING (y)\";",
        "macro_rules! m { () => { \"INSERT INTO x\" } }",
        "impl A { const B: &str = \"DROP TABLE x\"; }",
    ] {
        assert!(
            found(text, "").iter().any(|found| found.contains("SQL outside")),
            "{text}"
        );
        assert!(found(text, &listed("walk")).is_empty(), "{text}");
    }
}

#[test]
fn what_is_no_sql_passes() {
    for text in [
        "fn f() { run(\"SELECTED\"); run(\"select 1\"); run(\"Select one\"); run(\"UPDATE-1\"); run(\"a FROM b\"); }",
        "/// SELECT 1\nfn f() {}",
        "#[doc = \"SELECT 1\"] fn f() {}",
        "#[cfg(test)] mod tests { fn f() { run(\"SELECT 1\"); } }",
        "#[cfg(any(test, feature = \"testing\"))] fn f() { run(\"SELECT 1\"); }",
        "const A: &str = \"the contacts\";",
    ] {
        assert!(found(text, "").is_empty(), "{text}: {:?}", found(text, ""));
    }
}

#[test]
fn a_table_with_a_table_macro_needs_the_builder() {
    let inline = "fn f() { run(\"SELECT 1 FROM contacts WHERE a\"); }";
    let named = "const A: &str = \"UPDATE OR IGNORE contacts SET a\"; impl X { const B: &str = \"INSERT INTO settings\"; }";
    let unknown =
        "fn f() { run(\"SELECT settings FROM sqlite_schema\"); run(&format!(\"SELECT 1 FROM {month}\")); }";
    for kind in ["months", "ledger", "walk", "beyond"] {
        assert!(found(inline, &listed(kind)).is_empty(), "{kind}");
    }
    for kind in ["transactions", "hot"] {
        let found = found(inline, &listed(kind));
        assert!(
            found
                .iter()
                .any(|found| found.contains("a.rs:1: ") && found.contains("names contacts")),
            "{kind}"
        );
    }
    assert_eq!(found(named, &listed("transactions")).len(), 2);
    for kind in ["transactions", "hot"] {
        assert!(found(unknown, &listed(kind)).is_empty(), "{kind}");
    }
    assert!(found(named, &listed("hot")).is_empty());
    let both = [listed("transactions"), listed("beyond")].concat();
    assert!(found(inline, &both).is_empty(), "a file may have two kinds");
}

#[test]
fn a_list_that_is_not_exact_is_found() {
    let stale = found("fn f() {}", &listed("walk"));
    assert!(
        stale
            .iter()
            .any(|found| found.contains("txt:2: ") && found.contains("no longer has SQL")),
        "{stale:?}"
    );
    let gone = found("fn f() {}", "crates/store/src/b.rs  walk  it walks\n");
    assert!(
        gone.iter().any(|found| found.contains("is not a file")),
        "{gone:?}"
    );
    let sql = "fn f() { run(\"SELECT 1\"); }";
    for line in [
        PATH.to_owned(),
        format!("{PATH}  walk"),
        format!("{PATH}  other  a reason"),
    ] {
        assert!(
            found(sql, &line)
                .iter()
                .any(|found| found.contains("expected `path")),
            "{line}"
        );
    }
    let twice = [listed("walk"), listed("walk")].concat();
    assert!(
        found(sql, &twice).iter().any(|found| found.contains("twice")),
        "{twice}"
    );
}

#[test]
fn what_the_builder_must_not_do_is_found() {
    for (text, named) in [
        ("fn f() { insert_into(a).values(&rows).execute(c); }", ".values(&"),
        (
            "fn f() { insert_into(a).values(&[x, y]).execute(c); }",
            ".values(&",
        ),
        (
            "fn f() { insert_into(a).values(vec![x]).execute(c); }",
            ".values(vec!",
        ),
        ("fn f() { a.save_changes(c); }", "save_changes"),
        (
            "use diesel::SaveChangesDsl; fn f() { SaveChangesDsl::save_changes(a, c); }",
            "save_changes",
        ),
        (
            "fn f() { println!(\"{}\", debug_query::<Sqlite, _>(&q)); }",
            "debug_query",
        ),
        ("use diesel::query_builder::DebugQuery;", "DebugQuery"),
        ("use diesel::sql_types::{BigInt, Text};", "diesel::sql_types"),
        (
            "fn f() { a.bind::<diesel::sql_types::Text, _>(b); }",
            "diesel::sql_types",
        ),
        ("fn f() { a.filter(diesel::dsl::sql(\"x\")); }", "`sql`"),
        ("fn f() { a.filter(sql::<Bool>(\"x\")); }", "`sql`"),
        ("use diesel::dsl::{count, sql};", "`sql`"),
        ("fn f() { a.load::<String>(c); }", "`.load` of a plain String"),
        ("fn f() { a.first::<(DbId, i64)>(c); }", "`.first` of a plain i64"),
        (
            "fn f() { a.get_result::<Option<Vec<u8>>>(c); }",
            "`.get_result` of a plain Vec<u8>",
        ),
    ] {
        let found = found(text, "");
        assert!(
            found.iter().any(|found| found.contains(named)),
            "{text}: {found:?}"
        );
    }
    for text in [
        "fn f() { insert_into(a).values(&row).execute(c); a.values(row); map.values().sum(); }",
        "use crate::sql; fn f() { sql::run(x); sql(x); }",
        "fn f() { a.load::<Row>(c); a.filter(b).count().get_result::<i64>(c); }",
        "fn f() { diesel::select(exists(a.filter(b))).get_result::<bool>(c); }",
        "#[cfg(test)] fn f() { a.save_changes(c); }",
    ] {
        assert!(found(text, "").is_empty(), "{text}: {:?}", found(text, ""));
    }
}

#[test]
fn plain_types_in_a_row_are_found() {
    for derive in [
        "Queryable",
        "QueryableByName",
        "Insertable",
        "AsChangeset",
        "Debug, Selectable",
        "diesel::Queryable",
    ] {
        for kind in [
            "i64",
            "i32",
            "bool",
            "String",
            "Option<i64>",
            "&'a str",
            "Option<&'a [u8]>",
            "Vec<u8>",
            "std::string::String",
        ] {
            let text = format!("#[derive({derive})] struct Row<'a> {{ good: SqlTime, bad: {kind} }}");
            assert!(
                found(&text, "")
                    .iter()
                    .any(|found| found.contains("Row: bad is a plain")),
                "{text}"
            );
        }
    }
    for text in [
        "#[derive(Queryable)] struct Row<'a> { a: SqlTime, b: Option<DbId>, c: &'a DbText, d: Vec<Part> }",
        "#[derive(Debug)] struct Row { a: i64 }",
        "#[derive(Queryable)] #[cfg(test)] struct Row { a: i64 }",
    ] {
        assert!(found(text, "").is_empty(), "{text}");
    }
    assert!(!found("#[derive(Queryable)] struct Row(i64);", "").is_empty());
}

#[test]
fn a_schema_without_tables_is_an_error() {
    let source = Source {
        path: SCHEMA.to_owned(),
        text: "fn f() {}".to_owned(),
    };
    let sources = [source];
    assert!(Shipped::parse(sources.iter()).unwrap().check("").is_err());
}
