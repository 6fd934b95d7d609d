//! `demo`: imports, reads, verifies and exports a bundled history in a temporary vault.

use std::path::{Path, PathBuf};
use std::time::Duration;

use privatus_domain::{Body, Conversation, MessageId, NewMessage};
use privatus_import::Report;
use privatus_import::legacy::Zone;
use privatus_import::privatus::{self, Trust, Vouched};
use privatus_store::{
    Digest, Page, PageStart, Password, Secret, Store, StoreError, SystemFault, VaultOptions,
};
use serde_json::json;

use super::export::to_file;
use super::import::bring;
use crate::args::{Format, Import};
use crate::chat_table::chat_table;
use crate::exit::noted;
use crate::failure::Failure;
use crate::output;
use crate::text::{counted, grouped, wrapped};
use crate::{progress, show};

mod bytes;
mod steps;

use steps::{Steps, columns};

const TELEGRAM: &[u8] = include_bytes!("../../../demo/telegram/result.json");
const LEGACY_DATABASE: &[u8] = include_bytes!("../../../demo/legacy/privatus_chat.db");
const LEGACY_SALT: &[u8] = include_bytes!("../../../demo/legacy/privatus_chat.salt");
const LEGACY_PASSWORD: &[u8] = include_bytes!("../../../demo/legacy/password.txt");
/// Words that must not be found in the vault's file.
const MARKS: [&[u8]; 4] = [b"SQLite format 3", b"PyScript", b"pyscript", b"CREATE TABLE"];

/// The width of the longest command of the end, with what it does.
const WHOLE: usize = 94;

/// Runs the demo; returns `0` if every step had the expected result.
pub(crate) fn run(as_json: bool) -> Result<u8, Failure> {
    let folder = tempfile::Builder::new()
        .prefix("privatus-demo-")
        .tempdir()
        .map_err(no_place)?;
    let sources = lay_out(folder.path())?;
    let path = folder.path().join("vault");
    let password = Password::new("correct horse battery staple").map_err(StoreError::from)?;
    let options = VaultOptions::default();
    let mut steps = Steps::new(as_json);

    let title = "privatus demo: imports real histories into an encrypted vault and exports them unchanged.";
    for line in wrapped(title, columns(0)) {
        steps.plain(&line)?;
    }
    steps.begin("create", "Create a vault")?;
    let (store, recovery) = Store::create(&path, &password, &options)?;
    steps.note(&format!("recovery code   {}", recovery.reveal().as_str()))?;
    steps.done("key derivation makes each guess at the password cost about half a second")?;

    rescue(&store, &sources.legacy, &mut steps)?;
    telegram(&store, &sources.telegram, &mut steps)?;
    let chat = chats(&store, &mut steps)?;
    let page = page(&store, &chat, &mut steps)?;
    reply(&store, &chat, &page, &mut steps)?;

    steps.begin(
        "verify",
        "Verify the database file, the keys, the counters and every sealed value",
    )?;
    let bar = progress::bar("verify");
    let found = store.read_long(|tx| {
        tx.verify(&mut |at| {
            bar.set_length(at.total);
            bar.set_position(at.done);
        })
    })?;
    bar.finish_and_clear();
    steps.done(&format!(
        "{} opened, {}",
        counted(found.messages, "message", "messages"),
        counted(found.problem_count, "problem", "problems")
    ))?;

    steps.begin("bytes", "Lock the vault, and look at the bytes on disk")?;
    store.close()?;
    let hidden = bytes_on_disk(&path.join("privatus.db"), &mut steps)?;

    steps.begin(
        "export",
        "Export, import into a second vault, export again, compare",
    )?;
    let store = Store::unlock(&path, &Secret::Password(password), &options)?;
    let equal = there_and_back(&store, folder.path(), &mut steps)?;
    store.close()?;

    let is_well = equal && hidden && found.is_content();
    if as_json {
        output::json(&json!({ "ok": is_well, "steps": steps.into_records() }))?;
    } else {
        let end = "The temporary vault is removed. To do the same with your own history:";
        output::line(&format!("\n{}\n", wrapped(end, columns(0)).join("\n")))?;
        for (command, what) in [
            ("privatus init", "create your vault; write down the recovery code"),
            (
                "privatus import telegram result.json",
                "Telegram Desktop: Export chat history, as JSON",
            ),
            (
                "privatus import legacy FOLDER",
                "the Python application's database",
            ),
            ("privatus chats", "list its conversations"),
            (
                "privatus show CHAT",
                "read one; CHAT is a title or the beginning of an id",
            ),
            ("privatus verify", "check everything"),
            (
                "privatus export history.jsonl",
                "export everything as plain JSON Lines",
            ),
        ] {
            output::line(&match output::width() {
                ..WHOLE => format!("    {command}\n        {what}"),
                _ => format!("    {command:<38}{what}"),
            })?;
        }
    }
    Ok(u8::from(!is_well))
}

