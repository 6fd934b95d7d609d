//! Resolves a path to the files that define what it names, through re-exports.

use std::collections::BTreeSet;

use crate::module_tree::{Names, Tree};

/// Returns the files that define the item at the end of a path. None for a module, another crate's name or a local one.
pub(super) fn files(tree: &Tree, module: usize, path: &[String]) -> BTreeSet<usize> {
    let mut search = Search {
        tree,
        seen: BTreeSet::new(),
        found: BTreeSet::new(),
    };
    search.from(module, path, SURE);
    if let ([name], true) = (path, search.found.is_empty()) {
        search.found.extend(tree.macros.get(name));
    }
    search.found
}

struct Search<'a> {
    tree: &'a Tree,
    /// Imports may form a circle.
    seen: BTreeSet<(usize, Names, bool)>,
    found: BTreeSet<usize>,
}

#[derive(Clone, Copy)]
struct Look {
    /// Whether `use …::*` counts. Not for the first name of such a path itself: the path would grow without end.
    globs: bool,
    /// The name must exist: if nothing defines it, a macro of the file does.
    sure: bool,
}

const SURE: Look = Look {
    globs: true,
    sure: true,
};

impl Look {
    fn anywhere(self) -> Self {
        Self { globs: true, ..self }
    }
}

impl Search<'_> {
    /// Resolves a path as written in a module. Returns false if nothing there has that name.
    fn from(&mut self, module: usize, path: &[String], look: Look) -> bool {
        let Some((first, rest)) = path.split_first() else {
            return false;
        };
        let parent = self.tree.modules.get(module).and_then(|module| module.parent);
        match (first.as_str(), parent) {
            ("crate", _) => self.within(0, rest, look.anywhere()),
            ("self", _) => self.within(module, rest, look.anywhere()),
            ("super", Some(parent)) if rest.first().is_some_and(|next| next == "super") => {
                self.from(parent, rest, look)
            }
            ("super", Some(parent)) => self.within(parent, rest, look.anywhere()),
            ("super", None) => false,
            _ => self.within(module, path, Look { sure: false, ..look }),
        }
    }

    /// Looks up a path in a module. A path that ends at the module names no file.
    fn within(&mut self, module: usize, path: &[String], look: Look) -> bool {
        let (Some(scope), Some((name, rest))) = (self.tree.modules.get(module), path.split_first()) else {
            return true;
        };
        if !self.seen.insert((module, path.to_vec(), look.sure)) {
            return false;
        }
        let child = scope.children.get(name);
        let mut known = child.is_some_and(|child| self.within(*child, rest, SURE));
        // A path continues through a module, not through a function of the same name.
        let other = child.is_none() || rest.is_empty();
        if other && scope.items.contains(name) {
            known = self.found(scope.file);
        }
        for import in scope
            .imports
            .iter()
            .filter(|import| other && import.name.as_ref() == Some(name))
        {
            match (import.path.split_first(), child) {
                (Some((first, below)), Some(child)) if first == name => _ = self.within(*child, below, SURE),
                // `use time::time` names another crate's item.
                (Some((first, _)), None) if first == name => {}
                _ => _ = self.from(module, &[&import.path, rest].concat(), SURE),
            }
            known = true;
        }
        if let Some(file) = self.tree.macros.get(name).filter(|_| module == 0) {
            known = self.found(*file);
        }
        known = known || self.through_globs(module, path, Look { sure: false, ..look });
        if !known && look.sure {
            known = match self.tree.files.get(scope.file) {
                Some(file) if file.has_code => self.found(scope.file),
                _ => self.through_globs(module, path, look),
            };
        }
        known
    }

    fn through_globs(&mut self, module: usize, path: &[String], look: Look) -> bool {
        let imports = self
            .tree
            .modules
            .get(module)
            .map_or(&[][..], |scope| &scope.imports);
        let below = Look { globs: false, ..look };
        imports
            .iter()
            .filter(|import| look.globs && import.name.is_none())
            .any(|glob| self.from(module, &[&glob.path, path].concat(), below))
    }

    fn found(&mut self, file: usize) -> bool {
        self.found.insert(file);
        true
    }
}
