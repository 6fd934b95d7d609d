//! `migrate verify`: checks the ledgers, their checksums, and that the schema matches them.

use privatus_store::{SchemaCheck, StoreError};
use serde_json::json;

use super::say::say;
use super::unlock::unlock;
use crate::args::Arguments;
use crate::failure::Failure;
use crate::output;
use crate::text::counted;

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let found = unlock(arguments)?.verify()?;
    let printed = print(arguments, &found);
    // A failed print must not hide what was found.
    if let Some(first) = found.problems.first() {
        let problems = counted(found.problems.len() as u64, "problem", "problems");
        let text = format!("{problems} found, the first: {first}");
        return Err(StoreError::SchemaDiffers(text).into());
    }
    printed?;
    Ok(0)
}

fn print(arguments: &Arguments, found: &SchemaCheck) -> Result<(), Failure> {
    if arguments.json {
        output::json(&json!({ "steps": found.steps, "objects": found.objects, "problems": found.problems }))
    } else {
        for problem in &found.problems {
            say(problem)?;
        }
        let all_is_well = match found.problems.len() {
            0 => "all is well".to_owned(),
            count => counted(count as u64, "problem", "problems"),
        };
        let steps = counted(found.steps as u64, "step", "steps");
        let objects = counted(found.objects as u64, "object", "objects");
        say(&format!("{steps}, {objects} checked: {all_is_well}"))
    }
}
