//! The note around migration steps.

#![allow(clippy::disallowed_methods)]

use super::*;

#[test]
fn a_step_back_by_the_program_and_up_again_is_no_alarm() {
    let vault = Closed::new();
    let path = vault.path.clone();
    let steps = |path: &Path| {
        let mut migrator = Migrator::unlock(path, &secret(), &options(clock)).unwrap();
        let to = migrator.status().unwrap().first().unwrap().version;
        let plan = migrator.plan_down(to).unwrap();
        migrator.down(&plan).unwrap().unwrap();
        to
    };
    let to = steps(&path);
    assert_eq!((note(&path).schema, note(&path).going_to), (to, to));
    let store = vault.open();
    assert_eq!((warned(&store), alarms(&store)), (String::new(), Vec::new()));
    store.close().unwrap();
    assert_eq!(note(&path).schema, Migrator::newest());
    // A contradiction between the key ring and a log is recorded first.
    let store = vault.open();
    let entry = note(&path).log_id;
    store
        .with_writer(|db| {
            let sql = format!("DELETE FROM audit_log WHERE log_id = {entry}");
            Ok(db.raw().execute_batch(&sql)?)
        })
        .unwrap();
    store.close().unwrap();
    steps(&path);
    let store = vault.open();
    assert_eq!(alarms(&store), [Severity::Critical]);
}

/// An open must report it, so it is not overwritten.
#[test]
fn a_database_that_is_older_than_the_note_is_not_stepped_back_further() {
    let vault = Closed::new();
    let path = vault.path.clone();
    let mut migrator = Migrator::unlock(&path, &secret(), &options(clock)).unwrap();
    let all = migrator.status().unwrap();
    let versions: Vec<_> = all.iter().map(|step| step.version).collect();
    let plan = migrator.plan_down(*versions.get(1).unwrap()).unwrap();
    let before = COPIES.map(|name| fs::read(path.join(name)).unwrap());
    migrator.down(&plan).unwrap();
    drop(migrator);
    // As an older build that does not know the note leaves it.
    for (name, bytes) in COPIES.iter().zip(&before) {
        fs::write(path.join(name), bytes).unwrap();
    }
    let mut migrator = Migrator::unlock(&path, &secret(), &options(clock)).unwrap();
    let plan = migrator.plan_down(*versions.first().unwrap()).unwrap();
    let error = migrator.down(&plan).unwrap_err();
    assert!(matches!(error, StoreError::SchemaDiffers(_)), "{error}");
}
