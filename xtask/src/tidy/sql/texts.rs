//! SQL in string literals, and which tables it names.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use syn::visit::{self, Visit};

use crate::syntax::{self, Word};

/// The words that SQL begins with.
const VERBS: [&str; 21] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "PRAGMA",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "WITH",
    "REPLACE",
    "EXPLAIN",
    "VACUUM",
    "ANALYZE",
    "REINDEX",
    "ATTACH",
    "DETACH",
];

/// The words before a table's name.
const BEFORE_TABLE: [&str; 8] = [
    "FROM", "INTO", "UPDATE", "JOIN", "TABLE", "IGNORE", "REPLACE", "ABORT",
];

/// A piece of SQL.
pub(super) struct Text {
    pub(super) sql: String,
    /// Whether it belongs to a `const`, which gives it a name.
    pub(super) is_named: bool,
}

impl Text {
    /// Returns its line in a file, counted from 1: the line with most of its beginning. 0 if its literal has escapes.
    pub(super) fn line(&self, file: &str) -> usize {
        let start = self.sql.trim_start().lines().next().unwrap_or_default();
        let starts =
            [usize::MAX, 60, 40, 24, 12].map(|length| start.chars().take(length).collect::<String>());
        let at = |start: &String| {
            (1..)
                .zip(file.lines())
                .find(|(_, line)| line.contains(start.as_str()))
        };
        starts.iter().find_map(at).map_or(0, |(number, _)| number)
    }

    /// Returns its first words, for a message.
    pub(super) fn start(&self) -> String {
        let words: Vec<&str> = self.sql.split_whitespace().take(6).collect();
        words.join(" ")
    }

    /// Returns the first of these tables that it names.
    pub(super) fn table<'a>(&self, tables: &'a BTreeSet<String>) -> Option<&'a str> {
        named_table(&self.sql, tables)
    }
}

/// Returns the SQL texts of a file: strings that begin with a verb, or name a table as SQL does.
pub(super) fn of(file: &syn::File, tables: &BTreeSet<String>) -> Vec<Text> {
    let mut finder = Finder {
        tables,
        constants: 0,
        texts: Vec::new(),
    };
    finder.visit_file(file);
    finder.texts
}

/// Returns the names in the `table!` calls of a file of the schema.
///
/// # Errors
/// When there is none: the rules would find nothing.
pub(super) fn tables(file: &syn::File) -> Result<BTreeSet<String>> {
    struct Tables(BTreeSet<String>);
    impl<'ast> Visit<'ast> for Tables {
        fn visit_macro(&mut self, node: &'ast syn::Macro) {
            let (mut depth, words) = (0_usize, syntax::words(node));
            for (word, next) in words.iter().zip(words.iter().skip(1)) {
                match (word, next) {
                    (Word::Name(name), Word::Mark('(')) if depth == 0 => {
                        self.0.insert(name.clone());
                        return;
                    }
                    (Word::Mark('('), _) => depth += 1,
                    (Word::Mark(')'), _) => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
        }
    }
    let mut tables = Tables(BTreeSet::new());
    for item in &file.items {
        if let syn::Item::Macro(item) = item
            && item
                .mac
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "table")
        {
            tables.visit_item_macro(item);
        }
    }
    ensure!(!tables.0.is_empty(), "the schema has no table!");
    Ok(tables.0)
}

struct Finder<'a> {
    tables: &'a BTreeSet<String>,
    /// How many constants enclose the current node.
    constants: usize,
    texts: Vec<Text>,
}

impl Finder<'_> {
    fn text(&mut self, text: &str) {
        if begins_with_verb(text) || named_table(text, self.tables).is_some() {
            self.texts.push(Text {
                sql: text.to_owned(),
                is_named: self.constants > 0,
            });
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_lit(&mut self, node: &'ast syn::Lit) {
        if let Some(text) = syntax::text_of(node) {
            self.text(&text);
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        for word in syntax::words(node) {
            if let Word::Text(text) = word {
                self.text(&text);
            }
        }
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {
        // Docs and messages.
    }

    fn visit_item_const(&mut self, node: &'ast syn::ItemConst) {
        self.constants += 1;
        visit::visit_item_const(self, node);
        self.constants -= 1;
    }

    fn visit_impl_item_const(&mut self, node: &'ast syn::ImplItemConst) {
        self.constants += 1;
        visit::visit_impl_item_const(self, node);
        self.constants -= 1;
    }
}

fn begins_with_verb(text: &str) -> bool {
    let text = text.trim_start();
    let verb = text
        .find(|c: char| !c.is_ascii_uppercase())
        .map_or(text, |end| text.split_at(end).0);
    let after = text.strip_prefix(verb).unwrap_or_default();
    VERBS.contains(&verb) && (after.is_empty() || after.starts_with([' ', '\n', ';']))
}

fn named_table<'a>(sql: &str, tables: &'a BTreeSet<String>) -> Option<&'a str> {
    let mut words = sql
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let mut before = words.next()?;
    for word in words {
        if BEFORE_TABLE.contains(&before) {
            if let Some(table) = tables.get(word) {
                return Some(table);
            }
            if word == "main" {
                continue;
            }
        }
        before = word;
    }
    None
}
