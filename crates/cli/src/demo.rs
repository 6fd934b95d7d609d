//! `demo`: the whole road on a bundled history, in a temporary vault.

use std::path::{Path, PathBuf};
use std::time::Instant;

use privatus_domain::{Body, MessageId, NewMessage};
use privatus_import::legacy::Zone;
use privatus_import::{Report, privatus};
use privatus_store::{Digest, PageStart, Password, Secret, Store, StoreError, VaultOptions};

use crate::args::{Format, Import};
use crate::command::import::bring;
use crate::failure::Failure;
use crate::output::{line, message_lines};

const TELEGRAM: &[u8] = include_bytes!("../demo/telegram/result.json");
const LEGACY_DATABASE: &[u8] = include_bytes!("../demo/legacy/privatus_chat.db");
const LEGACY_SALT: &[u8] = include_bytes!("../demo/legacy/privatus_chat.salt");
const LEGACY_PASSWORD: &[u8] = include_bytes!("../demo/legacy/password.txt");

struct Steps(u32, Instant);

impl Steps {
    fn begin(&mut self, what: &str) -> Result<(), Failure> {
        self.0 += 1;
        self.1 = Instant::now();
        line(
            &format!("\n\x1b[1m{:>2}  {what}\x1b[0m", self.0)
                .replace("\x1b[1m", bold(true))
                .replace("\x1b[0m", bold(false)),
        )
    }

    fn done(&self, what: &str) -> Result<(), Failure> {
        line(&format!("    {what}  ({:.0?})", self.1.elapsed()))
    }
}

/// Bold on a terminal that has it.
fn bold(on: bool) -> &'static str {
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
        return "";
    }
    if on { "\x1b[1m" } else { "\x1b[0m" }
}

/// Runs the demo.
pub(crate) fn run() -> Result<u8, Failure> {
    let folder = tempfile::Builder::new().prefix("privatus-demo-").tempdir()?;
    let sources = lay_out(folder.path())?;
    let path = folder.path().join("vault");
    let password = Password::new("correct horse battery staple").map_err(StoreError::from)?;
    let options = VaultOptions::default();
    let mut steps = Steps(0, Instant::now());

    line("privatus demo: a real history goes into an encrypted vault and comes out again, unchanged.")?;
    steps.begin("Create a vault")?;
    let (store, recovery) = Store::create(&path, &password, &options)?;
    steps.done(&format!("recovery code {}", recovery.reveal().as_str()))?;

    steps.begin("Rescue the database of an application that can no longer open it itself")?;
    line("    Its key depends on an iteration count that it measured at run time and stored nowhere.")?;
    import(&store, &sources.legacy, &steps)?;

    steps.begin("Import a Telegram export: the python-help channel of PyScript (MIT, Anaconda Inc.)")?;
    import(&store, &sources.telegram, &steps)?;
    steps.1 = Instant::now();
    import(&store, &sources.telegram, &steps)?;
    line("    The second import found everything there already.")?;

    steps.begin("Conversations, newest first")?;
    let chats = store.read(|tx| tx.conversations(10))?;
    crate::command::chat_table(&chats)?;
    steps.done("one indexed read")?;
    let chat = chats
        .iter()
        .max_by_key(|chat| chat.messages)
        .ok_or_else(|| Failure::Other("no chats".into()))?;

    steps.begin("The newest page of the largest chat, every message opened with its own key")?;
    let page = store.read(|tx| tx.messages_page(&chat.id, &PageStart::Newest, 50))?;
    let took = steps.1.elapsed();
    for message in page.messages.iter().take(3).rev() {
        let text: String = message_lines(message).chars().take(300).collect();
        line(&format!("    {}", text.replace('\n', "\n    ")))?;
    }
    line(&format!(
        "    {} messages read; the last 3 are shown  ({took:.0?})",
        page.messages.len()
    ))?;

    steps.begin("Answer the last message")?;
    let id = store.write("demo_reply", |tx| {
        let id = MessageId::new(tx.new_id()?);
        let reply_to = page.messages.first().map(|message| message.id.clone());
        let body = Body::text("Thank you, that solved it!")?;
        tx.message_insert(
            &chat.id,
            &NewMessage {
                reply_to,
                ..NewMessage::sent(id.clone(), body, tx.now())
            },
        )?;
        Ok::<_, StoreError>(id)
    })?;
    steps.done(&format!("sent {id}"))?;

    steps.begin("Verify: the file, the keys, the counters, every sealed value")?;
    let found = store.read_long(|tx| tx.verify(&mut |_| ()))?;
    steps.done(&format!(
        "{} messages opened, {} problems",
        found.messages, found.problem_count
    ))?;

    steps.begin("Lock, and look at the bytes on disk")?;
    store.lock()?;
    let bytes = std::fs::read(path.join("privatus.db"))?;
    let head: Vec<String> = bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
    line(&format!(
        "    privatus.db, {} bytes, begins {}",
        bytes.len(),
        head.join(" ")
    ))?;
    let plain = bytes.windows(15).any(|window| window == b"SQLite format 3")
        || bytes.windows(8).any(|w| w == b"PyScript");
    steps.done(if plain {
        "PLAINTEXT FOUND"
    } else {
        "no “SQLite format 3”, no word of the history in it"
    })?;

    steps.begin("Export, import into a second vault, export again")?;
    let store = Store::unlock(&path, &Secret::Password(password), &options)?;
    let first = folder.path().join("export.jsonl");
    crate::command::export_to(&store, &first)?;
    let second_password = Password::new("another password").map_err(StoreError::from)?;
    let (second, _) = Store::create(&folder.path().join("second"), &second_password, &options)?;
    privatus::import(&second, &first, &mut Report::new("privatus"), &mut |_| true)?;
    let again = folder.path().join("again.jsonl");
    crate::command::export_to(&second, &again)?;
    let (a, b) = (digest(&first)?, digest(&again)?);
    steps.done(if a == b {
        "both exports are equal, byte for byte"
    } else {
        "THE EXPORTS DIFFER"
    })?;
    store.lock()?;
    second.lock()?;

    line("\nThe same with your own history:")?;
    for command in [
        "privatus init",
        "privatus import telegram PATH/result.json      # or: legacy PATH, privatus PATH",
        "privatus chats",
        "privatus show CHAT",
        "privatus verify",
        "privatus export history.jsonl",
    ] {
        line(&format!("    {command}"))?;
    }
    Ok(if a == b && !plain && found.is_content() {
        0
    } else {
        1
    })
}

