//! `cargo xtask migrations new`: creates all parts of a step, each so that it fails until it is written.

mod texts;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// New entries of a list are added before this line.
const MARKER: &str = "// `cargo xtask migrations new` writes above this line.";
const FOLDER: &str = "migrations";
const STEPS: &str = "crates/store/src/upgrade/steps.rs";
const CODE: &str = "crates/store/src/upgrade/code";
const TESTS: &str = "tests/tests/vault/fixtures/steps";

/// Words that cannot be the name of a module.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// The name of the step: lower-case letters, digits and `_`, starting with a letter
    name: String,
    /// The step changes the months too
    #[arg(long)]
    partition: bool,
    /// The step has a Rust part, which reads and seals values
    #[arg(long)]
    rust: bool,
}

/// Creates the step below `root`; `today` is `YYYY-MM-DD`. Returns a line for each thing that was made and each that is
/// left to do.
///
/// # Errors
/// When the name is not valid or is taken, a list has no marker, or a folder cannot be read.
pub(crate) fn run(root: &Path, today: &str, options: &Options) -> Result<Vec<String>> {
    let name = options.name.as_str();
    check_name(name)?;
    let folder = folder_name(&root.join(FOLDER), today, name)?;
    // Nothing is written before everything is known.
    let mut lists = vec![
        (
            STEPS.to_owned(),
            continued(
                root,
                STEPS,
                &texts::entry(&folder, name, options.partition, options.rust),
            )?,
        ),
        (
            format!("{TESTS}/mod.rs"),
            continued(root, &format!("{TESTS}/mod.rs"), &format!("mod {name};\n"))?,
        ),
    ];
    let mut files = vec![
        (format!("{FOLDER}/{folder}/up.sql"), texts::UP.to_owned()),
        (format!("{FOLDER}/{folder}/down.sql"), texts::DOWN.to_owned()),
        (format!("{FOLDER}/{folder}/sample.sql"), texts::SAMPLE.to_owned()),
        (format!("{TESTS}/{name}.rs"), texts::test(&folder)),
    ];
    if options.partition {
        for (file, text) in [
            ("partition_up.sql", texts::PARTITION_UP),
            ("partition_down.sql", texts::PARTITION_DOWN),
            ("partition_sample.sql", texts::PARTITION_SAMPLE),
        ] {
            files.push((format!("{FOLDER}/{folder}/{file}"), text.to_owned()));
        }
    }
    if options.rust {
        let list = format!("{CODE}/mod.rs");
        let line = format!("pub(super) mod {name};\n");
        lists.push((list.clone(), continued(root, &list, &line)?));
        files.push((format!("{CODE}/{name}.rs"), texts::code(&folder)));
    }
    if let Some((file, _)) = files.iter().find(|(file, _)| root.join(file).exists()) {
        bail!("{file} exists: choose another name");
    }
    fs::create_dir(root.join(FOLDER).join(&folder)).with_context(|| format!("creating {FOLDER}/{folder}"))?;
    let mut told = Vec::new();
    for (verb, files) in [("made", files), ("added to", lists)] {
        for (file, text) in files {
            fs::write(root.join(&file), text).with_context(|| format!("writing {file}"))?;
            told.push(format!("{verb} {file}"));
        }
    }
    told.extend(texts::NEXT.map(str::to_owned));
    Ok(told)
}

fn check_name(name: &str) -> Result<()> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !begins || !name.bytes().all(is_plain) {
        bail!(
            "the name of a step has lower-case letters, digits and `_` and starts with a letter, got {name:?}"
        );
    }
    if KEYWORDS.contains(&name) {
        bail!("{name:?} is a keyword of Rust: choose another name");
    }
    Ok(())
}

/// Returns the date, the next number and the name. A new step never sorts before an existing one.
fn folder_name(migrations: &Path, today: &str, name: &str) -> Result<String> {
    let mut last = (String::new(), 0_u32);
    for entry in fs::read_dir(migrations).with_context(|| format!("reading {}", migrations.display()))? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            continue;
        }
        let folder = entry.file_name().to_string_lossy().into_owned();
        let parts = folder.get(..10).zip(folder.get(11..17)).zip(folder.get(18..));
        let ((date, number), other) = parts
            .with_context(|| format!("{folder} is not the folder of a step: expected date-number_name"))?;
        if other == name {
            bail!("{folder} already has this name: choose another one");
        }
        let number = number
            .parse()
            .with_context(|| format!("{folder} has no number"))?;
        last = (last.0.max(date.to_owned()), last.1.max(number));
    }
    let (date, number) = (last.0.max(today.to_owned()), last.1 + 1);
    Ok(format!("{date}-{number:06}_{name}"))
}