fn rescue(store: &Store, source: &Import, steps: &mut Steps) -> Result<(), Failure> {
    steps.begin(
        "rescue",
        "Rescue the database of an application that can no longer open it itself",
    )?;
    let why = "Its key depends on an iteration count that it measured at run time and did not store: all counts are tried \
               in one pass, until every row opens.";
    steps.text("", why)?;
    import(store, source, steps)
}

fn telegram(store: &Store, source: &Import, steps: &mut Steps) -> Result<(), Failure> {
    let title = "Import a Telegram export: a help channel of PyScript (MIT, Anaconda Inc.)";
    steps.begin("import", title)?;
    import(store, source, steps)?;
    steps.begin("import_again", "Import it again: nothing is imported twice")?;
    import(store, source, steps)
}

fn chats(store: &Store, steps: &mut Steps) -> Result<Conversation, Failure> {
    steps.begin("chats", "Conversations, newest first, in one indexed read")?;
    let chats = store.read(|tx| tx.conversations(10))?;
    let took = steps.elapsed();
    for line in chat_table(&chats, output::width().saturating_sub(3)).lines() {
        steps.plain(&format!("   {line}"))?;
    }
    steps.done_in(
        &counted(chats.len() as u64, "conversation", "conversations"),
        took,
    )?;
    chats
        .into_iter()
        .max_by_key(|chat| chat.messages)
        .ok_or_else(|| Failure::Other("no chats".into()))
}

fn page(store: &Store, chat: &Conversation, steps: &mut Steps) -> Result<Page, Failure> {
    steps.begin("page", "The newest page of the largest chat")?;
    let page = store.read(|tx| tx.messages_page(&chat.id, &PageStart::Newest, 50))?;
    let took = steps.elapsed();
    let answered = store.read(|tx| show::answered(tx, &page.messages))?;
    for message in page.messages.iter().take(3).rev() {
        steps.text("", &show::heading(message, &answered))?;
        for line in wrapped(&show::body(message), columns(8)).iter().take(3) {
            steps.note(&format!("    {line}"))?;
        }
    }
    steps.done_in(
        &format!(
            "{} read, each opened with its own key; the last 3 are shown",
            counted(page.messages.len() as u64, "message", "messages")
        ),
        took,
    )?;
    Ok(page)
}

fn reply(store: &Store, chat: &Conversation, page: &Page, steps: &mut Steps) -> Result<(), Failure> {
    steps.begin("reply", "Reply to the last message")?;
    let message = store.write("demo_reply", |tx| {
        let reply_to = page.messages.first().map(|message| message.id.clone());
        let body = Body::text("Thank you, that solved it!")?;
        let new = NewMessage {
            reply_to,
            ..NewMessage::sent(MessageId::new(tx.new_id()?), body, tx.now())
        };
        tx.message_insert(&chat.id, &new)?;
        Ok::<_, StoreError>(new.id)
    })?;
    let took = steps.elapsed();
    let (message, answered) = store.read(|tx| {
        let message = tx.message_by_id(&message)?;
        let answered = show::answered(tx, std::slice::from_ref(&message))?;
        Ok::<_, StoreError>((message, answered))
    })?;
    steps.text("", &show::heading(&message, &answered))?;
    steps.text("    ", &show::body(&message))?;
    steps.done_in("sealed and committed", took)
}

fn bytes_on_disk(database: &Path, steps: &mut Steps) -> Result<bool, Failure> {
    let found = std::fs::read(database).map_err(no_place)?;
    let took = steps.elapsed();
    steps.text("", "the old application's file, plain SQLite, begins with")?;
    for line in bytes::dump(LEGACY_DATABASE, 32) {
        steps.note(&format!("    {line}"))?;
    }
    steps.text("", "this vault's privatus.db begins with")?;
    for line in bytes::dump(&found, 32) {
        steps.note(&format!("    {line}"))?;
    }
    let hidden = !MARKS
        .iter()
        .any(|mark| found.windows(mark.len()).any(|window| window == *mark));
    let size = grouped(u64::try_from(found.len()).unwrap_or_default());
    let words = if hidden {
        format!("{size} bytes without “SQLite format 3”, “CREATE TABLE” or “PyScript”")
    } else {
        format!("PLAINTEXT FOUND in {size} bytes")
    };
    steps.done_in(&words, took)?;
    Ok(hidden)
}

