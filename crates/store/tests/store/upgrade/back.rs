//! Going back with the SQL that the vault keeps.

use std::collections::BTreeSet;

use privatus_store::{Loss, Missing, PageStart, STEPS, StoreError};

use super::{after_first, all_but_first, bytes, is_content, migrator, sql, unlock, vault, version};

#[test]
fn a_step_back_says_what_it_loses_and_loses_nothing_else() {
    let (_folder, path) = vault();
    let before = bytes(&path);
    let mut stepping = migrator(&path);
    assert_eq!(stepping.up().unwrap(), None);
    let plan = stepping.plan_down(version(0)).unwrap();
    let loss = Loss {
        table: "messages_template".into(),
        column: Some("reply_to".into()),
        values: 1,
    };
    assert!(plan.losses.contains(&loss), "{:?}", plan.losses);
    // Beside it, what the newest step made: the store fills it anew.
    let made_anew = |loss: &&Loss| loss.table != "messages_template";
    let others = plan.losses.iter().filter(made_anew);
    let tables: BTreeSet<&str> = others.map(|loss| loss.table.as_str()).collect();
    assert!(
        tables.is_subset(&BTreeSet::from([
            "audit_log",
            "contacts",
            "group_members",
            "vault_state"
        ])),
        "{tables:?}"
    );
    assert_eq!(plan.steps, after_first().into_iter().rev().collect::<Vec<_>>());
    assert_eq!(
        bytes(&path)["privatus.db"],
        before["privatus.db"],
        "a plan changes nothing"
    );
    let done = stepping.down(&plan).unwrap().unwrap();
    assert_eq!((done.from, done.to), (STEPS.newest(), version(0)));
    assert!(done.snapshot.path.exists());
    assert_eq!(stepping.verify().unwrap().problems, Vec::<String>::new());
    let status = stepping.status().unwrap();
    assert_eq!(
        status.iter().map(|step| step.pending).collect::<Vec<_>>(),
        all_but_first()
    );
    // And forward again, on the same handle.
    assert!(stepping.up().unwrap().is_some());
    assert_eq!(stepping.verify().unwrap().problems, Vec::<String>::new());
    drop(stepping);
    let store = unlock(&path).unwrap();
    is_content(&store);
    let chat = store.read(|tx| tx.conversations(1)).unwrap().remove(0).id;
    let page = store
        .read(|tx| tx.messages_page(&chat, &PageStart::Newest, 10))
        .unwrap();
    assert_eq!(page.messages.len(), 5);
    assert!(page.messages.iter().all(|message| message.reply_to.is_none()));
}

#[test]
fn what_a_step_back_may_not_do_is_refused() {
    let (_folder, path) = vault();
    let before = bytes(&path);
    let mut stepping = migrator(&path);
    let error = stepping.plan_down(7).unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound(Missing::Migration(7))),
        "{error}"
    );
    drop(stepping);
    assert_eq!(bytes(&path), before);
    // The SQL is executed: it must be what was written.
    for change in [
        "down_sql = down_sql || ' DROP TABLE contacts;'",
        "partition_down_sql = NULL",
        "irreversible = 'because'",
        "down_rows = '{}'",
        "mac = NULL",
        "applied_at = '2020-01-01 00:00:00.000'",
    ] {
        let (_folder, path) = vault();
        sql(
            &path,
            &format!(
                "UPDATE schema_migrations SET {change} WHERE version = {}",
                version(1)
            ),
        );
        let before = bytes(&path);
        let mut stepping = migrator(&path);
        let error = stepping.plan_down(version(0)).unwrap_err();
        assert!(matches!(error, StoreError::SchemaDiffers(_)), "{change}: {error}");
        let found = stepping.verify().unwrap().problems;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!stepping.status().unwrap()[1].reversible);
        drop(stepping);
        assert_eq!(bytes(&path), before, "{change}");
    }
}
