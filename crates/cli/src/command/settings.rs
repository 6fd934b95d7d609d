//! `settings`: list, get, set, unset; the application's.

use privatus_domain::steering::json_readable;
use privatus_domain::{JsonText, Setting, SettingKey};
use privatus_store::StoreError;
use serde_json::{Value, json};

use super::open;
use crate::args::{Arguments, Settings};
use crate::failure::Failure;
use crate::output::{self, Column};

pub(crate) fn run(arguments: &Arguments, command: &Settings) -> Result<u8, Failure> {
    let key = |key: &str| SettingKey::new(key).map_err(StoreError::from);
    match command {
        Settings::List => {
            let store = open(arguments)?;
            let settings = store.read(|tx| tx.settings())?;
            store.lock()?;
            if arguments.json {
                let settings: Vec<String> = settings.iter().map(setting_json).collect();
                output::json_text(&format!("{{\"settings\":[{}]}}", settings.join(",")))?;
            } else if settings.is_empty() {
                output::line("No settings yet. `privatus settings set KEY VALUE` sets one.")?;
            } else {
                list(&settings)?;
            }
        }
        Settings::Get { key: name } => {
            let key = key(name)?;
            let store = open(arguments)?;
            let setting = store.read(|tx| tx.setting("", &key))?;
            store.lock()?;
            if arguments.json {
                output::json_text(&setting_json(&setting))?;
            } else {
                output::line(&crate::text::harmless(&json_readable(setting.value.as_str())))?;
            }
        }
        Settings::Set { key: name, value } => {
            let key = key(name)?;
            let value = JsonText::new(value).unwrap_or_else(|_| Value::String(value.clone()).into());
            let store = open(arguments)?;
            store.write("setting_set", |tx| {
                let now = tx.now();
                tx.setting_set("", &key, &value, now)
            })?;
            store.lock()?;
            done(arguments, name, "set")?;
        }
        Settings::Unset { key: name } => {
            let key = key(name)?;
            let store = open(arguments)?;
            store.write("setting_unset", |tx| tx.setting_unset("", &key))?;
            store.lock()?;
            done(arguments, name, "unset")?;
        }
    }
    Ok(0)
}

/// A table; it names scopes only where there is another than the application's.
fn list(settings: &[Setting]) -> Result<(), Failure> {
    let scoped = settings.iter().any(|setting| !setting.scope.is_empty());
    let row = |setting: &Setting| {
        let mut cells = vec![
            setting.key.as_str().to_owned(),
            json_readable(setting.value.as_str()),
        ];
        if scoped {
            cells.push(setting.scope.clone());
        }
        cells
    };
    let mut columns = vec![Column::Text("setting", 36), Column::Text("value", 60)];
    if scoped {
        columns = vec![
            Column::Text("setting", 30),
            Column::Text("value", 44),
            Column::Text("scope", 20),
        ];
    }
    output::table(&columns, settings.iter().map(row).collect())
}

/// A setting as JSON text: its value stands as it was set, so that no number is rounded.
fn setting_json(setting: &Setting) -> String {
    format!(
        "{{\"scope\":{},\"key\":{},\"value\":{}}}",
        Value::from(setting.scope.as_str()),
        Value::from(setting.key.as_str()),
        setting.value
    )
}

fn done(arguments: &Arguments, key: &str, what: &str) -> Result<(), Failure> {
    if arguments.json {
        output::json(&json!({ "key": key, "result": what }))
    } else {
        output::line(&format!("{} {what}", crate::text::one_line(key, 60)))
    }
}