/// Returns a list with lines added before its marker.
fn continued(root: &Path, file: &str, lines: &str) -> Result<String> {
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("reading {file}"))?;
    let at = text
        .find(MARKER)
        .with_context(|| format!("{file} has no line {MARKER:?}"))?;
    let (before, after) = text.split_at(at);
    // The new lines get the indentation of the marker.
    let indent: String = before.chars().rev().take_while(|c| *c == ' ').collect();
    Ok(format!("{before}{lines}{indent}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 3] = [
        STEPS,
        "crates/store/src/upgrade/code/mod.rs",
        "tests/tests/vault/fixtures/steps/mod.rs",
    ];

    /// The files that the command needs, copied.
    fn copy() -> tempfile::TempDir {
        let here = crate::workspace::Workspace::locate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for file in FILES {
            let to = folder.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(here.path(file), to).unwrap();
        }
        for entry in fs::read_dir(here.path(FOLDER)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                fs::create_dir_all(folder.path().join(FOLDER).join(entry.file_name())).unwrap();
            }
        }
        folder
    }

    fn options(name: &str, partition: bool, rust: bool) -> Options {
        Options {
            name: name.into(),
            partition,
            rust,
        }
    }

    fn read(root: &Path, file: &str) -> String {
        fs::read_to_string(root.join(file)).unwrap()
    }

    /// A name that no step has: longer than the newest one's, and made of it.
    fn unused(begun: &str) -> String {
        let newest = privatus_store::STEPS.all().last().unwrap().name;
        format!("{begun}_{}", newest.split_once('_').unwrap().1)
    }

    #[test]
    fn a_step_gets_all_its_parts() {
        let copy = copy();
        let root = copy.path();
        let before = fs::read_dir(root.join(FOLDER)).unwrap().count();
        let name = unused("before");
        let told = run(root, "2999-01-02", &options(&name, true, true)).unwrap();
        let folder = format!("2999-01-02-{:06}_{name}", before + 1);
        assert!(
            told.iter().any(|line| line.contains("migrations verify")),
            "{told:?}"
        );
        for file in [
            "up",
            "down",
            "sample",
            "partition_up",
            "partition_down",
            "partition_sample",
        ] {
            let text = read(root, &format!("{FOLDER}/{folder}/{file}.sql"));
            assert!(
                text.starts_with("-- ") && text.lines().all(|line| line.starts_with("--")),
                "{text}"
            );
        }
        let steps = read(root, STEPS);
        let entry = format!(
            "    step!(\"{folder}\", \"{}\", partition).with_code(super::code::{name}::run),\n    {MARKER}\n",
            name.replace('_', " ")
        );
        assert!(steps.contains(&entry), "{steps}");
        assert!(read(root, FILES[1]).contains(&format!("pub(super) mod {name};\n{MARKER}")));
        assert!(read(root, FILES[2]).contains(&format!("mod {name};\n{MARKER}")));
        let code = read(root, &format!("{CODE}/{name}.rs"));
        assert!(
            code.contains("pub(in crate::migration) fn run(") && code.contains("Err("),
            "{code}"
        );
        // A skeleton that passes would be taken for a test.
        let test = read(root, &format!("{TESTS}/{name}.rs"));
        assert!(test.contains("#[test]") && test.contains("panic!("), "{test}");

        // The next one comes after it, whatever the clock shows.
        let more = unused("more");
        run(root, "1999-01-01", &options(&more, false, false)).unwrap();
        let next = format!("2999-01-02-{:06}_{more}", before + 2);
        assert!(root.join(FOLDER).join(&next).is_dir());
        assert!(!root.join(FOLDER).join(&next).join("partition_up.sql").exists());
        let steps = read(root, STEPS);
        assert!(steps.find(&folder).unwrap() < steps.find(&next).unwrap());
        assert!(
            steps.contains(&format!(
                "    step!(\"{next}\", \"{}\"),\n    {MARKER}",
                more.replace('_', " ")
            )),
            "{steps}"
        );
    }

    #[test]
    fn a_name_that_is_none_changes_nothing() {
        let copy = copy();
        let root = copy.path();
        let before = read(root, STEPS);
        let count = fs::read_dir(root.join(FOLDER)).unwrap().count();
        let taken = unused("taken");
        run(root, "2999-01-02", &options(&taken, false, false)).unwrap();
        fs::write(root.join(STEPS), &before).unwrap();
        for name in [
            "",
            "Poll",
            "poll-votes",
            "../poll",
            "1st",
            "größe",
            "type",
            taken.as_str(),
            "v1_1_0",
        ] {
            let error = run(root, "2999-01-02", &options(name, false, false)).unwrap_err();
            assert!(error.to_string().contains("name"), "{name}: {error}");
        }
        fs::write(root.join(FILES[2]), "//! Doc.\n").unwrap();
        let error = run(root, "2999-01-02", &options(&unused("more"), false, false)).unwrap_err();
        assert!(error.to_string().contains("has no line"), "{error}");
        assert_eq!(read(root, STEPS), before);
        assert_eq!(fs::read_dir(root.join(FOLDER)).unwrap().count(), count + 1);
    }

    #[test]
    fn what_is_made_has_no_statement() {
        use privatus_migrate::Step;
        use privatus_migrate::check::{self, Case, Excused};

        let case = |up, down| Case {
            step: Step::new("1_a", "", up, down),
            sample: texts::SAMPLE,
            partition_sample: None,
        };
        for (case, named) in [
            (case(texts::UP, texts::DOWN), "its up.sql has no statement"),
            (
                case("CREATE TABLE a (b)", texts::DOWN),
                "its down.sql has no statement",
            ),
        ] {
            let fault = check::verify(&[case], &mut privatus_store::PlainWorld, &Excused::default());
            let told = fault.unwrap_err().to_string();
            assert!(told.contains(named), "{told}");
        }
    }
}
