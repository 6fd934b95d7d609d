//! `keys`: lists the vault's keys, and sets when they should be replaced.

use privatus_domain::key_expiry_ahead;
use privatus_domain::{KeyEntry, KeyFilter, KeyKind};
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::args::{Arguments, Keys};
use crate::failure::Failure;
use crate::moment;
use crate::output;
use crate::table::{self, Column};
use crate::text::grouped;
use crate::vault::open;

pub(crate) fn run(arguments: &Arguments, command: &Keys) -> Result<u8, Failure> {
    match command {
        Keys::List { kind, expiring } => {
            let kind: Option<KeyKind> = kind
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(StoreError::from)?;
            list(arguments, kind, *expiring)
        }
        Keys::Expire { key, at, .. } => {
            let at = at.as_deref().map(moment::parse).transpose()?;
            let store = open(arguments)?;
            store.write("key_expiry_set", |tx| tx.key_expiry_set(*key, at))?;
            crate::vault::close(store);
            if arguments.json {
                output::json(&json!({ "key_number": key, "expires_at": at }))?;
            } else {
                output::line(&match at {
                    Some(at) => format!("Key {key} expires at {}", at.to_rfc3339()),
                    None => format!("Key {key} does not expire"),
                })?;
            }
            Ok(0)
        }
    }
}

fn list(arguments: &Arguments, kind: Option<KeyKind>, days: Option<i64>) -> Result<u8, Failure> {
    let store = open(arguments)?;
    let now = store.now();
    let expiring_by = days
        .map(|days| key_expiry_ahead(now, days))
        .transpose()
        .map_err(StoreError::from)?;
    let keys = store.read(|tx| tx.keys(&KeyFilter { kind, expiring_by }))?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({ "keys": keys.iter().map(key_json).collect::<Vec<_>>() }))?;
    } else if keys.is_empty() {
        output::line("No matching keys.")?;
    } else {
        table(&keys)?;
    }
    Ok(0)
}

const fn state(key: &KeyEntry) -> &'static str {
    if key.is_destroyed { "destroyed" } else { "living" }
}

fn key_json(key: &KeyEntry) -> Value {
    json!({
        "key_number": key.key_number, "key_type": key.key_type, "scope": key.scope, "algorithm": key.algorithm,
        "created_at": key.created_at, "expires_at": key.expires_at, "last_used": key.last_used,
        "usage_count": key.usage_count, "state": state(key),
    })
}

fn table(keys: &[KeyEntry]) -> Result<(), Failure> {
    let day = |at| moment::shown(at).get(..10).unwrap_or_default().to_owned();
    let row = |key: &KeyEntry| {
        vec![
            key.key_number.to_string(),
            key.key_type.clone(),
            key.scope.clone(),
            day(key.created_at),
            day(key.expires_at),
            moment::shown(key.last_used),
            grouped(key.usage_count),
            if key.is_destroyed { "destroyed" } else { "active" }.to_owned(),
        ]
    };
    let columns = [
        Column::number("key"),
        Column::text("type", 6),
        Column::name("scope", 26),
        Column::text("created", 10).dropped(2),
        Column::text("expires", 10).dropped(5),
        Column::text("last used (UTC)", 19).dropped(3),
        Column::number("used").dropped(1),
        Column::text("state", 9).dropped(4),
    ];
    table::print(&columns, keys.iter().map(row).collect())
}
