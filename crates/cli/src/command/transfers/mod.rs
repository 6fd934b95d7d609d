//! `transfers`: records, lists and verifies file transfers.

mod file;

use std::path::Path;

use privatus_domain::{
    FileHash, FileName, FileSize, NewTransfer, Transfer, TransferDirection, TransferFilter, TransferId,
    TransferPeer, TransferState, TransferStatus,
};
use privatus_store::{Store, StoreError, TRANSFERS_MAX};
use serde_json::{Value, json};

use self::file::{hex, measure};
use crate::args::{Arguments, Transfers};
use crate::failure::Failure;
use crate::find;
use crate::output;
use crate::table::{self, Column};
use crate::text::{counted, grouped, one_line};
use crate::vault::open;

pub(crate) fn run(arguments: &Arguments, command: &Transfers) -> Result<u8, Failure> {
    match command {
        Transfers::Offer {
            file,
            to,
            group,
            name,
        } => offer(arguments, file, name.as_deref(), (to, *group)),
        Transfers::Receive {
            name,
            from,
            group,
            size,
            hash,
        } => {
            let known = || {
                Ok::<_, StoreError>((
                    FileName::new(name)?,
                    FileSize::new(*size)?,
                    FileHash::from_hex(hash)?,
                ))
            };
            create(arguments, known()?, TransferDirection::Inbound, (from, *group))
        }
        Transfers::Progress { transfer, percent } => change(arguments, transfer, |store, id| {
            store.write("transfer_progress", |tx| tx.transfer_progress(id, *percent))
        }),
        Transfers::Set {
            transfer,
            status,
            error,
        } => {
            let status: TransferStatus = status.parse().map_err(StoreError::from)?;
            change(arguments, transfer, |store, id| {
                store.write("transfer_step", |tx| {
                    tx.transfer_step(id, status, error.as_deref())
                })
            })
        }
        Transfers::List {
            status,
            contact,
            group,
            limit,
            before,
        } => {
            let status = status
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(StoreError::from)?;
            let peer = (contact.as_deref(), group.as_deref());
            list(arguments, status, peer, before.as_deref(), *limit)
        }
        Transfers::Show { transfer } => show(arguments, transfer),
        Transfers::Verify { transfer, file } => verify(arguments, transfer, file),
    }?;
    Ok(0)
}

fn offer(arguments: &Arguments, file: &Path, name: Option<&str>, to: (&str, bool)) -> Result<(), Failure> {
    let name = match (name, file.file_name().map(|name| name.to_str())) {
        (Some(name), _) => name,
        (None, Some(Some(name))) => name,
        (None, _) => {
            let text = format!(
                "the name of {} is not UTF-8; give another with --name",
                file.display()
            );
            return Err(Failure::Refused(text));
        }
    };
    // The file is checked before the vault is opened.
    let (size, hash) = measure(file)?;
    let name = FileName::new(name).map_err(StoreError::from)?;
    create(arguments, (name, size, hash), TransferDirection::Outbound, to)
}

fn create(
    arguments: &Arguments,
    (file_name, size, hash): (FileName, FileSize, FileHash),
    direction: TransferDirection,
    (peer, is_group): (&str, bool),
) -> Result<(), Failure> {
    let store = open(arguments)?;
    let peer = find::peer(&store, peer, is_group)?;
    let shown = (size, hash.clone());
    let id = store.write("transfer_create", |tx| {
        let id = TransferId::new(tx.new_id()?);
        tx.transfer_create(&NewTransfer {
            id: id.clone(),
            file_name,
            size,
            hash,
            direction,
            peer,
        })?;
        Ok::<_, StoreError>(id)
    })?;
    crate::vault::close(store);
    let (size, hash) = shown;
    if arguments.json {
        return output::json(&json!({
            "id": id, "status": TransferStatus::Pending, "file_size": size, "file_hash": hex(hash.as_bytes()),
        }));
    }
    output::line(&match direction {
        TransferDirection::Outbound => format!("Offered {id}"),
        TransferDirection::Inbound => format!("Recorded {id}"),
    })
}

fn change(
    arguments: &Arguments,
    wanted: &str,
    act: impl FnOnce(&Store, &TransferId) -> Result<TransferState, StoreError>,
) -> Result<(), Failure> {
    let store = open(arguments)?;
    let transfer = find::transfer(&store, wanted)?;
    let state = act(&store, &transfer.id)?;
    crate::vault::close(store);
    if arguments.json {
        return output::json(&json!({
            "id": transfer.id, "status": state.status(), "progress": state.progress(),
        }));
    }
    let (name, status) = (one_line(&transfer.file_name, 60), state.status());
    output::line(&format!("{name} {status}, {}%", state.progress()))
}

