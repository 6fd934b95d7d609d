//! Rust source as a syntax tree, without code that is only for tests.

use anyhow::{Context, Result};
use syn::buffer::{Cursor, TokenBuffer};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, Ident, Item, Lit, Meta, Stmt, Token, UseTree};

/// Which code counts as only for tests.
#[derive(Clone, Copy)]
pub(crate) enum ForTests {
    /// Code under `#[cfg(test)]`.
    Tests,
    /// Also code that only [`FEATURE`] adds.
    TestsAndFeatures,
}

/// The feature for tests, which no build of the tool has.
pub(crate) const FEATURE: &str = "testing";

/// Parses a file and removes every item, statement, field and arm that is only for tests.
///
/// # Errors
/// When the text is not valid Rust.
pub(crate) fn without_tests(path: &str, text: &str, what: ForTests) -> Result<syn::File> {
    let mut file = syn::parse_file(text).with_context(|| format!("parsing {path}"))?;
    let mut strip = Strip(what);
    if strip.is_test_only(&file.attrs) {
        file.items.clear();
    }
    file.items.retain(|item| !strip.is_test_only(of_item(item)));
    strip.visit_file_mut(&mut file);
    Ok(file)
}

/// A token of a macro's or an attribute's arguments.
pub(crate) enum Word {
    Name(String),
    /// A string, whatever its kind.
    Text(String),
    /// A punctuation character, or the bracket that opens or closes a group.
    Mark(char),
}

/// Returns the tokens of a macro call.
pub(crate) fn words(call: &syn::Macro) -> Vec<Word> {
    flat(&TokenBuffer::new2(call.tokens.clone()))
}

/// Returns the tokens of an attribute's arguments.
pub(crate) fn attribute_words(list: &syn::MetaList) -> Vec<Word> {
    flat(&TokenBuffer::new2(list.tokens.clone()))
}

fn flat(buffer: &TokenBuffer) -> Vec<Word> {
    let mut into = Vec::new();
    push_words(buffer.begin(), &mut into);
    into
}

fn push_words(mut cursor: Cursor<'_>, into: &mut Vec<Word>) {
    while !cursor.eof() {
        if let Some((inside, _, _, after)) = cursor.any_group() {
            into.push(Word::Mark('('));
            push_words(inside, into);
            into.push(Word::Mark(')'));
            cursor = after;
        } else if let Some((name, after)) = cursor.ident() {
            into.push(Word::Name(name.to_string()));
            cursor = after;
        } else if let Some((mark, after)) = cursor.punct() {
            into.push(Word::Mark(mark.as_char()));
            cursor = after;
        } else if let Some((literal, after)) = cursor.literal() {
            into.push(text_of(&Lit::new(literal)).map_or(Word::Mark('0'), Word::Text));
            cursor = after;
        } else if let Some((_, after)) = cursor.token_tree() {
            cursor = after;
        } else {
            return;
        }
    }
}

/// Returns the text of a string literal, a byte string or a C string.
pub(crate) fn text_of(literal: &Lit) -> Option<String> {
    match literal {
        Lit::Str(text) => Some(text.value()),
        Lit::ByteStr(text) => Some(String::from_utf8_lossy(&text.value()).into_owned()),
        Lit::CStr(text) => Some(text.value().to_string_lossy().into_owned()),
        _ => None,
    }
}

/// One name of a `use`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Its name where it is imported; `None` for `*`.
    pub(crate) name: Option<String>,
    /// The path as written.
    pub(crate) path: Vec<String>,
}

/// Returns the names of a `use`, each with its full path.
pub(crate) fn imports(tree: &UseTree) -> Vec<Import> {
    let mut into = Vec::new();
    push_imports(&[], tree, &mut into);
    into
}