fn there_and_back(store: &Store, folder: &Path, steps: &mut Steps) -> Result<bool, Failure> {
    let first = folder.join("export.jsonl");
    let counts = to_file(store, &first, false, &mut |_| true)?;
    let mut kinds: Vec<String> = Vec::new();
    for (kind, many) in [
        ("contact", "contacts"),
        ("group", "groups"),
        ("setting", "settings"),
        ("conversation", "conversations"),
        ("message", "messages"),
    ] {
        if let Some(count) = counts.get(kind) {
            kinds.push(counted(*count, kind, many));
        }
    }
    steps.text("exported   ", &kinds.join(", "))?;
    let password = Password::new("another password").map_err(StoreError::from)?;
    let (second, _) = Store::create(&folder.join("second"), &password, &VaultOptions::default())?;
    let vouched = Vouched::read(&first, &mut |_| true)?;
    let mut report = Report::new("privatus");
    privatus::import(
        &second,
        &first,
        Trust::Vouched(&vouched),
        &mut report,
        &mut |_| true,
    )?;
    let again = folder.join("again.jsonl");
    to_file(&second, &again, false, &mut |_| true)?;
    second.close()?;
    let (a, b) = (digest(&first)?, digest(&again)?);
    steps.note(&format!("export     {}", short(a)))?;
    steps.note(&format!("second     {}", short(b)))?;
    steps.done(if a == b {
        "identical, byte for byte"
    } else {
        "THE EXPORTS DIFFER"
    })?;
    Ok(a == b)
}

/// Returns the failure of using the demo's temporary folder.
fn no_place(error: std::io::Error) -> Failure {
    Failure::Other(format!(
        "the demo's temporary folder cannot be used: {}",
        SystemFault::words(&error)
    ))
}

struct Sources {
    legacy: Import,
    telegram: Import,
}

fn lay_out(folder: &Path) -> Result<Sources, Failure> {
    let legacy = folder.join("old-application");
    std::fs::create_dir(&legacy).map_err(no_place)?;
    std::fs::write(legacy.join("privatus_chat.db"), LEGACY_DATABASE).map_err(no_place)?;
    std::fs::write(legacy.join("privatus_chat.salt"), LEGACY_SALT).map_err(no_place)?;
    let password = folder.join("old-password.txt");
    std::fs::write(&password, LEGACY_PASSWORD).map_err(no_place)?;
    #[cfg(unix)]
    std::fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(no_place)?;
    let telegram = folder.join("result.json");
    std::fs::write(&telegram, TELEGRAM).map_err(no_place)?;
    let import = |format, path: PathBuf, source_password_file| Import {
        format,
        path,
        chat: None,
        me: None,
        again: false,
        timezone: None,
        source_password_file,
        original_path: None,
        max_iterations: None,
        trust: false,
        yes: false,
    };
    Ok(Sources {
        legacy: import(Format::Legacy, legacy, Some(password)),
        telegram: import(Format::Telegram, telegram, None),
    })
}

fn import(store: &Store, source: &Import, steps: &mut Steps) -> Result<(), Failure> {
    let mut report = Report::default();
    let zone = Zone::named("UTC").map_err(|error| Failure::Other(error.to_string()))?;
    bring(store, source, &zone, None, &mut report)?;
    let took: Duration = steps.elapsed();
    for note in report.notes.iter().take(4) {
        steps.text("· ", &noted(note))?;
    }
    let mut parts = vec![counted(report.messages_imported, "new message", "new messages")];
    for (count, one, many) in [
        (report.contacts_imported, "new contact", "new contacts"),
        (report.groups_imported, "new group", "new groups"),
    ] {
        if count > 0 {
            parts.push(counted(count, one, many));
        }
    }
    if report.messages_known > 0 {
        parts.push(format!("{} already known", grouped(report.messages_known)));
    }
    if report.messages_skipped > 0 {
        parts.push(counted(
            report.messages_skipped,
            "service entry skipped",
            "service entries skipped",
        ));
    }
    steps.done_in(&parts.join(", "), took)
}

fn short(digest: [u8; 32]) -> String {
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("BLAKE2b {hex}…")
}

fn digest(path: &Path) -> Result<[u8; 32], Failure> {
    let mut digest = Digest::new();
    digest.update(&std::fs::read(path).map_err(no_place)?);
    Ok(digest.finalize())
}
