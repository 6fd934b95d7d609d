//! Writes a Telegram export of about MIB MiB, for measuring an import: `cargo run -p privatus-import --example
//! telegram_make -- FILE MIB [no-ids]`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stderr)]

use std::io::{BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (Some(path), Some(mib)) = (
        words.first(),
        words.get(1).and_then(|mib| mib.parse::<u64>().ok()),
    ) else {
        eprintln!("usage: telegram_make FILE MIB [no-ids]");
        return ExitCode::from(2);
    };
    match make(path, mib << 20, words.len() > 2) {
        Ok(messages) => {
            eprintln!("{messages} messages");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{path}: {}", error.kind());
            ExitCode::FAILURE
        }
    }
}

fn make(path: &str, size: u64, without_ids: bool) -> std::io::Result<u64> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    out.write_all(b"{\"name\":\"Large\",\"type\":\"private_supergroup\",\"id\":7,\"messages\":[\n")?;
    let (mut written, mut id) = (0, 0_u64);
    while written < size {
        id += 1;
        let comma = if id > 1 { "," } else { "" };
        let known = if without_ids {
            String::new()
        } else {
            format!("\"id\":{id},")
        };
        // Two messages per minute from 2010 on, by 100 writers.
        let (at, writer) = (1_262_304_000 + 30 * id, id * 7 % 100);
        let text = format!("message {id}: ").repeat(usize::try_from(1 + id % 17).unwrap_or(1));
        let line = format!(
            "{comma}{{{known}\"type\":\"message\",\"date_unixtime\":\"{at}\",\"from\":\"Writer {writer}\",\
             \"from_id\":\"user{writer}\",\"text\":\"{text}\",\"text_entities\":[{{\"type\":\"plain\",\"text\":\"{text}\"}}]}}\n"
        );
        written += u64::try_from(line.len()).unwrap_or_default();
        out.write_all(line.as_bytes())?;
    }
    out.write_all(b"]}\n")?;
    out.flush()?;
    Ok(id)
}