fn push_imports(prefix: &[String], tree: &UseTree, into: &mut Vec<Import>) {
    let below = |name: &Ident| [prefix, &[plain(name)]].concat();
    let (name, path) = match tree {
        UseTree::Path(part) => return push_imports(&below(&part.ident), &part.tree, into),
        UseTree::Group(group) => {
            return group
                .items
                .iter()
                .for_each(|tree| push_imports(prefix, tree, into));
        }
        UseTree::Name(part) if part.ident == "self" => (prefix.last().cloned(), prefix.to_vec()),
        UseTree::Name(part) => (Some(plain(&part.ident)), below(&part.ident)),
        UseTree::Rename(part) if part.ident == "self" => (Some(plain(&part.rename)), prefix.to_vec()),
        UseTree::Rename(part) => (Some(plain(&part.rename)), below(&part.ident)),
        UseTree::Glob(_) => (None, prefix.to_vec()),
    };
    into.push(Import { name, path });
}

/// Returns a name without the `r#` of a raw identifier.
pub(crate) fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

struct Strip(ForTests);

impl Strip {
    /// Returns whether one of these attributes removes the item from every build except a test's.
    fn is_test_only(&self, attributes: &[Attribute]) -> bool {
        attributes.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<Meta>()
                    .is_ok_and(|condition| self.needs_test(&condition))
        })
    }

    fn needs_test(&self, condition: &Meta) -> bool {
        match condition {
            Meta::Path(path) => path.is_ident("test"),
            Meta::NameValue(pair) => {
                matches!(self.0, ForTests::TestsAndFeatures)
                    && pair.path.is_ident("feature")
                    && matches!(&pair.value, Expr::Lit(syn::ExprLit { lit: Lit::Str(name), .. })
                        if name.value() == FEATURE)
            }
            Meta::List(list) => {
                let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
                let parts = parts.unwrap_or_default();
                if list.path.is_ident("all") {
                    parts.iter().any(|part| self.needs_test(part))
                } else {
                    list.path.is_ident("any") && parts.iter().all(|part| self.needs_test(part))
                }
            }
        }
    }

    fn keep<T>(&self, list: &mut Punctuated<T, Token![,]>, attributes: impl Fn(&T) -> &[Attribute]) {
        *list = std::mem::take(list)
            .into_iter()
            .filter(|part| !self.is_test_only(attributes(part)))
            .collect();
    }
}

impl VisitMut for Strip {
    fn visit_item_mod_mut(&mut self, node: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut node.content {
            items.retain(|item| !self.is_test_only(of_item(item)));
        }
        visit_mut::visit_item_mod_mut(self, node);
    }

    fn visit_item_impl_mut(&mut self, node: &mut syn::ItemImpl) {
        node.items.retain(|item| {
            !self.is_test_only(match item {
                syn::ImplItem::Const(item) => &item.attrs,
                syn::ImplItem::Fn(item) => &item.attrs,
                syn::ImplItem::Type(item) => &item.attrs,
                syn::ImplItem::Macro(item) => &item.attrs,
                _ => &[],
            })
        });
        visit_mut::visit_item_impl_mut(self, node);
    }

    fn visit_item_trait_mut(&mut self, node: &mut syn::ItemTrait) {
        node.items.retain(|item| {
            !self.is_test_only(match item {
                syn::TraitItem::Const(item) => &item.attrs,
                syn::TraitItem::Fn(item) => &item.attrs,
                syn::TraitItem::Type(item) => &item.attrs,
                syn::TraitItem::Macro(item) => &item.attrs,
                _ => &[],
            })
        });
        visit_mut::visit_item_trait_mut(self, node);
    }

    fn visit_block_mut(&mut self, node: &mut syn::Block) {
        node.stmts
            .retain(|statement| !self.is_test_only(of_statement(statement)));
        visit_mut::visit_block_mut(self, node);
    }

    fn visit_expr_match_mut(&mut self, node: &mut syn::ExprMatch) {
        node.arms.retain(|arm| !self.is_test_only(&arm.attrs));
        visit_mut::visit_expr_match_mut(self, node);
    }

    fn visit_expr_struct_mut(&mut self, node: &mut syn::ExprStruct) {
        self.keep(&mut node.fields, |field| &field.attrs);
        visit_mut::visit_expr_struct_mut(self, node);
    }

    fn visit_fields_named_mut(&mut self, node: &mut syn::FieldsNamed) {
        self.keep(&mut node.named, |field| &field.attrs);
        visit_mut::visit_fields_named_mut(self, node);
    }

