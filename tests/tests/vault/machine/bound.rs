//! What a session of a user reads: of every list, what it was granted, and nothing else.

use privatus_domain::{Permission, ResourceKind, TransferFilter};
use privatus_store::{Store, StoreError};

use crate::machine::access::Need;
use crate::machine::model::Model;
use crate::machine::world::{GROUPS, PEOPLE, USERS};

fn reading(kind: ResourceKind, id: &str) -> Need {
    (kind, id.to_owned(), Permission::Read)
}

pub(crate) fn compare(store: &Store, model: &Model) {
    for (user, name) in USERS.iter().enumerate() {
        let sees = |kind, id: &str| model.may(user, &reading(kind, id));
        let known = model.people.keys().map(|who| PEOPLE[*who]);
        let mut contacts: Vec<&str> = known.filter(|id| sees(ResourceKind::Contact, id)).collect();
        contacts.sort_unstable();
        let known = model.groups.keys().map(|group| GROUPS[*group]);
        let mut groups: Vec<&str> = known.filter(|id| sees(ResourceKind::Group, id)).collect();
        groups.sort_unstable();
        let transfers = model.transfers.keys().map(|id| format!("transfer {id}"));
        let transfers: Vec<String> = transfers.filter(|id| sees(ResourceKind::Transfer, id)).collect();
        // Grants on conversations are on all of them.
        let chats = if sees(ResourceKind::Conversation, "?") {
            model.chats.len()
        } else {
            0
        };
        let session = store.session(name.parse().unwrap());
        session
            .read(|tx| {
                let found = tx.contacts()?;
                assert_eq!(
                    found.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(),
                    contacts,
                    "{name}"
                );
                let found = tx.groups()?;
                assert_eq!(
                    found.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(),
                    groups,
                    "{name}"
                );
                let found = tx.transfers_by_id(None)?;
                assert_eq!(
                    found.iter().map(|one| one.id.to_string()).collect::<Vec<_>>(),
                    transfers,
                    "{name}"
                );
                let page = tx.transfers(&TransferFilter::default(), None, 100)?;
                assert_eq!(page.transfers.len(), transfers.len(), "{name}");
                assert_eq!(tx.conversations(100)?.len(), chats, "{name}");
                for setting in tx.settings()? {
                    let id = if setting.scope.is_empty() {
                        setting.key.as_str().to_owned()
                    } else {
                        format!("{}/{}", setting.scope, setting.key.as_str())
                    };
                    assert!(
                        setting.scope == **name || sees(ResourceKind::Setting, &id),
                        "{name} reads {id}"
                    );
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
}