struct Sources {
    legacy: Import,
    telegram: Import,
}

fn lay_out(folder: &Path) -> Result<Sources, Failure> {
    let legacy = folder.join("old-application");
    std::fs::create_dir(&legacy)?;
    std::fs::write(legacy.join("privatus_chat.db"), LEGACY_DATABASE)?;
    std::fs::write(legacy.join("privatus_chat.salt"), LEGACY_SALT)?;
    let password = folder.join("old-password.txt");
    std::fs::write(&password, LEGACY_PASSWORD)?;
    let telegram = folder.join("result.json");
    std::fs::write(&telegram, TELEGRAM)?;
    let import = |format, path: PathBuf, source_password_file| Import {
        format,
        path,
        chat: None,
        me: None,
        timezone: None,
        source_password_file,
        original_path: None,
        max_iterations: privatus_import::legacy::DEFAULT_MAX_ITERATIONS,
    };
    Ok(Sources {
        legacy: import(Format::Legacy, legacy, Some(password)),
        telegram: import(Format::Telegram, telegram, None),
    })
}

fn import(store: &Store, source: &Import, steps: &Steps) -> Result<(), Failure> {
    let mut report = Report::default();
    let zone = Zone::named("UTC").map_err(|error| Failure::Other(error.to_string()))?;
    bring(store, source, &zone, &mut report)?;
    for note in report.notes.iter().take(4) {
        line(&format!("    · {note}"))?;
    }
    steps.done(&format!(
        "{} messages, {} contacts, {} groups new; {} known, {} skipped",
        report.messages_imported,
        report.contacts_imported,
        report.groups_imported,
        report.messages_known,
        report.messages_skipped
    ))
}

fn digest(path: &Path) -> Result<[u8; 32], Failure> {
    let mut digest = Digest::new();
    digest.update(&std::fs::read(path)?);
    Ok(digest.finalize())
}
