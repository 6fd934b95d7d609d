//! `contacts set`: makes all changes in one transaction, so that none is made if one is refused.

use privatus_domain::{DisplayName, ProfilePicture, PublicKey, Timestamp};
use privatus_store::StoreError;

use super::change::changed;
use crate::args::{Arguments, ContactsSet};
use crate::failure::Failure;
use crate::notice::note;
use crate::vault::open;
use crate::{find, moment};

pub(super) fn run(arguments: &Arguments, change: &ContactsSet) -> Result<u8, Failure> {
    let name = given(change.name.as_deref(), |name| DisplayName::new(name))?;
    let key = given(change.public_key.as_deref(), PublicKey::from_base64)?;
    let picture = given(change.picture.as_deref(), |text| ProfilePicture::new(text))?;
    let last_seen = change.last_seen.as_deref().map(moment::parse).transpose()?;
    let until = change.mute_until.as_deref().map(moment::parse).transpose()?;
    let until = until.or_else(|| change.mute.then_some(Timestamp::MAX));
    let store = open(arguments)?;
    let contact = find::contact(&store, &change.contact)?;
    let id = &contact.id;
    let replaced = store.write("contact_set", |tx| {
        if let Some(name) = &name {
            tx.contact_rename(id, name)?;
        }
        if picture.is_some() || change.no_picture {
            tx.contact_picture(id, picture.as_ref())?;
        }
        if change.online || change.offline || last_seen.is_some() {
            let is_online = change.online || contact.is_online && !change.offline;
            tx.contact_presence(id, is_online, last_seen)?;
        }
        if until.is_some() || change.unmute {
            tx.contact_mute(id, until)?;
        }
        match &key {
            Some(key) => tx.contact_key_replace(id, key),
            None => Ok(false),
        }
    })?;
    crate::vault::close(store);
    if replaced && contact.is_verified {
        note(
            "the old key was verified, but the new one is not: compare `privatus contacts safety-number` again",
        );
    }
    changed(arguments, &contact, "changed".into())
}

/// Checks an argument, if it was given.
fn given<T, E: Into<StoreError>>(
    text: Option<&str>,
    check: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, StoreError> {
    text.map(check).transpose().map_err(Into::into)
}
