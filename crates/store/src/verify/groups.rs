//! Every group against the rules that its members live by.

use super::Verification;
use crate::db::statement::Sql;
use crate::error::StoreError;
use crate::tx::ReadTx;

/// A statement that finds groups which break a rule, and what to say of them.
const RULES: [(&str, &str); 4] = [
    (
        "SELECT group_id FROM groups AS g WHERE (SELECT count(*) FROM group_members AS m \
         WHERE m.group_id = g.group_id) > max_members",
        "has more members than its limit",
    ),
    (
        "SELECT group_id FROM groups AS g WHERE (SELECT count(*) FROM group_members AS m \
         WHERE m.group_id = g.group_id AND m.role = 'owner') <> 1",
        "has not exactly one owner",
    ),
    (
        "SELECT DISTINCT m.group_id FROM group_members AS m JOIN group_bans AS b \
         ON b.group_id = m.group_id AND b.contact_id = m.contact_id",
        "has a member who is banned from it",
    ),
    (
        "SELECT group_id FROM groups AS g WHERE key_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM key_store AS k WHERE k.key_id = g.key_id AND k.key_type = 'group' \
         AND k.scope = g.group_id AND length(k.encrypted_key) > 0)",
        "names no living key of its own",
    ),
];

impl ReadTx<'_> {
    /// One owner, no more members than the limit, nobody who is banned or unknown, a key that lives.
    pub(super) fn verify_groups(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        for (sql, what) in RULES {
            let groups: Vec<String> = self.db.rows(Sql::new(sql), "check the groups")?;
            for group in groups {
                found.problem(format!("group {group} {what}"));
            }
        }
        // The vault's own user is a member without being a contact.
        let own = self.own_id().to_string();
        let sql = Sql::new(
            "SELECT DISTINCT group_id FROM group_members AS m WHERE contact_id <> ? AND NOT EXISTS \
             (SELECT 1 FROM contacts AS c WHERE c.contact_id = m.contact_id)",
        );
        let groups: Vec<String> = self.db.rows(sql.bind(own.as_str()), "check the members")?;
        for group in groups {
            found.problem(format!("group {group} has a member who is no contact"));
        }
        Ok(())
    }
}
