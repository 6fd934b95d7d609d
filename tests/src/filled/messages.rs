//! Messages: sent and received, of every kind of sender, at every border of time, empty, large, edited, deleted,
//! answered.

use privatus_domain::{
    Attributes, Body, ConversationId, DisplayName, ImportedSender, Media, NewMessage, SenderRef, Timestamp,
};
use privatus_store::{Store, StoreError, WriteTx};
use serde_json::json;

use super::contacts::{GOING, GONE};
use super::groups::{PRIVATE, SECRET};
use super::moments::minute;

pub(crate) fn fill(store: &Store) -> Result<(), StoreError> {
    let chats = store.read(|tx| tx.conversations(100))?;
    let chat = |peer: &str| -> Result<ConversationId, StoreError> {
        let of = |chat: &&privatus_domain::Conversation| {
            chat.peer.as_ref().is_some_and(|id| id.to_string() == peer)
        };
        let group =
            |chat: &&privatus_domain::Conversation| chat.kind == privatus_domain::ConversationKind::Group;
        let found = chats.iter().filter(of).max_by_key(|chat| group(chat));
        let found = found.map(|chat| chat.id.clone());
        found.ok_or_else(|| StoreError::Unexpected(format!("no conversation of {peer}")))
    };
    let (direct, party, secret) = (chat("alice")?, chat(PRIVATE)?, chat(SECRET)?);
    store.write("filled", |tx| history(tx, &direct))?;
    store.write("filled", |tx| in_groups(tx, &party, &secret))?;
    for peer in [GONE, GOING] {
        let chat = chat(peer)?;
        store.write("filled", |tx| {
            let sender = SenderRef::Contact(peer.parse()?);
            let body = text(format!("{peer} ").repeat(3_000))?;
            tx.message_insert(&chat, &NewMessage::received(id(peer)?, sender, body, minute(0)?))
        })?;
    }
    // These are of today: the statistics count them.
    store.write("filled", |tx| {
        let received = NewMessage::received(id("today in")?, alice()?, text("Tea?")?, minute(5)?);
        tx.message_insert(&direct, &received)?;
        tx.message_insert(
            &direct,
            &NewMessage::sent(id("today out")?, text("Yes")?, minute(6)?),
        )
    })?;
    store.write("filled", |tx| {
        tx.conversation_mark_read(&direct, Some(&id("late")?))
    })?;
    Ok(())
}

fn id(text: &str) -> Result<privatus_domain::MessageId, StoreError> {
    Ok(text.parse()?)
}

fn text(text: impl Into<String>) -> Result<Body, StoreError> {
    Ok(Body::text(text)?)
}

fn alice() -> Result<SenderRef, StoreError> {
    Ok(SenderRef::Contact("alice".parse()?))
}

/// The border of a month, both ends of time, and times in between.
fn history(tx: &mut WriteTx<'_>, chat: &ConversationId) -> Result<(), StoreError> {
    let at = |text: &str| Timestamp::parse(text);
    let received = |name: &str, body: Body, at: Timestamp| {
        Ok::<_, StoreError>(NewMessage::received(id(name)?, alice()?, body, at))
    };
    let all = Attributes {
        media: Some(Media {
            kind: "photo".into(),
            path: Some("photos/1.jpg".into()),
            name: Some("größe.jpg".into()),
            mime: Some("image/jpeg".into()),
            size: Some(9_007_199_254_740_993),
            details: Some(json!({ "width": 1_080 })),
        }),
        forwarded_from: Some("The Queen".into()),
        entities: Some(json!([{ "type": "bold", "text": "tea" }])),
    };
    let some = Attributes {
        media: Some(Media {
            kind: "poll".into(),
            path: None,
            name: None,
            mime: None,
            size: None,
            details: None,
        }),
        ..Attributes::default()
    };
    let uuid = "0190163d-8694-739b-aea5-966c26f8ad93";
    let mut messages = vec![
        received(
            "early",
            text("before all months")?,
            at("1969-12-31T23:59:59.999Z")?,
        )?,
        received("border", text("")?, at("2025-05-31T23:59:59.999Z")?)?,
        received(uuid, Body::new("Look: tea", all)?, at("2025-06-01T00:00:00Z")?)?,
        received("a poll", Body::new("", some)?, at("2025-06-01T00:00:00Z")?)?,
        received("large", text("word ".repeat(4_000))?, at("2025-06-02T00:00:00Z")?)?,
        received("late", text("from the future")?, at("2037-01-01T00:00:00Z")?)?,
        NewMessage::sent(id("sent")?, text("日本 \u{1b}[31m \u{202e}")?, minute(-5)?),
    ];
    let deleted = NewMessage {
        deleted_at: Some(minute(1)?),
        ..received("deleted", text("never written")?, minute(0)?)?
    };
    let edited = NewMessage {
        edited_at: Some(minute(2)?),
        reply_to: Some(id("deleted")?),
        was_encrypted: false,
        is_read: true,
        ..received("edited", text("Better so")?, minute(1)?)?
    };
    let answers = |name: &str, to: &str| -> Result<NewMessage, StoreError> {
        Ok(NewMessage {
            reply_to: Some(id(to)?),
            ..NewMessage::sent(id(name)?, text(name)?, minute(3)?)
        })
    };
    messages.extend([
        deleted,
        edited,
        answers("answers a UUID", uuid)?,
        answers("answers across months", "border")?,
        answers("answers nothing known", "never seen")?,
    ]);
    tx.messages_insert(chat, &messages).map(drop)
}

/// A contact, one that is removed later, a name from a history, an anonymous member, and no sender.
fn in_groups(
    tx: &mut WriteTx<'_>,
    party: &ConversationId,
    secret: &ConversationId,
) -> Result<(), StoreError> {
    let gone = SenderRef::Contact(GONE.parse()?);
    let guest = SenderRef::Imported(ImportedSender {
        source_id: *b"sixteen bytes id",
        name: DisplayName::new("A guest")?,
    });
    let mut messages = Vec::new();
    for (number, (name, sender)) in (0_i64..).zip([
        ("of a contact", alice()?),
        ("of one who goes", gone),
        ("of a guest", guest),
        ("of nobody known", SenderRef::Nobody),
    ]) {
        messages.push(NewMessage::received(
            id(name)?,
            sender,
            text(name)?,
            minute(number)?,
        ));
    }
    tx.messages_insert(party, &messages)?;
    let group = SECRET.parse()?;
    let anonymous_id = tx.group_anonymous_id(&group, &"alice".parse()?)?;
    let sender = SenderRef::Anonymous { group, anonymous_id };
    let whisper = NewMessage::received(id("a whisper")?, sender, text("…")?, minute(4)?);
    tx.messages_insert(secret, &[whisper]).map(drop)
}
