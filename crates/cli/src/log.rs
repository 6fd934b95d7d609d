//! `--log`: the libraries' log on standard error. It names actions and errors, never text or keys.

use std::io::stderr;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Starts the log with a filter; without one there is no log.
///
/// # Errors
/// [`Failure::Usage`] if the filter is not valid.
pub(crate) fn begin(filter: Option<&str>) -> Result<(), Failure> {
    let Some(filter) = filter else {
        return Ok(());
    };
    let filter = EnvFilter::builder().parse(filter).map_err(|_| {
        Failure::Usage(
            "--log needs a level (error, warn, info, debug, trace), or pairs such as privatus_store=debug"
                .into(),
        )
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .try_init()
        .map_err(|_| Failure::Other("the log could not be started".into()))
}
