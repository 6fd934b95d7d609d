//! Member rules: who may do what to whom in a group.

use crate::member_error::MemberError;
use crate::role::{MemberAction, Role};

/// An action, its target, and whether the owner, an admin and a member may do it.
type Rule = (MemberAction, Option<Role>, [bool; 3]);

const OWNER: [bool; 3] = [true, false, false];
const STAFF: [bool; 3] = [true, true, false];
const OTHERS: [bool; 3] = [false, true, true];
const NOBODY: [bool; 3] = [false, false, false];

/// Who may do what to whom. This is the only table (docs/DATA_MODEL.md prints it). The group's type further limits who
/// may add members.
const RULES: [Rule; 24] = [
    (MemberAction::Add, Some(Role::Owner), NOBODY),
    (MemberAction::Add, Some(Role::Admin), OWNER),
    (MemberAction::Add, Some(Role::Member), STAFF),
    (MemberAction::Remove, Some(Role::Owner), NOBODY),
    (MemberAction::Remove, Some(Role::Admin), OWNER),
    (MemberAction::Remove, Some(Role::Member), STAFF),
    (MemberAction::Ban, Some(Role::Owner), NOBODY),
    (MemberAction::Ban, Some(Role::Admin), OWNER),
    (MemberAction::Ban, Some(Role::Member), STAFF),
    (MemberAction::Unban, None, STAFF),
    (MemberAction::ChangeRole, Some(Role::Owner), NOBODY),
    (MemberAction::ChangeRole, Some(Role::Admin), OWNER),
    (MemberAction::ChangeRole, Some(Role::Member), OWNER),
    (MemberAction::ChangePermissions, Some(Role::Owner), NOBODY),
    (MemberAction::ChangePermissions, Some(Role::Admin), OWNER),
    (MemberAction::ChangePermissions, Some(Role::Member), STAFF),
    (MemberAction::Transfer, Some(Role::Owner), NOBODY),
    (MemberAction::Transfer, Some(Role::Admin), OWNER),
    (MemberAction::Transfer, Some(Role::Member), OWNER),
    (MemberAction::Leave, None, OTHERS),
    (MemberAction::ChangeGroup, None, STAFF),
    (MemberAction::ChangeType, None, OWNER),
    (MemberAction::RemoveGroup, None, OWNER),
    // A contact can be banned before they were ever a member.
    (MemberAction::Ban, None, STAFF),
];

/// Looks up whether a role may do something. The target is the role that is acted on, or `None` if there is none.
///
/// # Errors
/// [`MemberError`] says who may not do what, and who may.
pub fn member_may(actor: Role, action: MemberAction, target: Option<Role>) -> Result<(), MemberError> {
    let allowed = RULES
        .iter()
        .find(|(of, on, _)| (*of, *on) == (action, target))
        .map_or(NOBODY, |(.., allowed)| *allowed);
    let index = |role| Role::ALL.iter().position(|other| *other == role);
    if index(actor).and_then(|at| allowed.get(at)) == Some(&true) {
        return Ok(());
    }
    Err(match (action, target) {
        (MemberAction::Add, Some(Role::Owner)) => MemberError::SecondOwner,
        (MemberAction::Remove | MemberAction::Ban | MemberAction::ChangeRole, Some(Role::Owner)) => {
            MemberError::OwnerStays
        }
        (MemberAction::Leave, _) => MemberError::OwnerLeaves,
        _ => MemberError::NotAllowed {
            actor,
            action,
            target,
            allowed: who(allowed),
        },
    })
}

/// Who may do it, in words.
const fn who(allowed: [bool; 3]) -> &'static str {
    match allowed {
        [true, false, false] => "only the owner may",
        [true, true, false] => "only the owner or an admin may",
        _ => "nobody may",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cell, written out: `o`, `a`, `m` for who may.
    const CELLS: [(MemberAction, [&str; 4]); 11] = {
        use MemberAction::*;
        // On the owner, on an admin, on a member, on nobody.
        [
            (Add, ["", "o", "oa", ""]),
            (Remove, ["", "o", "oa", ""]),
            (Ban, ["", "o", "oa", "oa"]),
            (Unban, ["", "", "", "oa"]),
            (ChangeRole, ["", "o", "o", ""]),
            (ChangePermissions, ["", "o", "oa", ""]),
            (Transfer, ["", "o", "o", ""]),
            (Leave, ["", "", "", "am"]),
            (ChangeGroup, ["", "", "", "oa"]),
            (ChangeType, ["", "", "", "o"]),
            (RemoveGroup, ["", "", "", "o"]),
        ]
    };

    #[test]
    fn every_cell_is_what_it_should_be() {
        let targets = [Some(Role::Owner), Some(Role::Admin), Some(Role::Member), None];
        for (action, cells) in CELLS {
            for (target, cell) in targets.into_iter().zip(cells) {
                for (actor, letter) in Role::ALL.into_iter().zip(["o", "a", "m"]) {
                    let allowed = member_may(actor, action, target).is_ok();
                    assert_eq!(allowed, cell.contains(letter), "{actor} {action:?} {target:?}");
                }
            }
        }
    }

    #[test]
    fn the_document_prints_the_table() {
        let mut table = String::from("| action | on | owner | admin | member |\n|---|---|---|---|---|\n");
        for (action, target, allowed) in RULES {
            let words = allowed.map(|yes| if yes { "yes" } else { "no" });
            table.push_str(&format!(
                "| {} | {} | {} |\n",
                action.words(),
                target.map_or("", Role::words),
                words.join(" | ")
            ));
        }
        let document = include_str!("../../../docs/DATA_MODEL.md");
        assert!(
            document.contains(&table),
            "docs/DATA_MODEL.md needs this table:\n{table}"
        );
    }

    #[test]
    fn what_is_refused_is_said() {
        let said = |actor, action, target| member_may(actor, action, target).unwrap_err().to_string();
        assert_eq!(
            said(Role::Admin, MemberAction::Remove, Some(Role::Admin)),
            "an admin may not remove an admin; only the owner may"
        );
        assert_eq!(
            said(Role::Member, MemberAction::ChangeGroup, None),
            "a member may not change the group; only the owner or an admin may"
        );
        assert!(said(Role::Owner, MemberAction::Leave, None).contains("first"));
        for action in [MemberAction::Remove, MemberAction::Ban, MemberAction::ChangeRole] {
            let stays = said(Role::Admin, action, Some(Role::Owner));
            assert!(stays.starts_with("the owner cannot be removed"), "{stays}");
        }
        assert!(said(Role::Owner, MemberAction::Add, Some(Role::Owner)).contains("one owner"));
        let error = "king".parse::<Role>().unwrap_err().to_string();
        assert_eq!(error, "unknown role \"king\"; use owner, admin or member");
    }
}
