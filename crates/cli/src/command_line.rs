//! The command line is parsed here, and what is wrong with it is printed.

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::{output, text};

/// Parses the command line.
///
/// # Errors
/// The exit code, for a wrong command line and for help and version: they are printed by then.
pub(crate) fn parse() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        if error.use_stderr() {
            refuse(error)
        } else {
            show(&error)
        }
    })
}

/// Help and version go to standard output and are not a failure.
fn show(error: &clap::Error) -> ExitCode {
    // Plain: the text is the same on a terminal and in a file.
    let shown = output::writable().and_then(|()| output::text_as_it_is(&error.to_string()));
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(false),
    }
}

fn refuse(mut error: clap::Error) -> ExitCode {
    plain_usage(&mut error);
    let said = error.to_string();
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    if std::env::args_os().any(|word| word == "--json") {
        let lines = said.lines().take_while(|line| !line.is_empty()).map(str::trim);
        let line = lines.collect::<Vec<&str>>().join(" ");
        return Failure::Usage(format!("{line}; see `privatus --help`")).report(true);
    }
    // It repeats what was typed, or what a script put there: without colours, and harmless for a terminal.
    let said = text::harmless(&format!("privatus: {said}"));
    let _ = stderr().write_all(said.as_bytes());
    ExitCode::from(2)
}

/// Replaces a usage line that repeats the options that were given, also those that an environment variable gave, as if they
/// were required: the line of the command's help does not.
fn plain_usage(error: &mut clap::Error) {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return;
    };
    let words = usage.to_string();
    let mut command = Arguments::command();
    command.build();
    // After `Usage: privatus` come the names of the command.
    for word in words.split_whitespace().skip(2) {
        match command.find_subcommand(word) {
            Some(found) => command = found.clone(),
            None => break,
        }
    }
    let usage = command.render_usage();
    error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
}