    fn visit_item_enum_mut(&mut self, node: &mut syn::ItemEnum) {
        self.keep(&mut node.variants, |variant| &variant.attrs);
        visit_mut::visit_item_enum_mut(self, node);
    }
}

fn of_statement(statement: &Stmt) -> &[Attribute] {
    match statement {
        Stmt::Local(local) => &local.attrs,
        Stmt::Item(item) => of_item(item),
        Stmt::Macro(call) => &call.attrs,
        Stmt::Expr(expression, _) => match expression {
            Expr::Assign(expression) => &expression.attrs,
            Expr::Binary(expression) => &expression.attrs,
            Expr::Block(expression) => &expression.attrs,
            Expr::Call(expression) => &expression.attrs,
            Expr::ForLoop(expression) => &expression.attrs,
            Expr::If(expression) => &expression.attrs,
            Expr::Macro(expression) => &expression.attrs,
            Expr::Match(expression) => &expression.attrs,
            Expr::MethodCall(expression) => &expression.attrs,
            Expr::Return(expression) => &expression.attrs,
            Expr::Try(expression) => &expression.attrs,
            Expr::Unsafe(expression) => &expression.attrs,
            _ => &[],
        },
    }
}

fn of_item(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use syn::visit::{self, Visit};

    use super::*;

    struct Names(Vec<String>);

    impl<'ast> Visit<'ast> for Names {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            self.0.extend(path.get_ident().map(ToString::to_string));
            visit::visit_path(self, path);
        }
    }

    fn names(text: &str) -> Vec<String> {
        let mut names = Names(Vec::new());
        let mut file = without_tests("a.rs", text, ForTests::TestsAndFeatures).unwrap();
        file.attrs.clear();
        names.visit_file(&file);
        names.0.retain(|name| name.starts_with(char::is_uppercase));
        names.0
    }

    #[test]
    fn what_only_tests_have_is_gone() {
        for text in [
            "#[cfg(test)] mod tests { type A = B; }",
            "#[cfg(all(test, unix))] type A = B;",
            "#[cfg(any(test, all(test, unix)))] type A = B;",
            "mod a { #[cfg(test)] type A = B; }",
            "impl Self { #[cfg(test)] fn a() -> B {} }",
            "trait Own { #[cfg(test)] fn a() -> B {} }",
            "fn a() { #[cfg(test)] let a = B; #[cfg(test)] B(); #[cfg(test)] type A = B; }",
            "fn a() { match () { #[cfg(test)] () => B } }",
            "struct A { #[cfg(test)] a: B }",
            "enum A { #[cfg(test)] C(B) }",
            "fn a() { a { #[cfg(test)] a: B } }",
            "#![cfg(test)] type A = B;",
            "#[cfg(any(test, feature = \"testing\"))] type A = B;",
            "#[cfg(feature = \"testing\")] type A = B;",
        ] {
            assert!(!names(text).contains(&"B".to_owned()), "{text}");
        }
    }

    #[test]
    fn what_other_builds_have_stays() {
        for text in [
            "type A = B;",
            "#[cfg(not(test))] type A = B;",
            "#[cfg(not(feature = \"testing\"))] type A = B;",
            "#[cfg(any(unix, feature = \"testing\"))] type A = B;",
            "#[cfg(feature = \"test\")] type A = B;",
            "#[test] fn a() -> B {}",
        ] {
            assert_eq!(names(text), ["B"], "{text}");
        }
        assert!(without_tests("a.rs", "type A", ForTests::Tests).is_err());
    }

    #[test]
    fn macros_give_their_words() {
        let call: syn::Macro = syn::parse_str("a!(b::C, [\"text\", 1], 'x')").unwrap();
        let words: Vec<String> = words(&call)
            .iter()
            .map(|word| match word {
                Word::Name(name) => name.clone(),
                Word::Text(text) => text.clone(),
                Word::Mark(mark) => mark.to_string(),
            })
            .collect();
        assert_eq!(words.concat(), "b::C,(text,0),0");
    }
}
