//! `access`: grant, revoke, list, check.

use privatus_domain::{
    Grant, GrantFilter, NewGrant, Permission, Permissions, Resource, ResourceKind, Timestamp, UserId,
};
use privatus_store::StoreError;
use serde_json::{Value, json};

use crate::args::{Access, Arguments, GrantArguments, Grantee};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::table::{self, Column};
use crate::text::one_line;
use crate::vault::open;
use crate::{find, moment, output};

pub(crate) fn run(arguments: &Arguments, command: &Access) -> Result<u8, Failure> {
    match command {
        Access::Grant(new) => grant(arguments, new),
        Access::Revoke { resource, to } => revoke(arguments, resource, to),
        Access::List { user, resource } => list(arguments, user.as_deref(), resource.as_deref()),
        Access::Check {
            resource,
            user,
            permission,
        } => check(arguments, resource, user, permission),
    }
}

fn user(name: &str) -> Result<UserId, StoreError> {
    Ok(UserId::new(name)?)
}

impl Grantee {
    /// Returns the user; `None` for everyone.
    fn user(&self) -> Result<Option<UserId>, StoreError> {
        self.user.as_deref().map(user).transpose()
    }
}

fn grant(arguments: &Arguments, new: &GrantArguments) -> Result<u8, Failure> {
    let named: Resource = new.resource.parse().map_err(StoreError::from)?;
    let to = new.to.user()?;
    let parsed: Result<Vec<Permission>, _> = new.permissions.iter().map(|word| word.parse()).collect();
    let permissions = parsed.and_then(Permissions::new).map_err(StoreError::from)?;
    let expires = new.expires.as_deref().map(moment::parse).transpose()?;
    let span = new.span.as_deref().map(span).transpose()?;
    let store = open(arguments)?;
    let on = find::resource(&store, named)?;
    let granted = store.write("access_grant", |tx| {
        let until = span.map(|span| Timestamp::from_unix_ms(tx.now().unix_ms().saturating_add(span)));
        let new = NewGrant {
            on,
            to,
            permissions,
            expires_at: until.transpose()?.or(expires),
        };
        tx.access_grant(&new)?;
        Ok::<_, StoreError>(new)
    })?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({
            "resource_type": granted.on.kind, "resource_id": granted.on.id(), "user_id": granted.to,
            "permissions": granted.permissions.to_json(), "expires_at": granted.expires_at,
        }))?;
        return Ok(0);
    }
    let until = granted
        .expires_at
        .map_or_else(String::new, |end| format!(" until {end}"));
    let words: Vec<&str> = granted.permissions.words().collect();
    output::line(&format!(
        "{} may {} {}{until}",
        who(granted.to.as_ref()),
        words.join(", "),
        shown(&granted.on)
    ))?;
    Ok(0)
}

fn revoke(arguments: &Arguments, resource: &str, to: &Grantee) -> Result<u8, Failure> {
    let named: Resource = resource.parse().map_err(StoreError::from)?;
    let to = to.user()?;
    let store = open(arguments)?;
    let on = find::resource_or_word(&store, named)?;
    store.write("access_revoke", |tx| {
        tx.permit_named(on.kind, on.id(), Permission::Admin)?;
        tx.access_revoke(&on, to.as_ref())
    })?;
    crate::vault::close(store);
    if arguments.json {
        output::json(&json!({
            "resource_type": on.kind, "resource_id": on.id(), "user_id": to, "result": "revoked",
        }))?;
    } else {
        output::line(&format!(
            "Revoked the grant to {} on {}",
            who(to.as_ref()),
            shown(&on)
        ))?;
    }
    Ok(0)
}

