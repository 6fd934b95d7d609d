#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod args;
mod chat_table;
mod command;
mod command_line;
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
mod table;
mod text;
mod unchanged;
mod upgrade;
mod vault;

use std::process::ExitCode;

fn main() -> ExitCode {
    dumps::forbid();
    privatus_store::answer_file_size_limit();
    let arguments = match command_line::parse() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let begun = log::begin(arguments.log.as_deref()).and_then(|()| output::writable());
    match begun.and_then(|()| command::run(&arguments)) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.report(arguments.json),
    }
}
