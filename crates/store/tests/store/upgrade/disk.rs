//! A disk that fills.

use privatus_sqlite::ErrorCode;
use privatus_sqlite::fault::FaultVfs;
use privatus_store::{Store, StoreError, VaultOptions};

use super::{bytes, is_content, migrator, old_vault, options, secret};

#[test]
fn a_disk_that_fills_at_any_place_leaves_whole_steps() {
    const NAME: &str = "full-in-an-upgrade";
    let faults = FaultVfs::register(NAME).unwrap();
    let (_folder, path) = old_vault();
    let keys = Store::unlock_keys(&path, &secret()).unwrap();
    let options = VaultOptions {
        vfs: Some(NAME.into()),
        ..options()
    };
    let mut refused = 0;
    for space in (0..).step_by(20_000) {
        faults.fail_writes_after(space, ErrorCode::Full);
        let opened = Store::open(&path, &keys, &options);
        faults.disarm();
        match opened {
            Ok(store) => {
                assert!(store.upgrade().is_some());
                is_content(&store);
                break;
            }
            Err(error) => {
                refused += 1;
                assert!(
                    matches!(error, StoreError::DiskFull | StoreError::NoRoom { .. }),
                    "{space}: {error}"
                );
                let mut stepping = migrator(&path);
                let nothing_done = stepping.status().unwrap()[1].pending;
                let names: Vec<String> = bytes(&path)
                    .into_keys()
                    .filter(|name| name.contains("snapshot"))
                    .collect();
                // No copy takes the room that is needed, unless a step before the one that failed was kept.
                assert_eq!(names.is_empty(), nothing_done, "{space}: {names:?}");
                assert_eq!(
                    stepping.verify().unwrap().problems,
                    Vec::<String>::new(),
                    "{space}"
                );
                assert!(
                    stepping.status().unwrap().iter().any(|step| step.pending),
                    "{space}"
                );
            }
        }
    }
    assert!(refused > 10, "{refused}");
}
