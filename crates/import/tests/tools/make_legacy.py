#!/usr/bin/env python3
"""Writes the two legacy fixtures from three conversations of the Chitchat dataset (MIT).

    pip install cryptography
    python3 make_legacy.py DATASET_JSON DEMO_FOLDER DATA_FOLDER

DATASET_JSON is the dataset of PyPI's `chitchat-dataset` 0.9.0. The tables and the tokens are those
of the earlier Python application; the tokens come from the library it used, with fixed times
and IVs, so that a second run writes the same bytes.
"""

import base64
import hashlib
import json
import sqlite3
import sys
from datetime import datetime, timezone
from pathlib import Path

from cryptography.fernet import Fernet

TABLES = """
CREATE TABLE contacts (
    contact_id TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    is_verified BOOLEAN DEFAULT FALSE,
    is_online BOOLEAN DEFAULT FALSE,
    added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    last_seen TIMESTAMP
);
CREATE TABLE messages (
    message_id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    content BLOB NOT NULL,
    is_outgoing BOOLEAN NOT NULL,
    is_encrypted BOOLEAN DEFAULT TRUE,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (contact_id) REFERENCES contacts (contact_id)
);
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_contacts_display_name ON contacts(display_name);
CREATE INDEX idx_messages_contact_id ON messages(contact_id);
CREATE INDEX idx_messages_timestamp ON messages(timestamp);
CREATE INDEX idx_settings_key ON settings(key);
"""


def fernet_key(password, salt, iterations):
    return Fernet(base64.urlsafe_b64encode(hashlib.pbkdf2_hmac("sha256", password, salt, iterations, 32)))


def seal(fernet, text, when, seed):
    """A token whose time and IV are derived from its content."""
    iv = hashlib.sha256(b"iv" + seed.encode()).digest()[:16]
    return fernet._encrypt_from_parts(text.encode(), int(when.replace(tzinfo=timezone.utc).timestamp()), iv)


def uuid_from(text):
    digits = hashlib.sha256(text.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


class Maker:
    """Writes a database and records its contents."""

    def __init__(self, path, separator):
        path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(path)
        self.connection.executescript(TABLES)
        self.separator = separator
        self.expected = {"contacts": [], "messages": [], "settings": []}

    def row(self, table, row, **opened):
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
        self.expected[table].append({**row, **opened})

    def contact(self, name, when, verified, seen=None):
        key = base64.b64encode(hashlib.sha256(b"public key of " + name.encode()).digest()).decode()
        contact_id = uuid_from("contact " + name)
        self.row("contacts", dict(
            contact_id=contact_id, display_name=name, public_key=key, is_verified=int(verified), is_online=0,
            added_at=when.isoformat(self.separator), last_seen=seen and seen.isoformat(self.separator)))
        return contact_id

    def message(self, fernet, contact_id, number, text, outgoing, when, travelled=1):
        message_id = uuid_from(f"message {contact_id} {number}")
        self.row("messages", dict(
            message_id=message_id, contact_id=contact_id, content=seal(fernet, text, when, message_id),
            is_outgoing=int(outgoing), is_encrypted=travelled, timestamp=when.isoformat(self.separator)),
            content=text)

    def setting(self, fernet, key, value, when):
        text = json.dumps(value)
        self.row("settings", dict(key=key, value=seal(fernet, text, when, key + text),
                                  updated_at=when.isoformat(self.separator)), value=text)

    def close(self, expected):
        self.connection.commit()
        self.connection.close()
        expected.write_text(json.dumps(self.expected, ensure_ascii=False, indent=1) + "\n", "utf-8")


def conversation(dataset, conversation_id):
    """Text, whether the second speaker says it, and when (UTC)."""
    messages = [message for turn in dataset[conversation_id]["messages"] for message in turn]
    first = messages[0]["sender"]
    for message in messages:
        when = datetime.fromisoformat(message["timestamp"].replace("Z", "")).replace(tzinfo=None)
        yield message["text"], message["sender"] != first, when


def main():
    dataset = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    demo, data = Path(sys.argv[2]), Path(sys.argv[3])

    # The second generation. The application was opened twice and measured a different count each
    # time, so it can no longer open what it wrote first.
    password = "Grilled-Cheese-2018"
    salt = hashlib.sha256(b"salt of the demo").digest()
    (demo / "privatus_chat.salt").write_bytes(salt)
    (demo / "password.txt").write_text(password + "\n")
    first, second = (fernet_key(password.encode(), salt, count) for count in (1_041_377, 412_903))
    maker = Maker(demo / "privatus_chat.db", "T")
    start = datetime(2018, 4, 20, 9, 0, 0, 250000)
    robin = maker.contact("Robin", start, True, datetime(2018, 5, 9, 22, 10))
    sam = maker.contact("Sam", start, False)
    maker.contact("Noor", start, False)
    maker.setting(first, "interface", {"theme": "dark", "font_size": 14}, start)
    lines = conversation(dataset, "0653c145-9c15-4c18-ae39-830265eab702")
    for number, (text, outgoing, when) in enumerate(lines):
        maker.message(first, robin, number, text, outgoing, when)
    for number, (text, outgoing, when) in enumerate(conversation(dataset, "073cd353-1a8c-41c5-9139-98b8e815af53")):
        maker.message(second, sam, number, text, outgoing, when, travelled=int(number % 5 != 0))
    maker.setting(second, "language", "en", start)
    maker.close(data / "legacy_demo.expected.json")

    # The first generation: the path is the salt.
    path = "/home/robin/.privatus-chat/privatus_chat.db"
    salt = hashlib.sha256(path.encode()).digest()[:16]
    fernet = fernet_key(b"privatus_secure_storage_2024", salt, 100_000)
    maker = Maker(data / "legacy_gen1.db", " ")
    charlie = maker.contact("Чарли 🐕", datetime(2018, 4, 20, 9, 0), False, datetime(2018, 4, 21, 1, 2, 3, 456789))
    for number, (text, outgoing, when) in enumerate(conversation(dataset, "00a0fb8a-83fa-4369-9d1a-d4b6457cf694")):
        maker.message(fernet, charlie, number, text, outgoing, when)
    maker.message(fernet, charlie, "empty", "", True, datetime(2018, 4, 30, 12, 0))
    maker.setting(fernet, "note", "日本語", datetime(2018, 4, 20, 9, 0))
    maker.setting(fernet, "numbers", [9007199254740993, 0.1, None, 10**30], datetime(2018, 4, 20, 9, 0))
    maker.close(data / "legacy_gen1.expected.json")


if __name__ == "__main__":
    main()
