//! Tests of long logs, which are checked in batches whatever their length.

#![allow(clippy::disallowed_methods)]

use std::time::Instant;

use privatus_domain::{Act, AuditFilter, NewAuditEntry, Resource, ResourceKind};
use serde_json::json;

use crate::audit::chain::BATCH;
use crate::testing::{Vault, at};

/// Adds `count` entries.
fn fill(vault: &Vault, count: usize) {
    let time = at("2025-06-01T00:00:00Z");
    for start in (0..count).step_by(10_000) {
        vault
            .store
            .write("entries", |tx| {
                (start..count.min(start + 10_000)).try_for_each(|number| {
                    let group = Resource::of(ResourceKind::Group, format!("group {}", number % 100));
                    let entry = NewAuditEntry::done(time, Act::MemberAdd).on(group);
                    tx.audit(&entry.with(json!({ "contact": number })))
                })
            })
            .unwrap();
    }
}

#[test]
fn a_long_log_is_checked_a_batch_at_a_time() {
    const COUNT: usize = 20_000;
    let vault = Vault::new();
    fill(&vault, COUNT);
    let mut told = Vec::new();
    let check = vault
        .store
        .audit_verify(None, &mut |done| {
            told.push(done);
            true
        })
        .unwrap();
    assert_eq!(check.broken, None);
    assert!(check.entries >= COUNT as u64);
    let batch = u64::from(BATCH);
    let mut last = 0;
    for done in &told {
        assert!(done - last <= batch, "{last} and then {done}");
        last = *done;
    }
    assert!(told.len() >= COUNT / BATCH as usize, "{}", told.len());
    vault.sql("UPDATE audit_log SET action = 'x' WHERE log_id = 15000");
    let check = vault.store.audit_verify(None, &mut |_| true).unwrap();
    assert_eq!(check.broken.unwrap().0, 15_000);
}

/// Returns the peak memory of this process in MB.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    format!("{} MB", kib / 1_024)
}

/// Prints the figures for the audit log in docs/PERFORMANCE.md.
#[test]
#[ignore = "a measurement: minutes"]
fn a_million_entries() {
    let vault = Vault::new();
    let begun = Instant::now();
    fill(&vault, 1_000_000);
    println!("written in {:?}, at most {} in use", begun.elapsed(), peak());
    let begun = Instant::now();
    let check = vault.store.audit_verify(None, &mut |_| true).unwrap();
    assert_eq!(check.broken, None);
    println!(
        "{} entries checked in {:?}, at most {} in use",
        check.entries,
        begun.elapsed(),
        peak()
    );
    let filter = AuditFilter {
        on: Some((ResourceKind::Group, Some("group 7".into()))),
        ..AuditFilter::default()
    };
    let begun = Instant::now();
    let found = vault.store.read(|tx| tx.audit_entries(&filter, 50)).unwrap();
    println!(
        "the newest {} of a group found in {:?}",
        found.len(),
        begun.elapsed()
    );
}
