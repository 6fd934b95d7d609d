//! One streaming pass over an export: chats and messages as they arrive, never the whole file.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::entry::Entry;
use super::header::header_field;
pub(super) use super::header::{Header, scalar};
use super::mend::Mended;

/// Receives the contents of the export.
pub(super) trait Walker {
    /// A message of the chat with this index; returns `false` to stop the walk.
    fn message(&mut self, chat: usize, message: Value) -> bool;
    /// A chat's messages begin; `header` is what came before them.
    fn begin(&mut self, chat: usize, header: &Header);
    /// A chat has ended.
    fn chat(&mut self, chat: usize, header: Header) -> bool;
    /// `personal_information.user_id`.
    fn user(&mut self, id: String);
    /// The first and last name in `personal_information`.
    fn user_name(&mut self, _: String) {}
    /// The number of entries in the account's contact list.
    fn contacts(&mut self, _: u64) {}
    /// Something unknown other than messages was skipped.
    fn unknown(&mut self, _: &str) {}
    /// The walk has ended, completely or not, with these repairs.
    fn mended(&mut self, _: Mended) {}
    /// A value that should be a list or an object was something else, and was skipped.
    fn odd(&mut self, what: &'static str);
}

/// Reports and skips a value of a type that no export has in this place.
macro_rules! pass_over {
    ($walker:ident, $what:literal, $other:ident) => {
        pass_over!($walker, $what);
        pass_over!($walker, $what, $other, skip);
    };
    ($walker:ident, $what:literal) => {
        fn visit_bool<E>(self, _: bool) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }

        fn visit_i64<E>(self, _: i64) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }

        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }

        fn visit_f64<E>(self, _: f64) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }

        fn visit_str<E>(self, _: &str) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            self.$walker.odd($what);
            Ok(())
        }
    };
    ($walker:ident, $what:literal, seq, skip) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            self.$walker.odd($what);
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(())
        }
    };
    ($walker:ident, $what:literal, map, skip) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            self.$walker.odd($what);
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(())
        }
    };
}

/// The text of the error that stops a walk.
pub(super) const STOPPED: &str = "the walk was stopped";

/// The whole file: an account with `chats.list`, or one chat.
pub(super) struct Root<'a, W> {
    pub(super) walker: &'a mut W,
    /// Set once a list of chats or of messages was found.
    pub(super) has_chats: &'a mut bool,
}

impl<'de, W: Walker> DeserializeSeed<'de> for Root<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for Root<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Telegram export (a JSON object)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut next = 0;
        let mut header = Header::default();
        let mut single = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "chats" | "left_chats" => {
                    *self.has_chats = true;
                    map.next_value_seed(Chats {
                        walker: self.walker,
                        next: &mut next,
                    })?;
                }
                "messages" => {
                    *self.has_chats = true;
                    single = true;
                    self.walker.begin(0, &header);
                    map.next_value_seed(Messages {
                        walker: self.walker,
                        chat: 0,
                    })?;
                }
                "personal_information" => {
                    let value: Value = map.next_value()?;
                    if let Some(id) = value.get("user_id").and_then(scalar) {
                        self.walker.user(id);
                    }
                    let part = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
                    let name = format!("{} {}", part("first_name"), part("last_name"));
                    self.walker.user_name(name.trim().to_owned());
                }
                "contacts" => {
                    let Entries(count) = map.next_value()?;
                    self.walker.contacts(count);
                }
                _ => header_field(&mut header, &key, &mut map, &mut |name| self.walker.unknown(name))?,
            }
        }
        if single && !self.walker.chat(0, header) {
            return Err(A::Error::custom(STOPPED));
        }
        Ok(())
    }
}

/// Counts the entries of a list, or of the `list` in an object; no entry is stored.
struct Entries(u64);

impl<'de> serde::Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counter {
            count: u64,
        }

        impl Counter {
            // A value of another type has no entries, and nothing is lost.
            fn odd(&self, _: &'static str) {}
        }

        struct Of<'a> {
            counter: &'a mut Counter,
        }

        impl<'de> Visitor<'de> for Of<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            pass_over!(counter, "");

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    self.counter.count += 1;
                }
                Ok(())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                while let Some(key) = map.next_key::<String>()? {
                    if key == "list" {
                        let Entries(count) = map.next_value()?;
                        self.counter.count += count;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(())
            }
        }

        let mut counter = Counter { count: 0 };
        deserializer.deserialize_any(Of {
            counter: &mut counter,
        })?;
        Ok(Self(counter.count))
    }
}

struct Chats<'a, W> {
    walker: &'a mut W,
    next: &'a mut usize,
}

impl<'de, W: Walker> DeserializeSeed<'de> for Chats<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for Chats<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list of chats")
    }

    pass_over!(walker, "chats that are not an object", seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "list" {
                map.next_value_seed(ChatList {
                    walker: self.walker,
                    next: self.next,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct ChatList<'a, W> {
    walker: &'a mut W,
    next: &'a mut usize,
}

impl<'de, W: Walker> DeserializeSeed<'de> for ChatList<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for ChatList<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of chats")
    }

    pass_over!(walker, "a list of chats that is not a list", map);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq
            .next_element_seed(Chat {
                walker: self.walker,
                chat: *self.next,
            })?
            .is_some()
        {
            *self.next += 1;
        }
        Ok(())
    }
}

struct Chat<'a, W> {
    walker: &'a mut W,
    chat: usize,
}

impl<'de, W: Walker> DeserializeSeed<'de> for Chat<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for Chat<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chat (an object)")
    }

    pass_over!(walker, "a chat that is not an object", seq);

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut header = Header::default();
        while let Some(key) = map.next_key::<String>()? {
            if key == "messages" {
                self.walker.begin(self.chat, &header);
                map.next_value_seed(Messages {
                    walker: self.walker,
                    chat: self.chat,
                })?;
            } else {
                header_field(&mut header, &key, &mut map, &mut |name| self.walker.unknown(name))?;
            }
        }
        if self.walker.chat(self.chat, header) {
            Ok(())
        } else {
            Err(A::Error::custom(STOPPED))
        }
    }
}

struct Messages<'a, W> {
    walker: &'a mut W,
    chat: usize,
}

impl<'de, W: Walker> DeserializeSeed<'de> for Messages<'_, W> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, W: Walker> Visitor<'de> for Messages<'_, W> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    pass_over!(walker, "messages that are not a list", map);

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(Entry(message)) = seq.next_element()? {
            if !self.walker.message(self.chat, message) {
                return Err(A::Error::custom(STOPPED));
            }
        }
        Ok(())
    }
}
