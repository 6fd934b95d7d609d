//! Pages of transfers compared with a plain list, and rows that another application wrote.

use privatus_domain::{
    DisplayName, FileSize, GroupKind, NewGroup, Transfer, TransferDirection, TransferFilter, TransferId,
    TransferPeer, TransferState, TransferStatus,
};
use proptest::prelude::*;

use crate::StoreError;
use crate::testing::{Vault, at, contact};

/// Peer, status, and hour of the offer; `None` if the row has no time.
type Planted = (usize, usize, Option<u8>);

const PEERS: usize = 5;

fn plant(vault: &Vault, planted: &[Planted]) {
    contact(&vault.store, "bob");
    vault
        .store
        .write("transfers", |tx| {
            let (id, name) = ("choir".parse()?, DisplayName::new("Choir")?);
            let group = NewGroup::new(id, name, GroupKind::Private, tx.now());
            tx.group_create(&group)?;
            for (number, (peer, status, hour)) in planted.iter().enumerate() {
                let is_new = tx.transfer_restore(&transfer(number, *peer, *status, *hour))?;
                assert!(is_new);
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    vault.sql("UPDATE file_transfers SET created_at = NULL WHERE created_at < '2000-01-01'");
}

fn transfer(number: usize, peer: usize, status: usize, hour: Option<u8>) -> Transfer {
    let time = hour.map_or_else(
        || at("1999-01-01T00:00:00Z"),
        |hour| at(&format!("2025-06-01T{hour:02}:00:00Z")),
    );
    Transfer {
        // Ids that are not in the order of time.
        id: format!("t{}", number * 7919 % 1000).parse().unwrap(),
        file_name: format!("file {number}"),
        size: FileSize::new(7).unwrap(),
        hash: vec![0, 0xff],
        direction: TransferDirection::Inbound,
        contact: [Some("alice"), Some("bob"), None, None, Some("bob")][peer].map(|id| id.parse().unwrap()),
        group: [None, None, Some("choir"), None, Some("choir")][peer].map(|id| id.parse().unwrap()),
        state: TransferState::kept(TransferStatus::ALL[status], 7),
        created_at: time,
        completed_at: None,
        error: None,
    }
}

/// Reads everything that matches a filter, page by page.
fn walk(vault: &Vault, filter: &TransferFilter, size: usize) -> Vec<TransferId> {
    let mut all: Vec<TransferId> = Vec::new();
    loop {
        let page = vault
            .store
            .read(|tx| tx.transfers(filter, all.last(), size))
            .unwrap();
        assert!(page.transfers.len() <= size);
        assert!(page.transfers.len() == size || !page.has_older);
        all.extend(page.transfers.into_iter().map(|transfer| transfer.id));
        if !page.has_older {
            return all;
        }
    }
}

fn planted() -> impl Strategy<Value = Vec<Planted>> {
    let hour = prop_oneof![3 => (0_u8..4).prop_map(Some), 1 => Just(None)];
    prop::collection::vec((0..PEERS, 0_usize..6, hour), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_are_the_list_cut_into_pieces(planted in planted(), size in 1_usize..7) {
        let vault = Vault::new();
        plant(&vault, &planted);
        let peers = [
            None,
            Some(TransferPeer::Contact("bob".parse().unwrap())),
            Some(TransferPeer::Group("choir".parse().unwrap())),
        ];
        for peer in peers {
            for status in [None, Some(TransferStatus::Active), Some(TransferStatus::Completed)] {
                let mut wanted: Vec<(Option<u8>, usize)> = planted
                    .iter()
                    .enumerate()
                    .filter(|(_, (of, _, _))| match &peer {
                        None => true,
                        Some(TransferPeer::Contact(_)) => [1, 4].contains(of),
                        Some(TransferPeer::Group(_)) => [2, 4].contains(of),
                    })
                    .filter(|(_, (_, is, _))| status.is_none_or(|status| TransferStatus::ALL[*is] == status))
                    .map(|(number, (_, _, hour))| (*hour, number))
                    .collect();
                wanted.sort_by(|a, b| b.cmp(a));
                let wanted: Vec<TransferId> = wanted
                    .into_iter()
                    .map(|(_, number)| transfer(number, 0, 0, None).id)
                    .collect();
                let filter = TransferFilter { status, peer: peer.clone() };
                prop_assert_eq!(walk(&vault, &filter, size), wanted, "{:?}", filter);
            }
        }
        let mut ids: Vec<String> = (0..planted.len()).map(|n| transfer(n, 0, 0, None).id.to_string()).collect();
        ids.sort();
        let all = vault.store.read(|tx| tx.transfers_by_id(None)).unwrap();
        let found: Vec<String> = all.iter().map(|transfer| transfer.id.to_string()).collect();
        prop_assert_eq!(found, ids);
        prop_assert!(vault.verify().is_content());
    }
}

#[test]
fn what_another_application_wrote_is_read_under_the_rules() {
    let vault = Vault::new();
    plant(&vault, &[(0, 3, Some(1)), (0, 1, Some(2)), (0, 0, Some(3))]);
    vault.sql(
        "UPDATE file_transfers SET progress = 40 WHERE status = 'completed';
         UPDATE file_transfers SET progress = 700, file_size = -5 WHERE status = 'active';
         UPDATE file_transfers SET progress = NULL WHERE status = 'pending';",
    );
    let all = vault.store.read(|tx| tx.transfers_by_id(None)).unwrap();
    let states: Vec<(TransferStatus, u8, i64)> = all
        .iter()
        .map(|one| (one.state.status(), one.state.progress(), one.size.get()))
        .collect();
    for state in [
        (TransferStatus::Completed, 100, 7),
        (TransferStatus::Active, 99, 0),
        (TransferStatus::Pending, 0, 7),
    ] {
        assert!(states.contains(&state), "{state:?} in {states:?}");
    }
}
