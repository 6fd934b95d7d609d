//! Small planted crates: which arrows are seen, and which circles.

use std::fs;

use super::Files;

/// A crate of these files, as `path`, text.
fn krate(files: &[(&str, &str)]) -> Files {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Files::read(&folder.path().join("lib.rs")).unwrap()
}

/// Arrows as `from > to`.
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let krate = krate(files);
    let name = |file: usize| krate.tree.files[file].path.trim_end_matches(".rs").to_owned();
    let mut arrows: Vec<String> = krate
        .ties
        .keys()
        .map(|(from, to)| format!("{} > {}", name(*from), name(*to)))
        .collect();
    arrows.sort();
    arrows
}

const AB: &str = "mod a; mod b;";

#[test]
fn a_circle_names_its_files_and_what_ties_them() {
    let circles = krate(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B; pub fn f() -> crate::c::C { crate::c::C }"),
        (
            "c.rs",
            "use super::a; pub struct C; fn f(_: a::A, _: crate::d::D) {}",
        ),
        ("d.rs", "pub struct D;"),
    ])
    .circles();
    assert_eq!(circles.len(), 1);
    assert_eq!(circles[0].files, ["a.rs", "b.rs", "c.rs"]);
    let ties = circles[0].ties.join("\n");
    for tie in [
        "a.rs uses from b.rs: B, crate::b::B",
        "b.rs uses from c.rs: crate::c::C",
        "c.rs uses from a.rs: a::A",
    ] {
        assert!(ties.contains(tie), "{ties}");
    }
}

#[test]
fn each_way_to_name_a_thing_is_an_arrow() {
    for a in [
        "use crate::b::B;",
        "use crate::{b::{B}};",
        "use crate::b::{self, B as Other};",
        "use super::b::B;",
        "use crate::b; fn f(_: b::B) {}",
        "use crate::b::*; fn f(_: B) {}",
        "fn f(_: crate::b::B) {}",
        "fn f() { use crate::b::B; }",
        "fn f() -> Vec<super::b::B> { Vec::new() }",
        "impl crate::b::T for u8 {}",
        "fn f() { println!(\"{}\", crate::b::N); }",
        "fn f() { vec![vec![crate::b::N]]; }",
        "macro_rules! m { () => { $crate::b::N } }",
        "#[derive(crate::b::D)] struct A;",
        "#[serde(with = \"crate::b::B\")] struct A;",
        "mod inner { fn f(_: crate::b::B) {} }",
        "mod inner { use super::super::b::B; }",
        "mod inner { pub use crate::b; } fn f(_: inner::b::B) {}",
        "fn f() { made!(); }",
        "fn f(_: crate::b::MadeByAMacro) {}",
    ] {
        let a = format!("{a} struct Own;");
        let b = "pub struct B; pub trait T {} pub const N: u8 = 0; pub struct D; type_of!(MadeByAMacro);\
                 #[macro_export] macro_rules! made { () => {} }";
        let found = arrows(&[("lib.rs", AB), ("a.rs", &a), ("b.rs", b)]);
        assert_eq!(found, ["a > b"], "{a}");
    }
}

#[test]
fn what_names_nothing_of_the_crate_is_none() {
    for a in [
        "use b::B;",
        "use std::b::B;",
        "use ::b::B;",
        "#[cfg(test)] use crate::b::B;",
        "#[cfg(test)] mod tests { use crate::b::B; }",
        "#[cfg(test)] mod tests;",
        "//! [`crate::b::B`]\n/// [`crate::b::B`]\nfn f() {}",
        "fn f() { x.b::<u8>(); \"crate::b::B\"; }",
        "pub(in crate::b) struct A;",
        "use crate::b; fn f() {}",
    ] {
        let a = format!("{a} struct Own;");
        let files = [
            ("lib.rs", AB),
            ("a.rs", &a),
            ("a/tests.rs", "use crate::b::B;"),
            ("b.rs", "pub struct B;"),
        ];
        assert!(arrows(&files).is_empty(), "{a}");
    }
}

#[test]
fn a_re_exported_name_leads_to_the_file_that_defines_it() {
    for (lib, b) in [
        ("mod a; mod b; pub use b::B;", "mod c; pub use c::B;"),
        ("mod a; mod b; pub use b::{B};", "mod c; pub use self::c::B;"),
        ("mod a; mod b; pub use b::*;", "mod c; pub use c::*;"),
        ("mod a; mod b; pub use b::c::C as B;", "pub mod c;"),
        ("mod a; mod b; pub use crate::b::c::B;", "pub mod c;"),
    ] {
        let files = [
            ("lib.rs", lib),
            ("a.rs", "use crate::B; fn f(_: B) {}"),
            ("b/mod.rs", b),
            ("b/c.rs", "pub struct B; pub struct C;"),
        ];
        assert_eq!(arrows(&files), ["a > b/c"], "{lib} {b}");
    }
}

#[test]
fn a_parent_with_code_is_a_file_like_others() {
    let child = ("a/b.rs", "use super::Own; pub struct B(Own);");
    let with = |a: &'static str| arrows(&[("lib.rs", "mod a;"), ("a/mod.rs", a), child]);
    assert_eq!(
        with("mod b; pub use b::B; pub struct Own;"),
        ["a/b > a/mod"],
        "it does not use what it re-exports"
    );
    assert_eq!(
        with("mod b; pub use b::B; pub struct Own; fn f(_: B) {}"),
        ["a/b > a/mod", "a/mod > a/b"]
    );
    assert_eq!(
        with("mod b; pub struct Own; fn f(_: b::B) {}"),
        ["a/b > a/mod", "a/mod > a/b"]
    );
    assert!(
        with("mod b; pub use b::B;").is_empty(),
        "it only declares and re-exports"
    );
}

#[test]
fn a_sideways_re_export_is_an_arrow_of_who_uses_it() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::C; fn f(_: C) {}"),
        ("b.rs", "pub use crate::c::C; pub struct B;"),
        ("c.rs", "pub struct C;"),
    ];
    assert_eq!(arrows(&files), ["a > c"]);
}

#[test]
fn names_that_go_round_come_to_an_end() {
    let files = [
        ("lib.rs", "mod a; mod b; mod n;"),
        (
            "a.rs",
            "pub use super::b::*; pub use time::time; fn f(_: X, _: time) {}",
        ),
        ("b.rs", "pub use super::a::*; pub use super::a::Y; fn f(_: Y) {}"),
        (
            "n.rs",
            "mod n; use self::n::n; use n::m; fn f() { n(); n::m(); n::x::y(); }",
        ),
        ("n/n.rs", "pub fn n() {} pub fn m() {}"),
    ];
    assert_eq!(arrows(&files), ["n > n/n"]);
}

#[test]
fn a_module_and_a_function_of_one_name_are_told_apart() {
    let files = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod walk; mod other; pub fn walk() { walk::W; }"),
        ("a/walk.rs", "pub struct W;"),
        ("a/other.rs", "use super::walk::W; fn f(_: W) {}"),
    ];
    assert_eq!(arrows(&files), ["a/mod > a/walk", "a/other > a/walk"]);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("lib.rs");
    for text in ["mod missing;", "fn (", "#[path = \"x.rs\"] mod a;"] {
        fs::write(&root, text).unwrap();
        assert!(Files::read(&root).is_err(), "{text}");
    }
}
