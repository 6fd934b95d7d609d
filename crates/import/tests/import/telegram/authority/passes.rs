//! Rights are read in two passes: only a whole file that stays as it was gives any.

use std::path::Path;

use privatus_domain::GrantFilter;
use privatus_import::privatus::{Trust, Vouched, import};
use privatus_import::{ImportError, Report};
use serde_json::{Value, json};

use super::{ann, grant, key, records, seen, text};
use crate::telegram::vault::Vault;

#[test]
fn rights_are_taken_only_out_of_a_whole_export() {
    let vault = Vault::new();
    let good = text(&records());
    let (before, end) = good.split_at(good.trim_end().rfind('\n').unwrap() + 1);
    for (name, bad, why) in [
        (
            "a grant more",
            format!("{before}{}\n{end}", grant("eve")),
            "its counts of records differ",
        ),
        (
            "another grantee",
            good.replace("mallory", "eve"),
            "its checksum differs",
        ),
        (
            "another own key",
            good.replace(&key(9).to_base64(), &key(5).to_base64()),
            "its checksum differs",
        ),
        (
            "verified now",
            good.replace(
                "\"display_name\":\"Bo\"",
                "\"is_verified\":true,\"display_name\":\"Bo\"",
            ),
            "its checksum differs",
        ),
        (
            "another checksum",
            good.replace("\"checksum\":\"", "\"checksum\":\"0"),
            "its checksum differs",
        ),
        ("no end", before.to_owned(), "its end record is missing"),
        ("cut", good[..good.len() - 9].to_owned(), "is cut off in line"),
        (
            "more behind",
            format!("{good}{}\n", grant("eve")),
            "continues after its end record",
        ),
    ] {
        assert_ne!(bad, good, "{name}");
        let path = vault.write("bad.jsonl", &bad);
        let error = Vouched::read(&path, &mut |_| true).unwrap_err();
        assert!(
            matches!(error, ImportError::Unvouched { .. }),
            "{name}: {error:?}"
        );
        let said = error.to_string();
        assert!(
            said.contains(why) && said.contains("nothing was imported"),
            "{name}: {said}"
        );
        // Its content is imported all the same, and nothing that grants rights.
        let other = Vault::new();
        let (report, _) = other.own(&other.write("bad.jsonl", &bad));
        assert_eq!(report.contacts_imported, 2, "{name}");
        let found = seen(&other);
        assert!(!found.ann_is_verified, "{name}");
        assert_eq!((found.grants, found.settings), (0, 0), "{name}");
    }
    let not_ours = vault.write("other.json", "{\"chats\":[]}\n");
    assert!(matches!(
        Vouched::read(&not_ours, &mut |_| true),
        Err(ImportError::Source { .. })
    ));
}

fn import_as(vault: &Vault, path: &Path, vouched: &Vouched) -> (Report, ImportError) {
    let mut report = Report::new("privatus");
    let trust = Trust::Vouched(vouched);
    let result = import(&vault.store, path, trust, &mut report, &mut |_| true);
    (report, result.unwrap_err())
}

/// Its checksum is right at every moment, and only what was listed grants rights.
#[test]
fn what_changes_between_the_passes_gives_no_rights() {
    let others = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut records = records();
        change(&mut records);
        text(&records)
    };
    for (name, changed, grants, is_verified) in [
        (
            "a grant more",
            others(&|records| records.push(grant("eve"))),
            1,
            true,
        ),
        (
            "another grantee",
            others(&|records| records[5] = grant("eve")),
            0,
            true,
        ),
        ("another key", others(&|records| records[0] = ann(5)), 1, false),
        // The listed line is there, after one that is another contact under the same id.
        (
            "a contact before it",
            others(&|records| {
                let mut planted = ann(5);
                planted["is_verified"] = json!(false);
                records.insert(0, planted);
            }),
            1,
            false,
        ),
        ("nothing any more", String::new(), 0, false),
    ] {
        let vault = Vault::new();
        let path = vault.write("export.jsonl", text(&records()));
        let vouched = Vouched::read(&path, &mut |_| true).unwrap();
        std::fs::write(&path, &changed).unwrap();
        let (_, error) = import_as(&vault, &path, &vouched);
        assert!(
            error.to_string().contains("was changed while it was read"),
            "{name}: {error}"
        );
        let given = vault
            .store
            .read(|tx| tx.access_list(&GrantFilter::default()))
            .unwrap();
        assert_eq!(given.len(), grants, "{name}");
        assert!(
            given
                .iter()
                .all(|grant| grant.to.as_ref().unwrap().as_str() == "mallory"),
            "{name}"
        );
        let ann = vault.store.read(|tx| tx.contact_by_id(&"ann".parse().unwrap()));
        assert_eq!(ann.is_ok_and(|ann| ann.is_verified), is_verified, "{name}");
    }
    // Another file under its name is not the one that was read.
    let vault = Vault::new();
    let path = vault.write("export.jsonl", text(&records()));
    let vouched = Vouched::read(&path, &mut |_| true).unwrap();
    std::fs::rename(vault.write("other.jsonl", text(&[grant("eve")])), &path).unwrap();
    let mut report = Report::new("privatus");
    let trust = Trust::Vouched(&vouched);
    import(&vault.store, &path, trust, &mut report, &mut |_| true).unwrap();
    assert_eq!(report.grants_imported, 1);
    assert!(vault.export().contains("mallory") && !vault.export().contains("eve"));
}
