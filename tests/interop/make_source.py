"""Makes a database as another program does: SQLCipher as it comes, a raw key, the specification's tables, some rows.

    python make_source.py DATABASE TABLES.sql KEY_FILE
"""

import sys

from sqlcipher3 import dbapi2 as sqlcipher

KEY = "2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99"


def main(database, tables, key_file):
    with open(key_file, "w", encoding="ascii") as file:
        file.write(f"x'{KEY}'\n")
    with open(tables, encoding="utf-8") as file:
        statements = file.read()
    connection = sqlcipher.connect(database, isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{KEY}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(statements)
    connection.execute("INSERT INTO contacts (contact_id, display_name, public_key) VALUES ('zoe', 'Zoë', 'AAEC')")
    for number, text in enumerate(["Hello", "long " * 4_000, "", "Sí, at nine"]):
        connection.execute(
            "INSERT INTO messages (message_id, contact_id, content, is_outgoing, timestamp) VALUES (?, 'zoe', ?, ?, ?)",
            (f"m{number}", text, number % 2, f"2024-0{number + 1}-02 03:04:05"),
        )
    connection.execute("INSERT INTO settings (key, value) VALUES ('theme', 'dark')")
    connection.execute("INSERT INTO audit_log (event_type, action, details) VALUES ('login', 'try', '{\"a\": 1}')")
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
