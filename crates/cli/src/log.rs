//! `--log`: what the libraries tell of their work, on standard error. They name acts and errors, never text or keys.

use std::io::stderr;

use tracing_subscriber::EnvFilter;

use crate::failure::Failure;

/// Tells from here on what the filter lets through; without one, nothing.
///
/// # Errors
/// [`Failure::Usage`] for a filter that is none.
pub(crate) fn begin(filter: Option<&str>) -> Result<(), Failure> {
    let Some(filter) = filter else {
        return Ok(());
    };
    let filter = EnvFilter::builder().parse(filter).map_err(|_| {
        Failure::Usage(
            "--log takes a level (error, warn, info, debug, trace), or pairs such as privatus_store=debug"
                .into(),
        )
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .try_init()
        .map_err(|_| Failure::Other("the log cannot be told".into()))
}
