//! Bugs that a test plants in the model, one at a time. The product has no trace of them: store and model are compared
//! both ways, so a model that forgets a rule differs from the store as a store that forgets it differs from the model.

use std::cell::Cell;

/// A rule that the model breaks while it is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    UnreadNotLowered,
    TombstoneCounted,
    SizeOffByOne,
    RoleNotChecked,
    OwnerMayLeave,
    BanForgotten,
    KeyNotRotated,
    EditAtItsMessage,
    ReplyAcrossConversations,
    VerifiedKeptWithNewKey,
    FoldedNameStale,
    RemovedIdForgotten,
    TransferStepNotChecked,
    ProgressBackwards,
    ExpiryForgotten,
    GrantOfAnyKind,
    SettingScopeIgnored,
    RemovalNotAudited,
    RefusalNotAudited,
}

impl Bug {
    pub(crate) const ALL: [Self; 19] = [
        Self::UnreadNotLowered,
        Self::TombstoneCounted,
        Self::SizeOffByOne,
        Self::RoleNotChecked,
        Self::OwnerMayLeave,
        Self::BanForgotten,
        Self::KeyNotRotated,
        Self::EditAtItsMessage,
        Self::ReplyAcrossConversations,
        Self::VerifiedKeptWithNewKey,
        Self::FoldedNameStale,
        Self::RemovedIdForgotten,
        Self::TransferStepNotChecked,
        Self::ProgressBackwards,
        Self::ExpiryForgotten,
        Self::GrantOfAnyKind,
        Self::SettingScopeIgnored,
        Self::RemovalNotAudited,
        Self::RefusalNotAudited,
    ];

    /// Whether the model is wrong where it is compared with the store, and not where it takes a step.
    pub(crate) fn is_in_comparisons(self) -> bool {
        use Bug::{ExpiryForgotten, FoldedNameStale, GrantOfAnyKind, TombstoneCounted};
        matches!(
            self,
            ExpiryForgotten | FoldedNameStale | GrantOfAnyKind | TombstoneCounted
        )
    }

    /// Whether this bug is planted.
    pub(crate) fn is_planted(self) -> bool {
        PLANTED.get() == Some(self)
    }
}

thread_local! {
    /// Each story runs in one thread, while the test of the good store runs in another.
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in this thread, or none.
pub(crate) fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}
