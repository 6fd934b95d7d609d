//! File transfers of every status, settings of every type, grants of every kind.

use privatus_domain::{
    FileHash, FileName, FileSize, NewGrant, NewTransfer, Permission, Permissions, Resource, ResourceKind,
    SettingKey, TransferDirection, TransferPeer, TransferStatus,
};
use privatus_store::{Store, StoreError, WriteTx};
use serde_json::{Value, json};

use super::groups::PRIVATE;
use super::moments::minute;

pub(crate) fn fill(store: &Store) -> Result<(), StoreError> {
    store.write("filled", transfers)?;
    store.write("filled", settings)?;
    store.write("filled", grants)?;
    // An administrator of something grants it to others.
    store.session("ann".parse()?).write("filled", |tx| {
        tx.access_grant(&NewGrant {
            on: Resource::new(ResourceKind::Conversation, "alice")?,
            to: Some("ben".parse()?),
            permissions: Permissions::new([Permission::Write])?,
            // Not after its own.
            expires_at: Some(minute(500)?),
        })
    })
}

fn transfers(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    use TransferStatus::{Active, Cancelled, Completed, Failed, Paused};
    let ways: [&[TransferStatus]; 6] = [
        &[],
        &[Active],
        &[Active, Paused],
        &[Active, Completed],
        &[Active, Failed],
        &[Cancelled],
    ];
    for (number, way) in (0_u8..).zip(ways) {
        let is_odd = number % 2 == 1;
        let peer = match number {
            0 => TransferPeer::Contact(super::contacts::GONE.parse()?),
            _ if is_odd => TransferPeer::Contact("alice".parse()?),
            _ => TransferPeer::Group(PRIVATE.parse()?),
        };
        let new = NewTransfer {
            id: format!("transfer {number}").parse()?,
            file_name: FileName::new(&format!("größe {number}.jpg"))?,
            size: FileSize::new(i64::MAX - i64::from(number))?,
            hash: FileHash::new(&vec![number; 16 + usize::from(number)])?,
            direction: if is_odd {
                TransferDirection::Inbound
            } else {
                TransferDirection::Outbound
            },
            peer,
        };
        tx.transfer_create(&new)?;
        for step in way {
            let reason = (*step == Failed).then_some("the line broke");
            tx.transfer_step(&new.id, *step, reason)?;
            if *step == Active {
                tx.transfer_progress(&new.id, 40 + i64::from(number))?;
            }
        }
    }
    Ok(())
}

fn settings(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let values: [(&str, &str, Value); 8] = [
        ("", "theme", json!("dark")),
        ("", "font.size", json!(12.5)),
        ("", "nothing", Value::Null),
        ("", "is.on", json!(true)),
        ("", "large", json!(u64::MAX)),
        (
            "ann",
            "theme",
            json!({ "name": "日本", "list": [null, -1, true] }),
        ),
        ("ann", "long", json!("word ".repeat(400))),
        ("zoë \"z\"", "theme", json!([])),
    ];
    for (scope, key, value) in values {
        tx.setting_set(scope, &SettingKey::new(key)?, value, minute(7)?)?;
    }
    // A number that no 64 bits hold is not rounded.
    let long = privatus_domain::JsonText::new("123456789012345678901234567890.10");
    let long = long.map_err(|_| StoreError::Unexpected("a number is JSON".into()))?;
    tx.setting_set("", &SettingKey::new("exact")?, long, minute(8)?)
}

fn grants(tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
    let kinds = ResourceKind::ALL
        .into_iter()
        .zip([None, Some("ann"), Some("zoë \"z\"")].into_iter().cycle());
    for (number, (kind, to)) in (0_i64..).zip(kinds) {
        let permission = Permission::ALL
            .into_iter()
            .cycle()
            .nth(usize::try_from(number).unwrap_or_default());
        let on = if number % 2 == 0 {
            Resource::every(kind)
        } else {
            Resource::new(kind, "alice")?
        };
        tx.access_grant(&NewGrant {
            on,
            to: to.map(str::parse).transpose()?,
            permissions: Permissions::new([Permission::Read].into_iter().chain(permission))?,
            expires_at: if number % 3 == 0 {
                Some(minute(600 + number)?)
            } else {
                None
            },
        })?;
    }
    Ok(())
}
