//! diesel's `table!` against the tables themselves, without the generator that wrote them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use privatus_sqlite::{Connection, SqliteError};

/// A table: its primary key, then each column with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    key: Vec<String>,
    columns: Vec<(String, String)>,
}

/// Tables by name.
pub(super) type Tables = BTreeMap<String, Table>;

/// Columns of all tables.
pub(super) fn columns(tables: &Tables) -> usize {
    tables.values().map(|table| table.columns.len()).sum()
}

/// Reads the `diesel::table!` blocks of a source file.
///
/// # Errors
/// For a line that is none of theirs: what is not understood is not compared.
pub(super) fn parse(source: &str) -> Result<Tables> {
    let mut tables = Tables::new();
    for block in source.split("diesel::table! {").skip(1) {
        let lines = block.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut lines = lines.filter(|line| !line.starts_with("//") && !line.starts_with("use "));
        let mut renamed = None;
        let head = lines.by_ref().find(|line| !rename(line, &mut renamed));
        let (name, key) = head
            .and_then(|line| line.strip_suffix(") {")?.split_once(" ("))
            .with_context(|| format!("no head of a table: {head:?}"))?;
        let name = renamed.take().unwrap_or_else(|| name.to_owned());
        let mut columns = Vec::new();
        for line in lines.take_while(|line| *line != "}") {
            if rename(line, &mut renamed) {
                continue;
            }
            let (column, kind) = line
                .strip_suffix(',')
                .and_then(|line| line.split_once(" -> "))
                .with_context(|| format!("table {name}: {line:?} is no column"))?;
            columns.push((
                renamed.take().unwrap_or_else(|| column.to_owned()),
                kind.to_owned(),
            ));
        }
        let key = key.split(", ").map(str::to_owned).collect();
        if tables.insert(name.clone(), Table { key, columns }).is_some() {
            bail!("table {name} stands twice");
        }
    }
    Ok(tables)
}

/// An attribute that gives the next item another name in SQL.
fn rename(line: &str, renamed: &mut Option<String>) -> bool {
    let name = line
        .strip_prefix("#[sql_name = \"")
        .and_then(|rest| rest.strip_suffix("\"]"));
    *renamed = name.map(str::to_owned).or(renamed.take());
    name.is_some()
}

/// The tables of a database, each column with the type that diesel takes it for.
///
/// # Errors
/// SQLite's; a type that diesel does not know.
pub(super) fn live(db: &mut Connection) -> Result<Tables> {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema AS t JOIN pragma_table_xinfo(t.name) AS c \
               WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden <> 1 ORDER BY t.name, c.cid";
    let mut found = Vec::new();
    db.query(sql, &[], |row| {
        found.push((
            row.text(0).unwrap_or_default(),
            row.text(1).unwrap_or_default(),
            row.text(2).unwrap_or_default(),
            row.integer(3),
            row.integer(4),
        ));
        Ok::<_, SqliteError>(())
    })?;
    let rowids = rowid_children(db)?;
    let mut tables = Tables::new();
    for columns in found.chunk_by(|one, next| one.0 == next.0) {
        let Some((table, ..)) = columns.first() else {
            continue;
        };
        let mut key: Vec<(i64, &String)> = columns
            .iter()
            .filter(|column| column.4 > 0)
            .map(|column| (column.4, &column.1))
            .collect();
        key.sort();
        let mut all = Vec::new();
        for (_, name, declared, not_null, in_key) in columns {
            let is_rowid = *in_key > 0 && key.len() == 1 && declared.eq_ignore_ascii_case("INTEGER");
            let is_wide = is_rowid || rowids.contains(&(table.clone(), name.clone()));
            let kind = kind(declared, is_wide)
                .with_context(|| format!("{table}.{name}: diesel knows no type {declared:?}"))?;
            let is_nullable = *not_null == 0 && !is_rowid;
            all.push((
                name.clone(),
                if is_nullable {
                    format!("Nullable<{kind}>")
                } else {
                    kind.to_owned()
                },
            ));
        }
        let mut key: Vec<String> = key.into_iter().map(|(_, name)| name.clone()).collect();
        if key.is_empty() {
            // diesel wants a key: it takes the rowid, as a column before all others.
            key.push("rowid".into());
            all.insert(0, ("rowid".into(), "BigInt".into()));
        }
        tables.insert(table.clone(), Table { key, columns: all });
    }
    Ok(tables)
}

/// Columns that refer to a rowid: as wide as it is.
fn rowid_children(db: &mut Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT t.name, f.\"from\" FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f \
               JOIN pragma_table_info(f.\"table\") AS p ON p.pk = 1 AND upper(p.type) = 'INTEGER' \
               AND p.name = coalesce(f.\"to\", p.name) WHERE t.type = 'table'";
    let mut found = Vec::new();
    db.query(sql, &[], |row| {
        found.push((row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default()));
        Ok::<_, SqliteError>(())
    })?;
    Ok(found)
}

