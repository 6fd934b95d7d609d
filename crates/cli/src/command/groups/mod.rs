//! `groups`: lists and changes groups and their members.

mod acting;
mod by_name;
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
        Groups::Role { target, role, by } => members::role(arguments, target, role, by),
        Groups::Transfer { target, by } => members::transfer(arguments, target, by),
        Groups::Remove { target, by } => members::remove(arguments, target, by),
        Groups::Ban { target, by } => members::ban(arguments, target, by),
        Groups::Unban { target, by } => members::unban(arguments, target, by),
        Groups::Leave { group, by } => members::leave(arguments, group, by),
        Groups::Permissions {
            target,
            permissions,
            by,
        } => members::permissions(arguments, target, permissions, by),
    }
}
