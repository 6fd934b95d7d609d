//! What can happen in a story. Every step can be taken in every state: one that breaks a rule must be refused.

use proptest::prelude::*;

use crate::machine::access::{self, AccessStep};
use crate::machine::audit::{self, AuditStep};
use crate::machine::contacts::{self, ContactStep};
use crate::machine::groups::{self, GroupStep};
use crate::machine::keys::{self, KeyStep};
use crate::machine::messages::{self, MessageStep};
use crate::machine::model::Model;
use crate::machine::security::{self, SecurityStep};
use crate::machine::settings::{self, SettingStep};
use crate::machine::transfers::{self, TransferStep};
use crate::machine::vault::{self, VaultStep};

/// What one transaction does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Contact(ContactStep),
    Group(GroupStep),
    Message(MessageStep),
    Transfer(TransferStep),
    Setting(SettingStep),
    Access(AccessStep),
    Audit(AuditStep),
    Security(SecurityStep),
    Key(KeyStep),
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// An act of the vault's own user, or of one of the application's users.
    Act { act: Act, user: Option<usize> },
    /// Acts that one transaction does, and then gives up.
    GivenUp(Vec<Act>),
    /// What happens to the vault as a whole.
    Vault(VaultStep),
}

fn act(model: &Model) -> BoxedStrategy<Act> {
    prop_oneof![
        8 => contacts::steps(model).prop_map(Act::Contact),
        16 => groups::steps(model).prop_map(Act::Group),
        10 => messages::steps(model).prop_map(Act::Message),
        12 => transfers::steps(model).prop_map(Act::Transfer),
        4 => settings::steps().prop_map(Act::Setting),
        6 => access::steps().prop_map(Act::Access),
        1 => audit::steps().prop_map(Act::Audit),
        2 => security::steps(model).prop_map(Act::Security),
        1 => keys::steps().prop_map(Act::Key),
    ]
    .boxed()
}

/// Users mostly turn to contacts, so that grants are asked for.
fn act_of_user(model: &Model) -> BoxedStrategy<Act> {
    prop_oneof![1 => contacts::steps(model).prop_map(Act::Contact), 1 => act(model)].boxed()
}

/// Steps that mostly have something to work on.
pub(crate) fn steps(model: &Model) -> BoxedStrategy<Step> {
    prop_oneof![
        13 => act(model).prop_map(|act| Step::Act { act, user: None }),
        6 => (act_of_user(model), access::user()).prop_map(|(act, user)| Step::Act { act, user: Some(user) }),
        1 => prop::collection::vec(act(model), 1..4).prop_map(Step::GivenUp),
        2 => vault::steps(model).prop_map(Step::Vault),
    ]
    .boxed()
}

/// One of those that are there, or now and then any.
pub(crate) fn some_of<T: Clone + std::fmt::Debug + 'static>(
    there: impl IntoIterator<Item = T>,
    any: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    let there: Vec<T> = there.into_iter().collect();
    if there.is_empty() {
        return any.boxed();
    }
    prop_oneof![5 => prop::sample::select(there), 1 => any].boxed()
}
