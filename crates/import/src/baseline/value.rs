//! Converts one value of a source to what the vault's column accepts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use privatus_domain::{DisplayName, Id, JsonText, MemberLimit, PublicKey, SettingKey, encode_setting_value};
use privatus_sqlite::Column;
use privatus_store::RawValue;
use zeroize::Zeroizing;

use super::cells::Cells;
use super::error::BaselineError;
use super::tables::{Field, Form, Kind};
use super::time::moment;

/// Reads one column of a row; refuses a value that its type does not allow.
pub(super) fn read_value(
    cells: &Cells<'_, '_>,
    index: i32,
    field: &Field,
) -> Result<RawValue, BaselineError> {
    let column = field.name;
    let refused = |why: String| cells.refused(column, &why);
    if cells.column(index) == Column::Null {
        return match field.kind {
            Kind::UserOrAll => Ok(RawValue::Text(String::new())),
            Kind::MemberLimit => Ok(RawValue::Integer(MemberLimit::default().get().into())),
            _ if field.is_needed => Err(refused("is missing".into())),
            _ => Ok(RawValue::Null),
        };
    }
    let text = |checked: Result<(), String>| {
        let text = cells.text(index, column)?;
        checked.map_err(&refused)?;
        Ok(RawValue::Text(text.to_owned()))
    };
    let rule = |check: &dyn Fn(&str) -> Result<(), String>| text(check(cells.text(index, column)?));
    match field.kind {
        Kind::Id => rule(&|text| text.parse::<Id>().map(drop).map_err(|error| error.to_string())),
        Kind::Name => rule(&|text| {
            DisplayName::new(text)
                .map(drop)
                .map_err(|error| error.to_string())
        }),
        Kind::SettingKey => rule(&|text| {
            SettingKey::kept(text)
                .map(drop)
                .map_err(|error| error.to_string())
        }),
        Kind::Text | Kind::UserOrAll => text(Ok(())),
        Kind::Word(words) => rule(&|text| {
            let known = words.contains(&text);
            known
                .then_some(())
                .ok_or_else(|| format!("is not one of {}", words.join(", ")))
        }),
        Kind::Date => rule(&|text| {
            let is_day = text.len() == 10 && moment(text).is_some();
            is_day
                .then_some(())
                .ok_or_else(|| "is not a day in the form YYYY-MM-DD".into())
        }),
        Kind::Time => Ok(RawValue::Text(cells.time(index, column)?.to_sql())),
        Kind::Flag => Ok(RawValue::Integer(cells.flag(index, column)?.into())),
        Kind::Integer => Ok(RawValue::Integer(cells.integer(index, column)?)),
        Kind::Small => {
            let value = cells.integer(index, column)?;
            i32::try_from(value).map_err(|_| refused("does not fit in 32 bits".into()))?;
            Ok(RawValue::Integer(value))
        }
        Kind::MemberLimit => {
            let value = cells.integer(index, column)?;
            // Out of range for any type: 0 stands for such a value.
            let limit = MemberLimit::new(u32::try_from(value).unwrap_or_default());
            limit.map_err(|_| refused("is not between 1 and 100,000".into()))?;
            Ok(RawValue::Integer(value))
        }
        Kind::Number => match cells.column(index) {
            Column::Real(value) => Ok(RawValue::Real(value)),
            _ => Ok(RawValue::Integer(cells.integer(index, column)?)),
        },
        Kind::Sealed(form) => {
            sealed(cells, index, column, form).map(|bytes| RawValue::ToSeal(Zeroizing::new(bytes)))
        }
    }
}

/// The plaintext of a value that the vault seals (docs/CRYPTO.md).
fn sealed(cells: &Cells<'_, '_>, index: i32, column: &str, form: Form) -> Result<Vec<u8>, BaselineError> {
    match form {
        Form::Text => cells.utf8(index, column).map(|text| text.as_bytes().to_vec()),
        Form::Json => cells
            .utf8(index, column)
            .map(|text| json(text).as_str().as_bytes().to_vec()),
        Form::Setting => {
            let value = match cells.column(index) {
                Column::Integer(value) => JsonText::from(serde_json::Value::from(value)),
                // JSON would turn it into null.
                Column::Real(value) if !value.is_finite() => {
                    return Err(cells.refused(column, "is infinite, which JSON cannot represent"));
                }
                Column::Real(value) => JsonText::from(serde_json::Value::from(value)),
                _ => json(cells.utf8(index, column)?),
            };
            encode_setting_value(&value).map_err(|error| cells.refused(column, &error.to_string()))
        }
        Form::Hash => {
            let bytes = cells.bytes(index, column)?;
            Ok(match cells.column(index) {
                Column::Text(_) => hexadecimal(bytes).unwrap_or_else(|| bytes.to_vec()),
                _ => bytes.to_vec(),
            })
        }
        Form::Key => {
            let bytes = cells.bytes(index, column)?;
            let key = match cells.column(index) {
                // Same rule as in `import legacy`.
                Column::Text(_) => hexadecimal(bytes)
                    .or_else(|| STANDARD.decode(bytes.trim_ascii()).ok())
                    .unwrap_or_else(|| bytes.to_vec()),
                _ => bytes.to_vec(),
            };
            let checked = PublicKey::kept(key).map_err(|error| cells.refused(column, &error.to_string()))?;
            Ok(checked.as_bytes().to_vec())
        }
    }
}

/// A JSON value unchanged; any other text becomes a JSON string.
pub(super) fn json(text: &str) -> JsonText {
    JsonText::new(text).unwrap_or_else(|_| JsonText::from(serde_json::Value::from(text)))
}

/// Decodes hexadecimal digits, if the text contains nothing else.
fn hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: &u8| char::from(*digit).to_digit(16);
    digits
        .chunks_exact(2)
        .map(|pair| {
            let (high, low) = (pair.first().and_then(nibble)?, pair.last().and_then(nibble)?);
            u8::try_from(high * 16 + low).ok()
        })
        .collect()
}
