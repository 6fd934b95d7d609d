//! `export`: writes everything as plain JSON Lines.

use std::io::{BufWriter, IsTerminal};
use std::path::{Path, PathBuf};

use privatus_import::privatus;
use serde_json::json;

use crate::args::Arguments;
use crate::failure::Failure;
use crate::plaintext_file::{target, write_beside};
use crate::text::counted;
use crate::vault::{open, vault_path};
use crate::{output, progress};

pub(crate) fn run(arguments: &Arguments, path: &Path, is_forced: bool) -> Result<u8, Failure> {
    let to_stdout = path == Path::new("-");
    let target = if to_stdout {
        output::whole()?;
        PathBuf::new()
    } else {
        target(path, &vault_path(arguments)?, is_forced)?
    };
    let store = open(arguments)?;
    let bar = progress::bar("export");
    let stop = progress::interrupted();
    let mut on_progress = |at: privatus_import::Progress| {
        bar.set_length(at.total.unwrap_or_default());
        bar.set_position(at.done);
        !stop.load(std::sync::atomic::Ordering::SeqCst)
    };
    if to_stdout {
        if std::io::stdout().is_terminal() {
            // The bar would be drawn between the lines.
            bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
            crate::notice::warn(
                "the export is plaintext: anyone who can see this terminal can read all messages",
            );
        }
        let mut out = BufWriter::new(std::io::stdout().lock());
        privatus::export(&store, &mut out, &mut on_progress)?;
        crate::vault::close(store);
        return Ok(0);
    }
    let counts = to_file(&store, &target, is_forced, &mut on_progress)?;
    bar.finish_and_clear();
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({ "path": path.display().to_string(), "counts": counts, "plaintext": true }))?;
    } else {
        let messages = counts.get("message").copied().unwrap_or_default();
        let messages = counted(messages, "message", "messages");
        output::line(&format!("{messages} written to {}", path.display()))?;
        output::line("The file is plaintext: anyone who can read it can read all messages.")?;
    }
    Ok(0)
}

/// Writes a complete export or none.
pub(super) fn to_file(
    store: &privatus_store::Store,
    path: &Path,
    is_forced: bool,
    progress: privatus_import::OnProgress<'_>,
) -> Result<std::collections::BTreeMap<String, u64>, Failure> {
    write_beside(path, is_forced, |out| Ok(privatus::export(store, out, progress)?))
}
