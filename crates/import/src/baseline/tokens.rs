//! Tokens of SQL text, for comparing it without regard to white space, comments, case and quotes.

/// One word, number, quoted text or symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    /// Whether it was in quotes, and so is not a keyword or symbol.
    is_quoted: bool,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        !self.is_quoted && self.text == text
    }
}

/// Normalizes a text: its tokens separated by spaces, in lower case except inside `'…'`.
pub(super) fn normal(sql: &str) -> String {
    join(&tokens(sql))
}

/// Each `CHECK (…)` of a CREATE TABLE, normalized, in order.
pub(super) fn checks(sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let rest = tokens.get(at + 1..).unwrap_or_default();
        if !token.is("check") || !rest.first().is_some_and(|next| next.is("(")) {
            continue;
        }
        let mut depth = 0_usize;
        let end = rest.iter().position(|token| {
            if token.is("(") {
                depth += 1;
            } else if token.is(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0
        });
        let inside = end.and_then(|end| rest.get(1..end)).unwrap_or(rest);
        found.push(join(inside));
    }
    found
}

/// Returns whether a keyword occurs in the text outside quotes and comments.
pub(super) fn has_word(sql: &str, word: &str) -> bool {
    tokens(sql).iter().any(|token| token.is(word))
}

fn join(tokens: &[Token]) -> String {
    let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    texts.join(" ")
}

fn tokens(sql: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            // Skip the opening `/*`, so that `/*/` does not end the comment.
            let inside = rest.get(2..).unwrap_or_default();
            inside.find("*/").map_or(rest.len(), |end| end + 4)
        } else if let Some(closing) = closing(first) {
            let (text, length) = quoted(rest, closing);
            let text = if first == '\'' { text } else { text.to_lowercase() };
            tokens.push(Token {
                text,
                is_quoted: true,
            });
            length
        } else {
            let length = if is_of_word(first) {
                rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())
            } else {
                operator(rest).unwrap_or(first.len_utf8())
            };
            tokens.push(Token {
                text: rest.get(..length).unwrap_or_default().to_lowercase(),
                is_quoted: false,
            });
            length
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    tokens
}

/// The length of an operator of two characters, inside which white space matters.
fn operator(text: &str) -> Option<usize> {
    let known = ["<=", ">=", "<>", "!=", "==", "||", "<<", ">>", "->"];
    known
        .iter()
        .any(|operator| text.starts_with(operator))
        .then_some(2)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.')
}

fn closing(opening: char) -> Option<char> {
    match opening {
        '\'' | '"' | '`' => Some(opening),
        '[' => Some(']'),
        _ => None,
    }
}

/// The text between quotes, with doubled quotes reduced to one, and its length in bytes including the quotes.
fn quoted(text: &str, closing: char) -> (String, usize) {
    let mut inside = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character != closing {
            inside.push(character);
        } else if closing != ']' && characters.peek().is_some_and(|(_, next)| *next == closing) {
            inside.push(character);
            characters.next();
        } else {
            return (inside, at + character.len_utf8());
        }
    }
    (inside, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_case_and_quotes_do_not_count() {
        let wanted = "role in ( owner , member )";
        for text in [
            "role IN ('owner', 'member')",
            "\"Role\"in(\n'owner',--, 'x')\n'member' )",
            "[role] IN (/* ) */ 'owner' , `member`)",
        ] {
            assert_eq!(normal(text), wanted, "{text}");
        }
        assert_ne!(normal("role IN ('Owner', 'member')"), wanted);
        assert_ne!(normal("a < = b"), normal("a <= b"));
        assert_eq!(normal("'it''s' || ']'"), "it's || ]");
        assert_eq!(normal("'open"), "open");
    }

    #[test]
    fn every_check_is_found_and_nothing_else() {
        let sql = "CREATE TABLE t (a TEXT CHECK (a IN (')', '(')) DEFAULT 'check (x)', \"check\" INT, \
                   CONSTRAINT c CHECK(length(a)<=3))";
        assert_eq!(checks(sql), ["a in ( ) , ( )", "length ( a ) <= 3"]);
        assert_eq!(checks("CHECK ("), ["("]);
        assert!(has_word(sql, "constraint") && !has_word("'constraint' -- constraint", "constraint"));
        assert!(has_word("TEXT /*/ ' */ COLLATE NOCASE /* ' */", "collate"));
    }
}