fn list(arguments: &Arguments, to: Option<&str>, resource: Option<&str>) -> Result<u8, Failure> {
    let to = to.map(user).transpose()?.map(Some);
    let named: Option<Resource> = resource
        .map(|text| text.parse().map_err(StoreError::from))
        .transpose()?;
    let store = open(arguments)?;
    let on = named
        .map(|named| find::resource_or_word(&store, named))
        .transpose()?;
    let grants = store.read(|tx| tx.access_list(&GrantFilter { to, on }))?;
    let now = store.now();
    crate::vault::close(store);
    let is_over = |grant: &Grant| grant.expires_at.is_some_and(|end| end <= now);
    if arguments.json {
        let grant = |grant: &Grant| {
            json!({
                "resource_type": grant.on.kind, "resource_id": grant.on.id(), "user_id": grant.to,
                "permissions": grant.permissions.to_json(), "granted_by": grant.granted_by,
                "granted_at": grant.granted_at, "expires_at": grant.expires_at, "is_expired": is_over(grant),
            })
        };
        let grants: Vec<Value> = grants.iter().map(grant).collect();
        output::json(&json!({ "grants": grants }))?;
        return Ok(0);
    }
    if grants.is_empty() {
        output::line("No grants. `privatus access grant RESOURCE USER --permissions LIST` creates one.")?;
        return Ok(0);
    }
    let row = |grant: &Grant| {
        let end = match grant.expires_at {
            None => String::new(),
            Some(end) if is_over(grant) => format!("{} (over)", end.to_sql().get(..16).unwrap_or_default()),
            Some(end) => end.to_sql().get(..16).unwrap_or_default().to_owned(),
        };
        let words: Vec<&str> = grant.permissions.words().collect();
        vec![
            grant.on.to_string(),
            who(grant.to.as_ref()),
            words.join(", "),
            end,
        ]
    };
    let columns = [
        Column::resource("resource"),
        Column::name("user", 20),
        Column::text("may", 26).dropped(2),
        Column::text("until (UTC)", 23).dropped(1),
    ];
    table::print(&columns, grants.iter().map(row).collect())?;
    Ok(0)
}

fn check(arguments: &Arguments, resource: &str, name: &str, permission: &str) -> Result<u8, Failure> {
    let named: Resource = resource.parse().map_err(StoreError::from)?;
    let user = user(name)?;
    let permission: Permission = permission.parse().map_err(StoreError::from)?;
    let store = open(arguments)?;
    let on = find::resource_or_word(&store, named)?;
    let allowed = store.read(|tx| {
        // The store checks this too, but would log a word that names nothing.
        if tx.user() != Some(&user) {
            tx.permit_named(on.kind, on.id(), Permission::Admin)?;
        }
        tx.access_check(&user, &on, permission)
    })?;
    crate::vault::close(store);
    let printed = if arguments.json {
        output::json(&json!({ "allowed": allowed }))
    } else {
        let word = if allowed { "may" } else { "may not" };
        output::line(&format!(
            "{} {word} {permission} {}",
            who(Some(&user)),
            shown(&on)
        ))
    };
    // The exit code is the answer, even if nobody reads the text.
    match printed {
        Err(Failure::ClosedPipe) | Ok(()) => {}
        Err(error) => return Err(error),
    }
    Ok(if allowed { 0 } else { Exit::AccessDenied.code() })
}

fn who(to: Option<&UserId>) -> String {
    to.map_or_else(|| "(everyone)".to_owned(), |to| one_line(to.as_str(), 40))
}

fn shown(on: &Resource) -> String {
    match (on.kind, on.id()) {
        (ResourceKind::Vault, Resource::EVERY) => "the whole vault".to_owned(),
        (kind, Resource::EVERY) => format!("every {kind}"),
        _ => one_line(&on.to_string(), 60),
    }
}

/// Returns the milliseconds of `30m`, `12h`, `7d` or `2w`.
fn span(text: &str) -> Result<i64, Failure> {
    let wrong = || {
        let text = one_line(text, 40);
        Failure::Refused(format!(
            "{text:?} is not a valid duration; write it as 30m, 12h, 7d or 2w"
        ))
    };
    let unit = match text.chars().last() {
        Some('m') => 60_000,
        Some('h') => 3_600_000,
        Some('d') => 86_400_000,
        Some('w') => 604_800_000_i64,
        _ => return Err(wrong()),
    };
    let count = text
        .get(..text.len() - 1)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let count: i64 = count.and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
    Ok(count.saturating_mul(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_moments() {
        assert_eq!(
            ["30m", "12h", "7d", "2w", "0d"].map(|text| span(text).unwrap()),
            [1_800_000, 43_200_000, 604_800_000, 1_209_600_000, 0]
        );
        for wrong in [
            "",
            "d",
            "7",
            "-7d",
            "+7d",
            "7 d",
            "7y",
            "1.5h",
            "99999999999999999999d",
            "ä",
        ] {
            assert_eq!(span(wrong).unwrap_err().exit(), Exit::Refused, "{wrong}");
        }
        assert_eq!(
            moment::parse("2027-01-31").unwrap().to_sql(),
            "2027-01-31 00:00:00.000"
        );
        assert_eq!(
            moment::parse("2027-01-31T01:00:00+01:00").unwrap(),
            moment::parse("2027-01-31").unwrap()
        );
        for wrong in ["", "2027-02-30", "tomorrow", "2027-01-31T"] {
            assert_eq!(moment::parse(wrong).unwrap_err().exit(), Exit::Refused, "{wrong}");
        }
    }
}
