#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

mod advisories;
mod bench;
mod ci;
mod codegen;
mod deny;
mod deps;
mod interop;
mod machete;
mod migrations;
mod module_tree;
mod msrv;
mod mutants;
mod process;
mod soak;
mod syntax;
mod test;
mod tidy;
mod tool;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

/// Developer commands of the Privatus workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the tables of crates/schema and the generated parts of docs/DATA_MODEL.md from the migrations.
    Codegen {
        /// Write nothing; fail if a file differs from what the migrations give.
        #[arg(long)]
        check: bool,
    },
    /// Create, check and release schema migrations.
    #[command(subcommand)]
    Migrations(migrations::Command),
    /// Check which crate uses which crate and library, that files do not import each other in a cycle, and that no
    /// library needs a newer Rust than we promise.
    Deps,
    /// Check what rustfmt and clippy do not: module docs, lints, versions, file sizes, SQL in strings, leftovers.
    Tidy,
    /// Check the licences, sources and duplicate versions of all libraries against deny.toml.
    Deny,
    /// Check all libraries against RustSec's advisory database; needs the network or a copy of the database.
    Advisories(advisories::Options),
    /// Find dependencies that no source file uses.
    Machete,
    /// Run the tests with cargo-nextest.
    Test(test::Options),
    /// Install the tools that `.ci/run` needs, at the versions that Cargo.toml pins.
    Tools,
    /// Run `.ci/run`: every check that a change must pass.
    Ci,
    /// Measure against plain SQLite and against SQLCipher through diesel, in a release build.
    Bench(bench::Options),
    /// Run one command and print its time and peak memory; `bench --alone` uses it.
    #[command(hide = true)]
    BenchChild(bench::Child),
    /// Run random stories on the store and on a model of it, and compare everything after each step.
    Soak(soak::Options),
    /// Write bugs into a copy of the product, one at a time, and count those that the tests catch.
    Mutants(mutants::Options),
    /// Read a new vault with Python's sqlcipher3 and nothing but docs/CRYPTO.md.
    Interop,
}

fn main() -> ExitCode {
    match run(Args::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Codegen { check } => codegen::run(&workspace, check),
        Command::Migrations(command) => migrations::run(&workspace, command),
        Command::Deps => deps::run(&workspace).and_then(|()| msrv::run(&workspace)),
        Command::Tidy => tidy::run(&workspace),
        Command::Deny => deny::run(&workspace),
        Command::Advisories(options) => advisories::run(&workspace, &options),
        Command::Machete => machete::run(&workspace),
        Command::Test(options) => test::run(&workspace, &options),
        Command::Tools => tools::run(&workspace),
        Command::Ci => ci::run(&workspace),
        Command::Bench(options) => bench::run(&options),
        Command::BenchChild(child) => bench::run_child(&child),
        Command::Interop => interop::run(&workspace),
        Command::Mutants(options) => mutants::run(&workspace, &options),
        Command::Soak(options) => soak::run(&workspace, &options),
    }
}
