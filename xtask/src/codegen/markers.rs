//! Generated parts of a page that is otherwise written manually.

use anyhow::{Context, Result};

/// Replaces the text between `<!-- generated: NAME -->` and `<!-- end: NAME -->`.
///
/// # Errors
/// When a marker is missing.
pub(super) fn replace(page: &str, name: &str, content: &str) -> Result<String> {
    let page = page.replace("\r\n", "\n");
    let (begin, end) = (
        format!("<!-- generated: {name} -->\n"),
        format!("<!-- end: {name} -->\n"),
    );
    let (before, rest) = page
        .split_once(&begin)
        .with_context(|| format!("no line {begin:?}"))?;
    let (_, after) = rest
        .split_once(&end)
        .with_context(|| format!("no line {end:?} after {begin:?}"))?;
    Ok(format!("{before}{begin}\n{}\n\n{end}{after}", content.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_the_text_between_the_markers_changes() {
        let page = "a\n<!-- generated: x -->\nold\n<!-- end: x -->\nb\n";
        let once = replace(page, "x", "new\n").unwrap();
        assert_eq!(once, "a\n<!-- generated: x -->\n\nnew\n\n<!-- end: x -->\nb\n");
        assert_eq!(
            replace(&once, "x", "new\n").unwrap(),
            once,
            "a second run changes nothing"
        );
        assert!(replace(page, "y", "new").is_err());
        assert!(replace("<!-- generated: x -->\n", "x", "new").is_err());
    }
}