/// The type that diesel infers from a declared one; with `is_wide` what `--sqlite-integer-primary-key-is-bigint` widens.
fn kind(declared: &str, is_wide: bool) -> Option<&'static str> {
    let declared = declared.to_ascii_lowercase();
    let name = declared.split(['(', ' ']).next().unwrap_or_default();
    let has = |part: &str| declared.contains(part);
    Some(match name {
        "bool" | "boolean" => "Bool",
        _ if has("tiny") && has("int") => "Bool",
        "int2" => "SmallInt",
        _ if has("small") && has("int") => "SmallInt",
        "int8" => "BigInt",
        _ if has("big") && has("int") => "BigInt",
        _ if has("int") && is_wide => "BigInt",
        _ if has("int") => "Integer",
        _ if has("char") || has("clob") || has("text") => "Text",
        "" => "Binary",
        _ if has("blob") || has("binary") => "Binary",
        _ if has("float") || has("real") => "Float",
        _ if has("double") || has("num") || has("dec") => "Double",
        "date" => "Date",
        "datetime" | "timestamp" => "Timestamp",
        "time" => "Time",
        _ => return None,
    })
}

/// What `table!` has else than the database, a line each.
pub(super) fn differences(live: &Tables, written: &Tables) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, table) in live {
        let Some(found) = written.get(name) else {
            lines.push(format!("table {name} has no table!"));
            continue;
        };
        if table.key != found.key {
            lines.push(format!(
                "{name}: primary key {:?} where {:?} is expected",
                found.key, table.key
            ));
        }
        let columns = table.columns.iter().map(Some).chain(std::iter::repeat(None));
        let others = found.columns.iter().map(Some).chain(std::iter::repeat(None));
        let pairs = columns.zip(others).take_while(|pair| *pair != (None, None));
        if let Some((expected, found)) = pairs.into_iter().find(|(one, other)| one != other) {
            let told = |column: Option<&(String, String)>| match column {
                Some((name, kind)) => format!("{name} -> {kind}"),
                None => "nothing".to_owned(),
            };
            lines.push(format!(
                "{name}: `{}` where `{}` is expected",
                told(found),
                told(expected)
            ));
        }
    }
    let more = written.keys().filter(|name| !live.contains_key(*name));
    lines.extend(more.map(|name| format!("table! {name} has no table")));
    lines
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use privatus_sqlite::{OpenMode, OpenOptions};

    use super::*;

    const SQL: &str = "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, at TIMESTAMP, \
                       twice BIGINT GENERATED ALWAYS AS (id * 2) VIRTUAL, type BOOLEAN, part REAL, whole DOUBLE); \
                       CREATE TABLE b (x INTEGER, y BLOB, z INTEGER REFERENCES a);";
    const SOURCE: &str = "//! Doc.\ndiesel::table! {\n    a (id) {\n        id -> BigInt,\n        /// a comment\n        name -> Text,\n        at -> Nullable<Timestamp>,\n        twice -> Nullable<BigInt>,\n        #[sql_name = \"type\"]\n        type_ -> Nullable<Bool>,\n        part -> Nullable<Float>,\n        whole -> Nullable<Double>,\n    }\n}\n\ndiesel::table! {\n    b (rowid) {\n        rowid -> BigInt,\n        x -> Nullable<Integer>,\n        y -> Nullable<Binary>,\n        z -> Nullable<BigInt>,\n    }\n}\n\ndiesel::joinable!(a -> b (id));\n";

    fn database() -> Tables {
        let mut db = Connection::open_in_memory(&OpenOptions::new(OpenMode::Create)).unwrap();
        db.execute_batch(SQL).unwrap();
        live(&mut db).unwrap()
    }

    #[test]
    fn every_column_of_equal_tables_is_compared() {
        let (live, written) = (database(), parse(SOURCE).unwrap());
        assert_eq!(differences(&live, &written), Vec::<String>::new());
        assert_eq!((written.len(), columns(&written)), (2, 11));
    }

    #[test]
    fn planted_differences_are_found() {
        for (from, to, named) in [
            (
                "name -> Text",
                "name -> Nullable<Text>",
                "a: `name -> Nullable<Text>` where `name -> Text`",
            ),
            (
                "at -> Nullable<Timestamp>",
                "at -> Timestamp",
                "a: `at -> Timestamp`",
            ),
            (
                "x -> Nullable<Integer>",
                "x -> Nullable<BigInt>",
                "b: `x -> Nullable<BigInt>`",
            ),
            ("        name -> Text,\n", "", "a: `at -> "),
            (
                "        y -> Nullable<Binary>,\n",
                "",
                "b: `z -> Nullable<BigInt>` where `y -> ",
            ),
            (
                "        z -> Nullable<BigInt>,\n",
                "",
                "b: `nothing` where `z -> ",
            ),
            ("    b (rowid)", "    c (rowid)", "table b has no table!"),
            ("    b (rowid)", "    c (rowid)", "table! c has no table"),
            ("a (id)", "a (id, name)", "a: primary key"),
        ] {
            let written = parse(&SOURCE.replacen(from, to, 1)).unwrap();
            let found = differences(&database(), &written).join("\n");
            assert!(found.contains(named), "{from} to {to} gave {found:?}");
        }
        assert!(parse("diesel::table! {\n a {\n").is_err());
        assert!(parse(&SOURCE.replace("x -> ", "x : ")).is_err());
        assert!(parse(&format!("{SOURCE}{SOURCE}")).is_err());
    }
}
