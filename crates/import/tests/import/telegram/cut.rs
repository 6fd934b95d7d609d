//! Cut off or stopped: whole transactions stay, and a second import completes them.

use privatus_import::legacy::Zone;
use privatus_import::{ImportError, Report, telegram};
use serde_json::Value;

use crate::telegram::vault::{Vault, chat, message};

fn export(count: u64) -> Value {
    chat(
        &(1..=count)
            .map(|id| message(id, &format!("message {id}")))
            .collect::<Vec<_>>(),
    )
}

#[test]
fn a_file_cut_off_anywhere_gives_what_stands_before() {
    let whole = serde_json::to_string_pretty(&export(40)).unwrap();
    let vault = Vault::new();
    let mut before = 0;
    let places = (0..whole.len()).step_by(67).chain(whole.len() - 6..whole.len());
    for place in places {
        let path = vault.write("cut.json", &whole[..place]);
        let (report, result) = vault.telegram_as(&path, None);
        let error = result.expect_err("it is cut off");
        assert!(matches!(error, ImportError::Source { .. }), "{place}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
        // Each longer piece contains the shorter ones.
        assert!(
            report.messages_known == before || report.messages_skipped > 0 || before == 0,
            "{place}"
        );
        before += report.messages_imported;
    }
    assert_eq!(before, 40);
    let report = vault.telegram(&vault.write("whole.json", &whole));
    assert_eq!((report.messages_imported, report.messages_known), (0, 40));
}

#[test]
fn a_stop_leaves_whole_transactions() {
    let vault = Vault::new();
    let path = vault.write("large.json", export(12_000).to_string());
    let (mut report, zone) = (Report::new("telegram"), Zone::named("UTC").unwrap());
    let options = telegram::Options {
        me: None,
        zone: &zone,
        chat: None,
    };
    let mut go_on = |at: privatus_import::Progress| at.done < 5_000;
    let result = telegram::import(&vault.store, &path, &options, &mut report, &mut go_on);
    assert!(matches!(result, Err(ImportError::Stopped)));
    assert_eq!((report.messages_imported, vault.messages().len()), (5_000, 5_000));
    let rest = vault.telegram(&path);
    assert_eq!((rest.messages_imported, rest.messages_known), (7_000, 5_000));
}

#[test]
fn what_is_no_export_says_so() {
    let vault = Vault::new();
    for (bytes, word) in [
        (&b""[..], "empty"),
        (b"[]", "not a Telegram export"),
        (b"{}", "neither"),
        (b"From: someone\n", "not a Telegram export"),
        (b"{\"name\":\"\xff\"}", "UTF-8"),
        (b"{\"messages\":[]} more", "not valid JSON"),
    ] {
        let (_, result) = vault.telegram_as(&vault.write("other.json", bytes), None);
        let error = result.unwrap_err();
        assert!(matches!(error, ImportError::Source { .. }), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    }
}
