//! Rules for the use of the query builder: banned calls, and no plain types in the structs that it reads and writes.

use syn::visit::{self, Visit};
use syn::{Expr, Type};

use crate::syntax::{self, Word};

/// The derives of a struct whose fields are columns.
const ROWS: [&str; 5] = [
    "AsChangeset",
    "Insertable",
    "Queryable",
    "QueryableByName",
    "Selectable",
];

/// Types that diesel reads from any column, whatever the type of its value.
const PLAIN: [&str; 4] = ["bool", "i32", "i64", "String"];

/// Methods that load, with the loaded type as a type argument.
const LOADS: [&str; 6] = ["first", "get_result", "get_results", "load", "load_iter", "loads"];

/// Returns the broken rules in a file.
pub(super) fn faults(file: &syn::File) -> Vec<String> {
    let mut finder = Finder(Vec::new());
    finder.visit_file(file);
    finder.0
}

struct Finder(Vec<String>);

impl Finder {
    fn name(&mut self, name: &str) {
        let why = match name {
            "save_changes" => "it opens its own transaction: update and check the count",
            "debug_query" | "DebugQuery" => "it prints bound values",
            _ => return,
        };
        self.0.push(format!("`{name}`: {why}"));
    }

    /// diesel's own SQL types convert the values that they read; those of privatus_schema do not.
    fn lax_types(&mut self, path: &[String]) {
        if matches!(path, [diesel, types, ..] if diesel == "diesel" && types == "sql_types") {
            self.0
                .push("`diesel::sql_types`: they convert values; use those of privatus_schema".to_owned());
        }
    }

    fn raw_sql(&mut self) {
        self.0.push(
            "`sql` of diesel: SQL text within the builder, which no list shows; use `sql_query`".to_owned(),
        );
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_struct(&mut self, node: &'ast syn::ItemStruct) {
        let derives = |attribute: &syn::Attribute| match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("derive") => syntax::attribute_words(list),
            _ => Vec::new(),
        };
        let is_row = |word: &Word| matches!(word, Word::Name(name) if ROWS.contains(&name.as_str()));
        if node.attrs.iter().flat_map(derives).any(|word| is_row(&word)) {
            for field in &node.fields {
                if let Some(plain) = plain(&field.ty) {
                    let name = field
                        .ident
                        .as_ref()
                        .map_or_else(|| "a field".to_owned(), syntax::plain);
                    self.0.push(format!(
                        "{}: {name} is a plain {plain}: use the column's type of privatus_schema, which refuses other values",
                        node.ident
                    ));
                }
            }
        }
        visit::visit_item_struct(self, node);
    }

    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        let method = syntax::plain(&node.method);
        self.name(&method);
        match (method.as_str(), node.args.first()) {
            ("values", Some(Expr::Reference(reference))) if !matches!(&*reference.expr, Expr::Path(path) if path.path.is_ident("row")) =>
            {
                let why = "several rows open their own transaction";
                self.0
                    .push(format!("`.values(&…)` of something not called `row`: {why}"));
            }
            ("values", Some(Expr::Macro(call))) if call.mac.path.is_ident("vec") => {
                self.0
                    .push("`.values(vec![…])`: several rows open their own transaction".to_owned());
            }
            _ => {}
        }
        let loaded = node.turbofish.iter().flat_map(|turbofish| &turbofish.args);
        for argument in loaded.filter(|_| LOADS.contains(&method.as_str())) {
            if let syn::GenericArgument::Type(kind) = argument
                && let Some(plain) = plain(kind)
                && !counts(&node.receiver)
            {
                self.0.push(format!(
                    "`.{method}` of a plain {plain}: use the column's type of privatus_schema; only a count or `exists` is plain"
                ));
            }
        }
        visit::visit_expr_method_call(self, node);
    }

    fn visit_path(&mut self, node: &'ast syn::Path) {
        let names: Vec<String> = node
            .segments
            .iter()
            .map(|segment| syntax::plain(&segment.ident))
            .collect();
        if let Some(last) = names.last() {
            self.name(last);
        }
        self.lax_types(&names);
        let has_type = node.segments.last().is_some_and(|last| !last.arguments.is_none());
        match names.as_slice() {
            [.., dsl, sql] if dsl == "dsl" && sql == "sql" => self.raw_sql(),
            [.., sql] if sql == "sql" && has_type => self.raw_sql(),
            _ => {}
        }
        visit::visit_path(self, node);
    }

    fn visit_item_use(&mut self, node: &'ast syn::ItemUse) {
        for import in syntax::imports(&node.tree) {
            self.lax_types(&import.path);
            if let Some(last) = import.path.last() {
                self.name(last);
            }
            if matches!(import.path.as_slice(), [.., dsl, sql] if dsl == "dsl" && sql == "sql") {
                self.raw_sql();
            }
        }
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        for word in syntax::words(node) {
            if let Word::Name(name) = word {
                self.name(&name);
            }
        }
        visit::visit_macro(self, node);
    }
}

/// Returns the plain type in a column's type, if there is one.
fn plain(kind: &Type) -> Option<String> {
    match kind {
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let name = syntax::plain(&last.ident);
            if PLAIN.contains(&name.as_str()) {
                return Some(name);
            }
            let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
                return None;
            };
            let inner = arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(kind) => Some(kind),
                _ => None,
            })?;
            match name.as_str() {
                "Vec" if is_byte(inner) => Some("Vec<u8>".to_owned()),
                "Option" | "Vec" | "Cow" => plain(inner),
                _ => None,
            }
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) if is_byte(&slice.elem) => Some("&[u8]".to_owned()),
            Type::Path(path) if path.path.is_ident("str") => Some("&str".to_owned()),
            inner => plain(inner),
        },
        Type::Tuple(tuple) => tuple.elems.iter().find_map(plain),
        _ => None,
    }
}

fn is_byte(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident("u8"))
}

/// Returns whether a query counts, or tests whether something exists.
fn counts(query: &Expr) -> bool {
    struct Counts(bool);
    impl<'ast> Visit<'ast> for Counts {
        fn visit_path_segment(&mut self, node: &'ast syn::PathSegment) {
            self.0 |= ["count", "count_star", "exists"]
                .iter()
                .any(|name| node.ident == name);
            visit::visit_path_segment(self, node);
        }

        fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
            self.0 |= node.method == "count";
            visit::visit_expr_method_call(self, node);
        }
    }
    let mut found = Counts(false);
    found.visit_expr(query);
    found.0
}
