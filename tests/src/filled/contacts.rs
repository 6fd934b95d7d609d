//! Contacts: names of several scripts, ids of both forms, with and without key, picture, presence, block and mute.

use privatus_domain::{DisplayName, NewContact, ProfilePicture, PublicKey, Timestamp};
use privatus_store::{Store, StoreError};

use super::moments::minute;

pub(crate) const GONE: &str = "gone";
pub(crate) const GOING: &str = "going";

/// Id, name, and whether it has a key.
const CONTACTS: [(&str, &str, bool); 8] = [
    ("alice", "Alice O'Hara", true),
    ("0190163d-8694-739b-aea5-966c26f8ad91", "Bob", false),
    ("zoë@example.org", "Zoë \"Z\" Müller", true),
    ("right to left", "\u{202b}שלום\u{202c}", true),
    ("both", "日本 👩‍👩‍👧", true),
    ("escape", "red \u{1b}[31m and a line\nend", false),
    (GONE, "Gone", true),
    (GOING, "Going", false),
];

pub(crate) fn fill(store: &Store) -> Result<(), StoreError> {
    store.write("filled", |tx| {
        for (number, (id, name, has_key)) in (0_u8..).zip(CONTACTS) {
            let key = if has_key {
                PublicKey::new(vec![number; 32])?
            } else {
                PublicKey::default()
            };
            let at = minute(-60 + i64::from(number))?;
            tx.contact_create(&NewContact {
                id: id.parse()?,
                display_name: DisplayName::new(name)?,
                public_key: key,
                is_verified: number == 0,
                added_at: at,
                last_seen: (number % 2 == 0).then_some(at),
            })?;
        }
        tx.contact_presence(&"alice".parse()?, true, None)?;
        tx.contact_verify(&"zoë@example.org".parse()?)?;
        tx.contact_key_replace(&"both".parse()?, &PublicKey::new(vec![0xff; 64])?)?;
        let picture = ProfilePicture::new("data:image/png;base64,iVBORw0KGgo=")?;
        tx.contact_picture(&"alice".parse()?, Some(&picture))?;
        tx.contact_block(&"escape".parse()?)?;
        tx.contact_mute(&"alice".parse()?, Some(minute(60)?))?;
        tx.contact_mute(&"both".parse()?, Some(Timestamp::MAX))
    })
}
