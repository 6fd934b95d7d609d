//! The statement that lists entries by a filter, and the index that it uses.

use privatus_domain::{Act, AuditFilter, Resource};

/// Returns the index clause for a filter: the most selective index that fits it.
fn index(filter: &AuditFilter) -> &'static str {
    let is_timed = filter.since.is_some() || filter.until.is_some();
    let id = filter.on.as_ref().and_then(|(_, id)| id.as_deref());
    match filter {
        _ if is_failed_authentication(filter) => "INDEXED BY idx_audit_failed_auth",
        _ if id.is_some_and(|id| id != Resource::EVERY) => "INDEXED BY idx_audit_resource",
        AuditFilter { user: Some(_), .. } => "INDEXED BY idx_audit_user_events",
        _ if is_timed => "INDEXED BY idx_audit_timestamp_type",
        AuditFilter {
            event_type: Some(_), ..
        } => "INDEXED BY idx_audit_event_type",
        AuditFilter { on: Some(_), .. } => "INDEXED BY idx_audit_resource",
        AuditFilter {
            failed_only: true, ..
        } => "INDEXED BY idx_audit_suspicious",
        _ => "NOT INDEXED",
    }
}

/// Whether the filter asks for failed authentications. The specification has an index for just that; it needs literal
/// values instead of binds.
pub(super) fn is_failed_authentication(filter: &AuditFilter) -> bool {
    filter.failed_only && filter.event_type.as_deref() == Some(Act::Unlock.event_type())
}

/// The columns of [`EntryRow`].
pub(super) const COLUMNS: &str = "log_id, timestamp, event_type, user_id, resource_type, resource_id, action, details, ip_address, \
                       user_agent, success, error_message, mac, key_number";

/// Returns the statement for a filter: it finds the numbers through the index first, and only then reads the rows.
pub(super) fn statement(filter: &AuditFilter, limit: usize) -> String {
    let is_failed_authentication = is_failed_authentication(filter);
    let id = filter.on.as_ref().and_then(|(_, id)| id.as_deref());
    let parts = [
        (filter.since.is_some(), "timestamp >= ?"),
        (filter.until.is_some(), "timestamp < ?"),
        (is_failed_authentication, "event_type = 'authentication'"),
        (
            filter.event_type.is_some() && !is_failed_authentication,
            "event_type = ?",
        ),
        (filter.user.is_some(), "user_id = ?"),
        (filter.on.is_some(), "resource_type = ?"),
        (id.is_some_and(|id| id != Resource::EVERY), "resource_id = ?"),
        (filter.failed_only, "success = FALSE"),
        (filter.before.is_some(), "log_id < ?"),
    ];
    let wanted: Vec<&str> = parts
        .into_iter()
        .filter_map(|(is_wanted, part)| is_wanted.then_some(part))
        .collect();
    let wheres = if wanted.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", wanted.join(" AND "))
    };
    format!(
        "SELECT {COLUMNS} FROM audit_log WHERE log_id IN (SELECT log_id FROM audit_log {} {wheres} \
         ORDER BY log_id DESC LIMIT {limit}) ORDER BY log_id DESC",
        index(filter)
    )
}
