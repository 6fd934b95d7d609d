//! `completions` and `man`, generated from the definition of the command line.

use std::io::{Write, stdout};

use clap::CommandFactory;

use crate::args::Arguments;
use crate::failure::Failure;

/// `completions`
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    // Into memory first: the generator panics if its output is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "privatus", &mut script);
    written(&script)?;
    Ok(0)
}

/// `man`
pub(crate) fn man(words: &[String]) -> Result<u8, Failure> {
    let mut command = Arguments::command();
    command.build();
    for word in words {
        let next = command.find_subcommand(word).cloned();
        command = next.ok_or_else(|| {
            Failure::Usage(format!(
                "unknown command “{word}”; `privatus --help` lists the commands"
            ))
        })?;
    }
    let mut page = Vec::new();
    let page_of = clap_mangen::Man::new(command);
    // By default the source of a subcommand's page would be `add `, without the tool's name and version.
    let page_of = page_of.source(concat!("privatus ", env!("CARGO_PKG_VERSION")));
    page_of
        .render(&mut page)
        .map_err(|error| Failure::output(&error))?;
    written(&page)?;
    Ok(0)
}

fn written(text: &[u8]) -> Result<(), Failure> {
    let mut out = stdout().lock();
    out.write_all(text)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}
