//! The bugs, and which of them stands.

use std::cell::Cell;

/// A rule that is broken while it is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says what is wrong")]
pub enum Bug {
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
    /// Every bug.
    pub const ALL: [Self; 19] = [
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
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in this thread, or none.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted.
#[must_use]
pub fn is_planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}
