//! `completions` and `man`: made from the command line's own definition.

use std::io::{Write, stdout};

use clap::CommandFactory;

use crate::args::Arguments;
use crate::failure::Failure;

/// `completions`
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    // Into memory first: the generator panics when its output is closed.
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
                "there is no command “{word}” here; `privatus --help` lists them"
            ))
        })?;
    }
    let mut page = Vec::new();
    let page_of = clap_mangen::Man::new(command);
    // Of a command it would say `add `: the words that were typed, without a version.
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
