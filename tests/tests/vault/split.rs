//! Cutting SQL text into statements, and a short name for each.

/// The statements without their comments, each with single spaces, without the semicolon.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut rest = sql.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '-' if !quoted && rest.peek() == Some(&'-') => {
                rest.by_ref().find(|character| *character == '\n');
                current.push(' ');
            }
            ';' if !quoted => statements.push(std::mem::take(&mut current)),
            _ => {
                quoted ^= character == '\'';
                current.push(character);
            }
        }
    }
    statements.push(current);
    let spaced = statements
        .iter()
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    spaced.filter(|text| !text.is_empty()).collect()
}

/// `CREATE TABLE contacts`, `CREATE INDEX idx_keys_expiring`, `ALTER TABLE messages ADD CONSTRAINT …`; any other
/// statement is its own name.
pub(crate) fn name(statement: &str) -> String {
    let end = if statement.starts_with("CREATE TABLE") {
        " ("
    } else if statement.starts_with("CREATE INDEX") {
        " ON "
    } else if statement.contains("ADD CONSTRAINT") {
        " CHECK"
    } else {
        return statement.to_owned();
    };
    statement.split(end).next().unwrap().to_owned()
}

#[test]
fn comments_and_quotes_do_not_confuse() {
    assert_eq!(
        statements("-- a; b\nSELECT ';--' ; -- c\n\nVACUUM;\n--"),
        ["SELECT ';--'", "VACUUM"]
    );
    assert_eq!(name("CREATE INDEX i ON t(c) WHERE x"), "CREATE INDEX i");
}
