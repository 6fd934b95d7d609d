"""Reads a vault with its password and compares every value with the tool's export.

Written from docs/CRYPTO.md alone: an ordinary SQLCipher library and the primitives named there are enough.

    PRIVATUS_PASSWORD=… python read_vault.py VAULT EXPORT.jsonl

Exit codes: 0 everything equal, 1 something differs, 3 wrong password.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import struct
import sys
import unicodedata
import uuid
from datetime import datetime, timedelta, timezone

import zstandard
from Crypto.Cipher import ChaCha20_Poly1305
from Crypto.Hash import SHA512
from Crypto.Protocol.KDF import HKDF
from sqlcipher3 import dbapi2 as sqlcipher

DATE = b"privatus 2026-11-24 "


def fields(*parts):
    """F(a, b, …): each field after its length, u32 little-endian."""
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def take_fields(data):
    """The fields of F(…), all of them."""
    parts = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        if len(data) < 4 + length:
            raise ValueError("a field is cut off")
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    return parts


def u32(value):
    return struct.pack("<I", value)


def hkdf(salt, key, label):
    return HKDF(key, 32, salt, SHA512, context=label)


def blake2b(data, key=b"", size=32):
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def aead_open(key, nonce, sealed, associated):
    """XChaCha20-Poly1305 with a nonce of 24 bytes, ChaCha20-Poly1305 of RFC 8439 with one of 12."""
    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
    cipher.update(associated)
    return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])


def unwrap(key, wrapped, associated):
    if len(wrapped) != 72:
        raise ValueError("a wrapped key has 72 bytes")
    return aead_open(key, wrapped[:24], wrapped[24:], associated)


class KeyRing:
    """keyring.json, opened with a password."""

    def __init__(self, path, password):
        with open(path, encoding="utf-8") as file:
            outer = json.load(file)
        if outer["format"] != "privatus-keyring-1":
            raise ValueError("another format of key ring")
        body = base64.b64decode(outer["body"], validate=True)
        if blake2b(body) != base64.b64decode(outer["checksum"], validate=True):
            raise ValueError("the key ring is damaged")
        parts = take_fields(body)
        self.vault_id, generation, self.cipher_salt, database, _, _, count = parts[:7]
        self.generation = struct.unpack("<Q", generation)[0]
        slots = parts[7:]
        if struct.unpack("<I", count)[0] != len(slots):
            raise ValueError("another number of slots than the body says")
        self.master = self._master(slots, unicodedata.normalize("NFC", password).encode())
        mac_key = hkdf(b"", self.master, DATE + b"keyring mac v1")
        mac = blake2b(fields(DATE + b"keyring body v1", outer["format"].encode(), body), mac_key)
        if not hmac.compare_digest(mac, base64.b64decode(outer["mac"], validate=True)):
            raise ValueError("the key ring was altered")
        wrapping = hkdf(b"", self.master, DATE + b"database wrap v1")
        self.database_key = unwrap(wrapping, database, fields(DATE + b"wrapped database v1", self.vault_id))

    def _master(self, slots, password):
        for slot in slots:
            # Behind its kind, and a password's KDF, a slot that is not ours to open has a form of its own.
            slot_id, kind, _created, *rest = take_fields(slot)
            if kind != b"password" or rest[0] != b"pbkdf2-hmac-sha512":
                continue
            kdf, parameters, salt, check, wrapped = rest
            (iterations,) = struct.unpack("<I", parameters)
            if not 210_000 <= iterations <= 100_000_000:
                raise ValueError("the key ring's iterations are out of bounds")
            slot_key = hashlib.pbkdf2_hmac("sha512", password, salt, iterations, 32)
            if hmac.compare_digest(hkdf(b"", slot_key, DATE + b"slot check v1"), check):
                associated = fields(
                    DATE + b"wrapped master v1", self.vault_id, slot_id, kind, kdf, parameters
                )
                return unwrap(hkdf(b"", slot_key, DATE + b"slot wrap v1"), wrapped, associated)
        print("wrong password", file=sys.stderr)
        sys.exit(3)


class Vault:
    """privatus.db, and the keys of its values."""

    def __init__(self, folder, password):
        self.ring = KeyRing(os.path.join(folder, "keyring.json"), password)
        self.database = sqlcipher.connect(os.path.join(folder, "privatus.db"))
        key = self.ring.database_key.hex() + self.ring.cipher_salt.hex()
        self.database.execute(f"PRAGMA key = \"x'{key}'\"")
        self.database.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")
        self.database.execute("PRAGMA query_only = ON")
        (application_id,) = self.one("PRAGMA application_id")
        (vault_id,) = self.one("SELECT vault_id FROM vault_state")
        if application_id != 0x50727674 or vault_id != self.ring.vault_id:
            raise ValueError("the database is not this vault's")
        self.keys = self._table_keys()

    def rows(self, sql, *values):
        return self.database.execute(sql, values).fetchall()

    def one(self, sql, *values):
        rows = self.rows(sql, *values)
        if len(rows) != 1:
            raise ValueError(f"{sql}: {len(rows)} rows")
        return rows[0]

    def _table_keys(self):
        wrapping = hkdf(b"", self.ring.master, DATE + b"key-store v1")
        keys = {}
        for number, key_id, kind, scope, wrapped, algorithm in self.rows(
            "SELECT key_number, key_id, key_type, scope, encrypted_key, algorithm FROM key_store"
        ):
            if key_id != str(number) or algorithm != "xchacha20-poly1305-wrap-v1":
                raise ValueError(f"key_store row {key_id} is of another kind")
            if wrapped:
                associated = fields(
                    DATE + b"wrapped table v1", self.ring.vault_id, u32(number), kind.encode(), scope.encode()
                )
                keys[number] = unwrap(wrapping, wrapped, associated)
        return keys

    def open_value(self, envelope, table, column, row_id):
        if envelope[:2] != b"\x01\x01":
            raise ValueError(f"{table}.{column}: another version of envelope")
        header, random, sealed = envelope[:6], envelope[6:38], envelope[38:]
        (number,) = struct.unpack("<I", header[2:])
        associated = fields(header, self.ring.vault_id, table.encode(), column.encode(), row_id)
        label = (DATE + b"row v1").ljust(128, b"\0")
        row_key = blake2b(fields(label, header, random, associated), self.keys[number])
        return aead_open(row_key, bytes(12), sealed, associated)

    def body(self, message_id, content):
        """Text and attributes of a message; `content` is its sealed value."""
        if content == b"":
            return "", {}
        plain = self.open_value(content, "messages", "content", id_bytes(message_id))
        if plain[0] == 3:
            plain = self._large(message_id, plain)
        if plain[0] == 1:
            return plain[1:].decode(), {}
        if plain[0] != 2:
            raise ValueError(f"message {message_id}: content of form {plain[0]}")
        (length,) = struct.unpack_from("<I", plain, 1)
        return plain[5 : 5 + length].decode(), json.loads(plain[5 + length :])

    def _large(self, message_id, record):
        body_length, text_length = struct.unpack_from("<II", record, 1)
        sealed, compression = self.one(
            "SELECT content, compression_algorithm FROM message_content WHERE message_id = ?", message_id
        )
        body = self.open_value(sealed, "message_content", "content", id_bytes(message_id))
        if compression == "zstd":
            body = zstandard.ZstdDecompressor().decompress(body, max_output_size=body_length)
        elif compression is not None:
            raise ValueError(f"message {message_id}: compressed with {compression}")
        if len(body) != body_length:
            raise ValueError(f"message {message_id}: {len(body)} bytes instead of {body_length}")
        text = body[1:] if body[0] == 1 else body[5 : 5 + struct.unpack_from("<I", body, 1)[0]]
        if len(text) != text_length or not text.startswith(record[9:]):
            raise ValueError(f"message {message_id}: another text than its record says")
        return body

    def messages(self):
        """Every message of every month, as the export shows it."""
        names = dict(self.rows("SELECT conversation, conversation_id FROM conversations"))
        senders = {
            number: (contact, name if contact is None else display_name, source)
            for number, contact, name, source, display_name in self.rows(
                "SELECT s.sender, s.contact_id, s.name, s.source_id, c.display_name"
                " FROM senders s LEFT JOIN contacts c ON c.contact_id = s.contact_id"
            )
        }
        for (table,) in self.rows("SELECT table_name FROM partitions WHERE state <> 'sealed' ORDER BY partition"):
            for row in self.rows(
                "SELECT message_id, conversation, content, is_outgoing, timestamp, edited_at, deleted_at, reply_to,"
                " sender, is_encrypted, is_read"
                f' FROM "{table}"'
            ):
                message_id, conversation, content, outgoing, at, edited, deleted, reply_to, sender, encrypted, read = row
                contact, name, source = senders.get(sender, (None, None, None))
                text, attributes = self.body(id_text(message_id), content)
                yield {
                    "id": id_text(message_id),
                    "conversation": names[conversation],
                    "direction": "out" if outgoing else "in",
                    "sender": name,
                    "sender_contact": contact,
                    "sender_source": source.hex() if source else None,
                    "text": text,
                    "at": time_text(at),
                    "edited_at": time_text(edited),
                    "deleted_at": time_text(deleted),
                    "reply_to": id_text(reply_to),
                    "is_encrypted": bool(encrypted),
                    "is_read": bool(read),
                    "attributes": attributes,
                }


def id_text(value):
    return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else value


def id_bytes(text):
    """The canonical bytes of an id, for a row id."""
    try:
        parsed = uuid.UUID(text)
        if str(parsed) == text:
            return b"\x00" + parsed.bytes
    except ValueError:
        pass
    return b"\x01" + text.encode()


def time_text(milliseconds):
    if milliseconds is None:
        return None
    time = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def exported(path):
    """The records of an export by their type."""
    records = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            records.setdefault(record.pop("type"), []).append(record)
    return records


def compare_messages(vault, records):
    names = (
        "id", "conversation", "direction", "sender", "sender_contact", "sender_source", "text",
        "at", "edited_at", "deleted_at", "reply_to", "is_encrypted", "is_read",
    )
    wanted = {}
    for record in records.get("message", []):
        message = {name: record.get(name) for name in names}
        message["attributes"] = {
            name: record[name] for name in ("media", "forwarded_from", "entities") if record.get(name) is not None
        }
        wanted[message["id"]] = message
    found = {message["id"]: message for message in vault.messages()}
    if found.keys() != wanted.keys():
        raise ValueError(f"{len(found)} messages in the vault, {len(wanted)} in the export")
    for key, message in found.items():
        if message != wanted[key]:
            different = [name for name in message if message[name] != wanted[key][name]]
            raise ValueError(f"message {key} differs in {different}")
    (count,) = vault.one("SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM messages_archive)")
    if count != len(found):
        raise ValueError(f"the views show {count} messages, the months hold {len(found)}")
    return len(found)


def compare_contacts(vault, records):
    wanted = {record["id"]: (record["display_name"], record["public_key"]) for record in records.get("contact", [])}
    found = {}
    for contact, name, sealed in vault.rows("SELECT contact_id, display_name, public_key FROM contacts"):
        key = vault.open_value(sealed, "contacts", "public_key", id_bytes(contact))
        found[contact] = (name, binascii.b2a_base64(key, newline=False).decode())
    if found != wanted:
        raise ValueError("the contacts differ")
    return len(found)


def compare_groups(vault, records):
    # The vault's own user is a member under the vault's id, and stands first.
    own, members = str(uuid.UUID(bytes=vault.ring.vault_id)), {}
    for group, contact, name, role, joined, sealed in vault.rows(
        "SELECT group_id, contact_id, display_name, role, joined_at, permissions FROM group_members"
        " ORDER BY contact_id <> ?, contact_id", own
    ):
        member = {"me": True} if contact == own else {"contact": contact}
        member |= {"display_name": name, "role": role, "joined_at": joined.replace(" ", "T") + "Z"}
        if sealed is not None:
            row_id = fields(id_bytes(group), id_bytes(contact))
            member["permissions"] = vault.open_value(sealed, "group_members", "permissions", row_id).decode()
        members.setdefault(group, []).append(member)
    found = {
        group: (name, kind, limit, created, members.get(group, []))
        for group, name, kind, limit, created in vault.rows(
            "SELECT group_id, name, group_type, max_members, created_at FROM groups"
        )
    }
    wanted = {
        record["id"]: (
            record["name"], record["kind"], record["max_members"],
            record["created_at"].replace("T", " ").removesuffix("Z"),
            [{name: value for name, value in member.items() if name != "anonymous_id"} for member in record["members"]],
        )
        for record in records.get("group", [])
    }
    if found != wanted:
        raise ValueError("the groups differ")
    chats = {
        chat: (kind, contact or group)
        for chat, kind, contact, group in vault.rows(
            "SELECT v.conversation_id, v.kind, c.display_name, g.name FROM conversations v"
            " LEFT JOIN contacts c ON c.contact_id = v.contact_id LEFT JOIN groups g ON g.group_id = v.group_id"
        )
    }
    if chats != {record["id"]: (record["kind"], record["title"]) for record in records.get("conversation", [])}:
        raise ValueError("the conversations differ")
    return len(found)


def compare_export(path):
    """The last line's checksum and counts, as docs/CRYPTO.md says."""
    with open(path, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    end, counts = json.loads(lines[-1]), {}
    for line in lines[:-1]:
        kind = json.loads(line)["type"]
        counts[kind] = counts.get(kind, 0) + 1
    if end["type"] != "end" or end["checksum"] != blake2b(b"".join(lines[:-1])).hex() or end["counts"] != counts:
        raise ValueError("the export's last line does not fit the rest")


def compare_settings(vault, records):
    wanted = {(record["scope"], record["key"]): record["value"] for record in records.get("setting", [])}
    found = {}
    for scope, key, sealed in vault.rows("SELECT scope, key, value FROM settings"):
        row_id = fields(scope.encode(), key.encode())
        found[(scope, key)] = json.loads(vault.open_value(sealed, "settings", "value", row_id))
    if found != wanted:
        raise ValueError("the settings differ")
    return len(found)


def main():
    folder, export = sys.argv[1:]
    vault = Vault(folder, os.environ["PRIVATUS_PASSWORD"])
    records = exported(export)
    (tables,) = vault.one("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
    for pragma in ("integrity_check", "cipher_integrity_check"):
        for (answer,) in vault.rows(f"PRAGMA {pragma}"):
            if answer != "ok":
                raise ValueError(f"{pragma}: {answer}")
    report = {
        "cipher_version": vault.one("PRAGMA cipher_version")[0],
        "tables": tables,
        "messages": compare_messages(vault, records),
        "large": vault.one("SELECT count(*) FROM message_content")[0],
        "contacts": compare_contacts(vault, records),
        "groups": compare_groups(vault, records),
        "settings": compare_settings(vault, records),
    }
    compare_export(export)
    print(json.dumps(report))


if __name__ == "__main__":
    try:
        main()
    except (ValueError, KeyError, IndexError, struct.error, sqlcipher.Error) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
