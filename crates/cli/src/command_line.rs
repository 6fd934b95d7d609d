//! The command line is parsed here, and what is wrong with it is printed.

use std::error::Error;
use std::io::{Write, stderr};
use std::num::{IntErrorKind, ParseIntError};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
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
    let command = command_of(&error);
    plain_usage(&mut error, command.as_ref());
    let told = tip(&error, command.as_ref());
    if let Some(tip) = told {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let said = said(&error, command);
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

/// Returns what is wrong: clap's text, or ours where clap shows only the help or the text of Rust's parser of numbers.
fn said(error: &clap::Error, command: Option<clap::Command>) -> String {
    let said = error.to_string();
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return format!("a command is required\n\n{said}");
        }
        // An option was given, and no command.
        ErrorKind::MissingSubcommand => {
            let help = command.unwrap_or_else(Arguments::command).render_help();
            return format!("a command is required\n\n{help}");
        }
        _ => {}
    }
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    match no_number(error) {
        Some(line) => {
            // The value may have several lines, so look for the last paragraph.
            let end = said.rsplit_once("\n\n").map(|(_, end)| end).unwrap_or_default();
            format!("{line}\n\n{end}")
        }
        None => said.to_owned(),
    }
}

/// Returns the line about a value that is not a number.
fn no_number(error: &clap::Error) -> Option<String> {
    let kind = error.source()?.downcast_ref::<ParseIntError>()?.kind();
    let (Some(ContextValue::String(name)), Some(ContextValue::String(value))) = (
        error.get(ContextKind::InvalidArg),
        error.get(ContextKind::InvalidValue),
    ) else {
        return None;
    };
    Some(match kind {
        IntErrorKind::PosOverflow => format!("{name} is too large: '{value}'"),
        IntErrorKind::NegOverflow => format!("{name} is too small: '{value}'"),
        _ => format!("{name} must be a whole number, not '{value}'"),
    })
}

/// Returns what to type instead, for mistakes that clap does not know.
fn tip(error: &clap::Error, command: Option<&clap::Command>) -> Option<&'static str> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.as_str(),
        _ => "",
    };
    let (name, argument) = (
        command.map_or("", clap::Command::get_name),
        word(ContextKind::InvalidArg),
    );
    match error.kind() {
        ErrorKind::UnknownArgument if name == "send" && !argument.starts_with('-') => {
            Some("put the text in quotes: privatus send CHAT 'hi there'")
        }
        ErrorKind::InvalidValue
            if argument.ends_with("<ROLE>") && word(ContextKind::InvalidValue) == "owner" =>
        {
            Some("`privatus groups transfer` makes another member the owner")
        }
        _ => None,
    }
}

/// Returns the command that an error is about, from its usage line.
fn command_of(error: &clap::Error) -> Option<clap::Command> {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return None;
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
    Some(command)
}

/// Replaces a usage line that repeats the options that were given, also those that an environment variable gave, as if they
/// were required: the line of the command's help does not.
fn plain_usage(error: &mut clap::Error, command: Option<&clap::Command>) {
    if let Some(command) = command {
        let usage = command.clone().render_usage();
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    }
}