fn list(
    arguments: &Arguments,
    status: Option<TransferStatus>,
    (contact, group): (Option<&str>, Option<&str>),
    before: Option<&str>,
    limit: usize,
) -> Result<(), Failure> {
    if !(1..=TRANSFERS_MAX).contains(&limit) {
        return Err(Failure::Usage(format!(
            "--limit must be between 1 and {}, got {limit}",
            grouped(TRANSFERS_MAX as u64)
        )));
    }
    let store = open(arguments)?;
    let peer = match (contact, group) {
        (Some(contact), _) => Some(TransferPeer::Contact(find::contact(&store, contact)?.id)),
        (None, Some(group)) => Some(TransferPeer::Group(find::group(&store, group)?.id)),
        (None, None) => None,
    };
    let before = before.map(|before| find::transfer(&store, before)).transpose()?;
    let filter = TransferFilter { status, peer };
    let page = store.read(|tx| tx.transfers(&filter, before.as_ref().map(|one| &one.id), limit))?;
    let rows: Vec<Vec<String>> = page
        .transfers
        .iter()
        .map(|transfer| row(&store, transfer))
        .collect();
    crate::vault::close(store);
    if arguments.json {
        let transfers: Vec<Value> = page.transfers.iter().map(to_json).collect();
        let last = page.transfers.last().filter(|_| page.has_older);
        return output::json(&json!({ "transfers": transfers, "next": last.map(|last| &last.id) }));
    }
    if rows.is_empty() {
        return output::empty(
            arguments,
            "transfers",
            "No matching transfers. `privatus transfers offer FILE --to CONTACT` offers a file.",
        );
    }
    let columns = [
        Column::name("file", 28),
        Column::number("bytes").dropped(2),
        Column::name("with", 20).dropped(3),
        Column::text("status", 9).dropped(4),
        Column::number("%").dropped(1),
        Column::id("id"),
    ];
    table::print(&columns, rows)
}

fn bytes(size: FileSize) -> u64 {
    u64::try_from(size.get()).unwrap_or_default()
}

fn row(store: &Store, transfer: &Transfer) -> Vec<String> {
    let way = match transfer.direction {
        TransferDirection::Inbound => "from",
        TransferDirection::Outbound => "to",
    };
    vec![
        transfer.file_name.clone(),
        grouped(bytes(transfer.size)),
        format!("{way} {}", peer_name(store, transfer)),
        transfer.state.status().to_string(),
        transfer.state.progress().to_string(),
        transfer.id.to_string(),
    ]
}

/// Returns the name of the group or contact. A removed one has no name; of one that the user may not read the id is shown.
fn peer_name(store: &Store, transfer: &Transfer) -> String {
    match (&transfer.group, &transfer.contact) {
        (Some(id), _) => match store.read(|tx| tx.group_by_id(id)) {
            Ok(group) => group.name,
            Err(_) => id.to_string(),
        },
        (None, Some(id)) => match store.read(|tx| tx.contact_by_id(id)) {
            Ok(contact) => contact.display_name,
            Err(_) => id.to_string(),
        },
        (None, None) => "(removed)".into(),
    }
}

fn to_json(transfer: &Transfer) -> Value {
    json!({
        "id": transfer.id, "file_name": transfer.file_name, "file_size": transfer.size,
        "file_hash": hex(&transfer.hash), "direction": transfer.direction, "contact": transfer.contact,
        "group": transfer.group, "status": transfer.state.status(), "progress": transfer.state.progress(),
        "created_at": transfer.created_at, "completed_at": transfer.completed_at, "error": transfer.error,
    })
}

fn show(arguments: &Arguments, wanted: &str) -> Result<(), Failure> {
    let store = open(arguments)?;
    let transfer = find::transfer(&store, wanted)?;
    let with = peer_name(&store, &transfer);
    crate::vault::close(store);
    if arguments.json {
        return output::json(&to_json(&transfer));
    }
    let mut lines = vec![
        ("file", transfer.file_name.clone()),
        ("bytes", grouped(bytes(transfer.size))),
        ("hash", hex(&transfer.hash)),
        ("direction", transfer.direction.to_string()),
        ("with", with),
        ("status", transfer.state.status().to_string()),
        ("progress", format!("{}%", transfer.state.progress())),
        ("offered", transfer.created_at.to_string()),
    ];
    lines.extend(transfer.completed_at.map(|at| ("completed", at.to_string())));
    lines.extend(transfer.error.clone().map(|error| ("error", error)));
    lines.push(("id", transfer.id.to_string()));
    for (name, value) in lines {
        output::line(&format!("{name:<10}{}", one_line(&value, 1_100)))?;
    }
    Ok(())
}

fn verify(arguments: &Arguments, wanted: &str, file: &Path) -> Result<(), Failure> {
    let store = open(arguments)?;
    let transfer = find::transfer(&store, wanted)?;
    crate::vault::close(store);
    let (size, hash) = measure(file)?;
    let differs = Failure::Refused;
    if transfer.hash.len() != hash.as_bytes().len() {
        let text = format!(
            "the offered hash has {}; only BLAKE2b-256, with 32 bytes, can be verified",
            counted(transfer.hash.len() as u64, "byte", "bytes")
        );
        return Err(differs(text));
    }
    if size != transfer.size {
        return Err(differs(format!(
            "the file has {}, but {} were offered",
            counted(bytes(size), "byte", "bytes"),
            grouped(bytes(transfer.size))
        )));
    }
    if hash.as_bytes() != transfer.hash {
        return Err(differs("this is not the offered file: its hash differs".into()));
    }
    if arguments.json {
        return output::json(&json!({ "id": transfer.id, "result": "verified" }));
    }
    output::line(&format!("{} verified", one_line(&transfer.file_name, 60)))
}
