#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod args;
mod command;
mod confirm;
mod dumps;
mod examples;
mod exit;
mod failure;
mod find;
mod folder;
mod log;
mod media;
mod moment;
mod notice;
mod output;
mod plaintext_file;
mod progress;
mod recovery_code;
mod secret;
mod secret_file;
mod show;
mod snapshot;
mod step;
mod text;
mod unchanged;
mod upgrade;
mod vault;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    dumps::forbid();
    privatus_store::answer_file_size_limit();
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
                let text = error.to_string();
                let text: Vec<&str> = text
                    .lines()
                    .take_while(|line| !line.is_empty())
                    .map(str::trim)
                    .collect();
                let text = text.join(" ");
                let text = text.trim_start_matches("error: ");
                return failure::Failure::Usage(format!("{text}; see `privatus --help`")).report(true);
            }
            if error.use_stderr() {
                // It shows what was typed, or what a script put there: plain, and harmless for a terminal.
                let text = error.to_string();
                // One prefix for what goes wrong.
                let text = text
                    .strip_prefix("error: ")
                    .map_or(text.clone(), |said| format!("privatus: {said}"));
                let text = text::harmless(&text);
                let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
                return ExitCode::from(2);
            }
            // Plain: whether it goes to a terminal or not, it is the same text.
            let shown = output::writable().and_then(|()| output::text_as_it_is(&error.to_string()));
            return match shown {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => failure.report(false),
            };
        }
    };
    let begun = log::begin(arguments.log.as_deref()).and_then(|()| output::writable());
    match begun.and_then(|()| command::run(&arguments)) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.report(arguments.json),
    }
}
