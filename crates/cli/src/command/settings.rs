//! `settings`: lists, gets, sets and unsets settings of the application and of its users.

use privatus_domain::{Effective, JsonText, KnownSetting, Setting, SettingKey, UserId};
use privatus_import::steering::json_readable;
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::args::{Arguments, Settings};
use crate::failure::Failure;
use crate::output;
use crate::table::{self, Column};
use crate::vault::open;

pub(crate) fn run(arguments: &Arguments, command: &Settings) -> Result<u8, Failure> {
    match command {
        Settings::List { user, all } => list(arguments, user.as_deref(), *all),
        Settings::Get { key, user } => get(arguments, key, user.as_deref()),
        Settings::Set {
            key,
            value,
            text,
            user,
        } => set(arguments, key, (value, *text), user.as_deref()),
        Settings::Unset { key, user } => unset(arguments, key, user.as_deref()),
    }?;
    Ok(0)
}

fn user_of(name: Option<&str>) -> Result<Option<UserId>, StoreError> {
    Ok(name.map(UserId::new).transpose()?)
}

/// A setting to print, with its scope and whether it is only the default.
struct Shown {
    scope: String,
    key: String,
    value: JsonText,
    is_default: bool,
}

impl Shown {
    fn of(setting: Setting) -> Self {
        Self {
            scope: setting.scope,
            key: setting.key.as_str().to_owned(),
            value: setting.value,
            is_default: false,
        }
    }

    fn default_of(key: &str, value: JsonText) -> Self {
        Self {
            scope: String::new(),
            key: key.to_owned(),
            value,
            is_default: true,
        }
    }

    /// Returns JSON text; the value is printed as it was set, so that no number is rounded.
    fn to_json(&self) -> String {
        format!(
            "{{\"scope\":{},\"key\":{},\"value\":{},\"is_default\":{}}}",
            Value::from(self.scope.as_str()),
            Value::from(self.key.as_str()),
            self.value,
            self.is_default
        )
    }
}

fn list(arguments: &Arguments, user: Option<&str>, all: bool) -> Result<(), Failure> {
    let user = user_of(user)?;
    let store = open(arguments)?;
    let settings = store.read(|tx| match &user {
        Some(user) => tx.settings_of(user.as_str()),
        None => tx.settings(),
    })?;
    crate::vault::close(store);
    let mut shown: Vec<Shown> = settings.into_iter().map(Shown::of).collect();
    let wanted = KnownSetting::ALL
        .into_iter()
        .filter(|known| all && (user.is_none() || known.is_per_user()));
    for known in wanted {
        let is_set = shown
            .iter()
            .any(|setting| setting.key == known.name() && (user.is_some() || setting.scope.is_empty()));
        if let Some(value) = known.default_value().filter(|_| !is_set) {
            shown.push(Shown::default_of(known.name(), value));
        }
    }
    if arguments.json {
        let settings: Vec<String> = shown.iter().map(Shown::to_json).collect();
        return output::json_text(&format!("{{\"settings\":[{}]}}", settings.join(",")));
    }
    if shown.is_empty() {
        let usual = "No settings yet. `privatus settings set KEY JSON` sets one.";
        return output::empty(arguments, "settings", usual);
    }
    table(&shown)
}

/// Prints a table, with columns for users and defaults only if there are any.
fn table(settings: &[Shown]) -> Result<(), Failure> {
    let scoped = settings.iter().any(|setting| !setting.scope.is_empty());
    let defaults = settings.iter().any(|setting| setting.is_default);
    let row = |setting: &Shown| {
        let mut cells = vec![setting.key.clone(), json_readable(setting.value.as_str())];
        if scoped {
            cells.push(setting.scope.clone());
        }
        if defaults {
            cells.push(if setting.is_default { "default" } else { "" }.to_owned());
        }
        cells
    };
    let (name, value) = if scoped { (30, 44) } else { (36, 60) };
    let mut columns = vec![Column::name("setting", name), Column::name("value", value)];
    if scoped {
        columns.push(Column::text("scope", 20).dropped(2));
    }
    if defaults {
        columns.push(Column::text("", 7).dropped(1));
    }
    table::print(&columns, settings.iter().map(row).collect())
}

fn get(arguments: &Arguments, name: &str, user: Option<&str>) -> Result<(), Failure> {
    // An old name that is no longer valid can still be read and removed.
    let (key, user) = (SettingKey::kept(name).map_err(StoreError::from)?, user_of(user)?);
    let store = open(arguments)?;
    let found = store.read(|tx| tx.setting_effective(user.as_ref(), &key))?;
    crate::vault::close(store);
    let shown = match found {
        Effective::Set(setting) => Shown::of(setting),
        Effective::Default(value) => Shown::default_of(name, value),
    };
    if arguments.json {
        return output::json_text(&shown.to_json());
    }
    output::line(&crate::text::harmless(&json_readable(shown.value.as_str())))
}

fn set(
    arguments: &Arguments,
    name: &str,
    (value, is_text): (&str, bool),
    user: Option<&str>,
) -> Result<(), Failure> {
    let (key, user) = (SettingKey::new(name).map_err(StoreError::from)?, user_of(user)?);
    let value = if is_text {
        JsonText::from(Value::from(value))
    } else {
        let refused = |error| Failure::Refused(format!("{error}; with --text the value is treated as text"));
        JsonText::new(value).map_err(refused)?
    };
    let store = open(arguments)?;
    store.write("setting_set", |tx| {
        let (scope, now) = (user.as_ref().map_or("", UserId::as_str), tx.now());
        tx.setting_set(scope, &key, value, now)
    })?;
    crate::vault::close(store);
    done(arguments, name, "set")
}

fn unset(arguments: &Arguments, name: &str, user: Option<&str>) -> Result<(), Failure> {
    let (key, user) = (SettingKey::kept(name).map_err(StoreError::from)?, user_of(user)?);
    let store = open(arguments)?;
    store.write("setting_unset", |tx| {
        tx.setting_unset(user.as_ref().map_or("", UserId::as_str), &key)
    })?;
    crate::vault::close(store);
    done(arguments, name, "unset")
}

fn done(arguments: &Arguments, key: &str, what: &str) -> Result<(), Failure> {
    if arguments.json {
        output::json(&json!({ "key": key, "result": what }))
    } else {
        output::line(&format!("{} {what}", crate::text::one_line(key, 60)))
    }
}
