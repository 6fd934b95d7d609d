#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

mod bench;
mod ci;
mod codegen;
mod deps;
mod interop;
mod migrations;
mod module_tree;
mod msrv;
mod mutants;
mod process;
mod soak;
mod syntax;
mod tidy;
mod tool;
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
    /// Write crates/schema's tables and the generated parts of docs/DATA_MODEL.md from the migrations.
    Codegen {
        /// Write nothing; fail when a file differs from what the migrations give.
        #[arg(long)]
        check: bool,
    },
    /// Make, check and release steps of the schema.
    #[command(subcommand)]
    Migrations(migrations::Command),
    /// Check the import directions between the crates and between the files of each, which crate may name which library,
    /// and how new a Rust they need.
    Deps,
    /// Check what rustfmt and clippy do not: module docs, lints, versions, file sizes, SQL as text, left-overs.
    Tidy,
    /// Run everything that `.ci/run` runs.
    Ci,
    /// Measure against plain SQLite and against SQLCipher through diesel, in a release build.
    Bench(bench::Options),
    /// Run one command and print its time and its highest use of memory: `bench --alone` runs itself so.
    #[command(hide = true)]
    BenchChild(bench::Child),
    /// Tell random stories to the store and a model of it, and compare everything after each step.
    Soak(soak::Options),
    /// Write bugs into a copy of the product, one at a time, and see whether its tests catch them.
    Mutants(mutants::Options),
    /// Read a fresh vault with Python's sqlcipher3 and docs/CRYPTO.md alone.
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
        Command::Ci => ci::run(&workspace),
        Command::Bench(options) => bench::run(&options),
        Command::BenchChild(child) => bench::run_child(&child),
        Command::Interop => interop::run(&workspace),
        Command::Mutants(options) => mutants::run(&workspace, &options),
        Command::Soak(options) => soak::run(&workspace, &options),
    }
}
