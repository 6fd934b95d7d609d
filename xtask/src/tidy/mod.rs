//! `cargo xtask tidy`: rules of this repository that rustfmt and clippy do not check.

mod bans;
mod files;
mod finding;
mod length;
mod links;
mod manifest;
mod pages;
mod source;
mod sql;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Where the crates are whose documentation docs.rs shows.
const PUBLISHED: &str = "crates/";

/// Checks every source file and every manifest.
///
/// # Errors
/// When a rule is broken. Each place is printed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut findings = Vec::new();
    let members = workspace.members()?;

    for member in &members {
        let path = format!("{member}/Cargo.toml");
        let text = fs::read_to_string(workspace.path(&path)).with_context(|| format!("reading {path}"))?;
        findings.extend(manifest::check(&path, &text));
    }

    let shared = fs::read_to_string(workspace.path(bans::WORKSPACE)).context("reading clippy.toml")?;
    for folder in std::iter::once(String::new()).chain(members.iter().map(|member| format!("{member}/"))) {
        let path = format!("{folder}{}", bans::WORKSPACE);
        if workspace.path(&path).is_file() {
            let text =
                fs::read_to_string(workspace.path(&path)).with_context(|| format!("reading {path}"))?;
            findings.extend(bans::check(&path, &text, &shared));
        }
    }

    let sources = files::sources(workspace, &members)?;
    if sources.len() < members.len() {
        bail!(
            "only {} source files found below {}",
            sources.len(),
            workspace.root().display()
        );
    }
    for file in &sources {
        findings.extend(source::check(file));
        if file.path.starts_with(PUBLISHED) {
            findings.extend(links::check_source(&file.path, &file.text));
        }
    }
    for member in members.iter().filter(|member| member.starts_with(PUBLISHED)) {
        let path = format!("{member}/README.md");
        let text = fs::read_to_string(workspace.path(&path)).with_context(|| format!("reading {path}"))?;
        findings.extend(links::check_readme(&path, &text));
    }

    let pages = pages::read(workspace.root())?;
    findings.extend(pages::check(&pages, |path| workspace.path(path).exists()));

    let list = length::LIST;
    let listed = fs::read_to_string(workspace.path(list)).with_context(|| format!("reading {list}"))?;
    findings.extend(length::check(&sources, &listed));

    let list = sql::LIST;
    let listed = fs::read_to_string(workspace.path(list)).with_context(|| format!("reading {list}"))?;
    let shipped = sql::Shipped::read(workspace, &members, &sources)?;
    findings.extend(shipped.check(&listed)?);
    let statements = shipped.counts(&listed)?;

    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    if !findings.is_empty() {
        bail!("{} finding(s)", findings.len());
    }
    println!("tidy: {} files, {} manifests", sources.len(), members.len());
    println!("tidy: texts of SQL: {statements}");
    Ok(())
}
