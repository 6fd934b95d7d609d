//! Reads a legacy database to its end and prints its contents, the time and the memory used.
//!
//!     cargo run --release -p privatus-import --example legacy_read PATH PASSWORD_FILE [ORIGINAL_PATH]

#![allow(clippy::print_stdout)]
#![forbid(unsafe_code)]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use privatus_import::legacy::{Item, SearchOptions, Source, Zone};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("the path of a database is needed")?;
    let password = std::fs::read_to_string(arguments.next().ok_or("a password file is needed")?)?;
    let original_path = arguments.next();

    let start = Instant::now();
    let mut source = Source::open(Path::new(&path))?;
    let counts = source.counts();
    let (contacts, settings, messages) = (counts.contacts, counts.settings, counts.messages);
    println!("{contacts} contacts, {settings} settings, {messages} messages");
    let options = SearchOptions {
        password: Some(password.trim_end_matches(['\r', '\n']).as_bytes()),
        original_path: original_path.as_deref(),
        ..SearchOptions::default()
    };
    let keys = source.find_keys(&options, &mut |_| ControlFlow::Continue(()))?;
    for key in &keys.keys {
        println!("{} iterations: {} rows", key.iterations, key.rows);
    }
    let found = start.elapsed().as_secs_f64();
    println!(
        "search ({:?}, {} rows left): {found:.2} s",
        keys.end, keys.unopened
    );

    let zone = Zone::of_machine();
    let mut records = source.records(&keys, &zone);
    for item in &mut records {
        if let Item::Problem(problem) = item? {
            println!("{problem}");
        }
    }
    println!("{:?}", records.summary());
    println!(
        "reading, with times of {}: {:.2} s",
        zone.name(),
        start.elapsed().as_secs_f64() - found
    );
    // Only Linux reports it here.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        println!("peak memory: {}", peak.trim_start_matches("VmHWM:").trim());
    }
    Ok(())
}
