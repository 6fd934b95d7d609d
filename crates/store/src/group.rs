//! Groups so far as a group message needs one: created, members by name, the size limit held.

use privatus_domain::group::{Admission, Group, NewGroup, NewMember};
use privatus_domain::{ContactId, ConversationId, ConversationKind, GroupId, MemberLimit, Timestamp};

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::{ReadTx, WriteTx};

type Row = (String, String, String, Option<i32>, Option<String>);
const COLUMNS: &str = "group_id, name, group_type, max_members, created_at";

impl ReadTx<'_> {
    /// All groups with their members, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn groups(&mut self) -> Result<Vec<Group>, StoreError> {
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM groups ORDER BY group_id"));
        let rows: Vec<Row> = self.link.rows(sql, "list the groups")?;
        rows.into_iter().map(|row| self.group_from(row)).collect()
    }

    /// A group by its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn group_by_id(&mut self, id: &GroupId) -> Result<Group, StoreError> {
        let text = id.to_string();
        let sql = Sql::new(format!("SELECT {COLUMNS} FROM groups WHERE group_id = ?"));
        let row = self.link.row(sql.bind(text.as_str()), "find a group")?;
        self.group_from(row.ok_or_else(|| StoreError::NotFound(format!("group {id}")))?)
    }

    fn group_from(&mut self, row: Row) -> Result<Group, StoreError> {
        self.group_decode(row).map_err(StoreError::of_stored)
    }

    fn group_decode(&mut self, (id, name, kind, limit, created_at): Row) -> Result<Group, StoreError> {
        let sql = Sql::new(
            "SELECT contact_id, display_name FROM group_members WHERE group_id = ? ORDER BY contact_id",
        );
        let rows: Vec<(String, String)> = self.link.rows(sql.bind(id.as_str()), "list a group's members")?;
        let members: Result<Vec<(ContactId, String)>, StoreError> = rows
            .into_iter()
            .map(|(id, name)| Ok((id.parse()?, name)))
            .collect();
        Ok(Group {
            id: id.parse()?,
            name,
            kind: kind.parse()?,
            limit: limit
                .and_then(|limit| u32::try_from(limit).ok())
                .unwrap_or_default(),
            created_at: created_at
                .as_deref()
                .map(Timestamp::parse)
                .transpose()?
                .unwrap_or(Timestamp::MIN),
            members: members?,
        })
    }
}

impl WriteTx<'_> {
    /// Creates a group and its conversation; one that is there already is left as it is.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_create(&mut self, new: &NewGroup) -> Result<ConversationId, StoreError> {
        self.group_create_in(new, &ConversationId::new(new.id.as_id().clone()))
    }

    /// The same with the conversation's id given, for an export that is read back.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_create_in(
        &mut self,
        new: &NewGroup,
        conversation: &ConversationId,
    ) -> Result<ConversationId, StoreError> {
        let id = new.id.to_string();
        let (created, now) = (new.created_at.to_sql(), self.now().to_sql());
        let sql = Sql::new(
            "INSERT INTO groups (group_id, name, group_type, max_members, is_anonymous, created_at, updated_at) \
             VALUES (?, ?, ?, ?, FALSE, ?, ?) ON CONFLICT (group_id) DO NOTHING",
        );
        let sql = sql
            .bind(id.as_str())
            .bind(new.name.as_str())
            .bind(new.kind.as_str())
            .bind(i64::from(new.limit.get()))
            .bind(created.as_str())
            .bind(now.as_str());
        self.link.run(sql, "create a group")?;
        self.conversation_ensure(ConversationKind::Group, &id, &conversation.to_string())
    }

    /// Adds members; those that are in already stay as they are. All of them fit, or none is added.
    ///
    /// # Errors
    /// [`StoreError::Refused`] past the group's limit, [`StoreError::NotFound`] for an unknown group or contact.
    pub fn group_members_add(&mut self, group: &GroupId, adding: &[NewMember]) -> Result<(), StoreError> {
        let known = self.group_by_id(group)?;
        let new: Vec<&NewMember> = adding
            .iter()
            .filter(|member| {
                known
                    .members
                    .iter()
                    .all(|(contact, _)| *contact != member.contact)
            })
            .collect();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let admission = MemberLimit::new(known.limit)?.admit(count(known.members.len()), count(new.len()))?;
        self.group_members_insert(group, &new, &admission)
    }

    fn group_members_insert(
        &mut self,
        group: &GroupId,
        members: &[&NewMember],
        _admission: &Admission,
    ) -> Result<(), StoreError> {
        let (group, now) = (group.to_string(), self.now().to_sql());
        for member in members {
            let contact = self.contact_by_id(&member.contact)?.id.to_string();
            let sql = Sql::new(
                "INSERT INTO group_members (group_id, contact_id, display_name, role, joined_at, last_active, \
                 created_at, updated_at) VALUES (?, ?, ?, 'member', ?, ?, ?, ?) \
                 ON CONFLICT (group_id, contact_id) DO NOTHING",
            );
            let sql = sql
                .bind(group.as_str())
                .bind(contact.as_str())
                .bind(member.display_name.as_str())
                .bind(now.as_str())
                .bind(now.as_str())
                .bind(now.as_str())
                .bind(now.as_str());
            self.link.run(sql, "add a member")?;
        }
        Ok(())
    }

    /// Members of a group, counted.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub fn group_member_count(&mut self, group: &GroupId) -> Result<u64, StoreError> {
        let id = group.to_string();
        let sql = Sql::new("SELECT count(*) FROM group_members WHERE group_id = ?");
        let count: Option<i64> = self.link.row(sql.bind(id.as_str()), "count members")?;
        Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
    }
}
