//! `groups`: made, changed, shown; members added, promoted, removed.

mod acting;
mod change;
mod json;
mod members;
mod show;

use crate::args::{Arguments, Groups};
use crate::failure::Failure;

pub(crate) fn run(arguments: &Arguments, command: &Groups) -> Result<u8, Failure> {
    match command {
        Groups::List { seen_by } => show::list(arguments, seen_by.as_deref()),
        Groups::Show { group, names } => show::show(arguments, group, *names),
        Groups::Create(new) => change::create(arguments, new),
        Groups::Set(set) => change::set(arguments, set),
        Groups::Delete { group, yes, by } => change::delete(arguments, group, *yes, by),
        Groups::Members { group, names } => show::members(arguments, group, *names),
        Groups::Add {
            group,
            contact,
            role,
            name,
            by,
        } => members::add(arguments, (group, contact), (role, name.as_deref()), by),
        Groups::Role { of, role, by } => members::role(arguments, of, role, by),
        Groups::Transfer { of, by } => members::transfer(arguments, of, by),
        Groups::Remove { of, by } => members::remove(arguments, of, by),
        Groups::Ban { of, by } => members::ban(arguments, of, by),
        Groups::Unban { of, by } => members::unban(arguments, of, by),
        Groups::Leave { group, by } => members::leave(arguments, group, by),
        Groups::Permissions { of, permissions, by } => members::permissions(arguments, of, permissions, by),
    }
}
