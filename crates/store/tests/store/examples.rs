//! Runs each example of `crates/store/examples`.

#[path = "../../examples/chat.rs"]
#[allow(dead_code, reason = "its `main`")]
mod chat;
#[path = "../../examples/import.rs"]
#[allow(dead_code, reason = "its `main`")]
mod import;
#[path = "../../examples/schema_change.rs"]
#[allow(dead_code, reason = "its `main`")]
mod schema_change;

#[test]
fn a_chat_goes_on_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join("vault");
    assert_eq!(chat::chat(&vault).unwrap(), 121);
    assert_eq!(chat::chat(&vault).unwrap(), 242);
}

#[test]
fn a_second_import_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let history = "2024-05-01T09:30:00Z\tAlice\tHello\n2024-05-01T09:30:12Z\tBob\tHello\n";
    let [first, second] = import::import_into(&folder.path().join("vault"), history).unwrap();
    assert_eq!((first.added, first.known), (2, 0));
    assert_eq!((second.added, second.known), (0, 2));
}

#[test]
fn a_step_goes_back_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    schema_change::schema_change(&folder.path().join("vault")).unwrap();
}
