//! The module tree of one crate: which file defines a name, and which paths a file uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use syn::visit::{self, Visit};
use syn::{Item, Visibility};

use crate::syntax::{self, ForTests, Import, Word, plain};

/// A path as it is written: `crate`, `error`, `CryptoError`.
pub(crate) type Names = Vec<String>;

/// All modules of a crate, its root first.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
    pub(crate) files: Vec<SourceFile>,
    /// The exported macros, and the file of each.
    pub(crate) macros: BTreeMap<String, usize>,
}

/// A file of a crate.
pub(crate) struct SourceFile {
    /// Relative to the crate's `src`.
    pub(crate) path: String,
    /// Whether it does more than declare modules and re-export names.
    pub(crate) has_code: bool,
}

/// A module, in its own file or inline.
pub(crate) struct Module {
    pub(crate) file: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    /// Types, functions, constants and macros defined here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    /// Paths that code of this module names, private imports among them.
    pub(crate) uses: BTreeSet<Names>,
}

impl Tree {
    /// Reads the crate whose root is this file, without code for tests.
    ///
    /// # Errors
    /// When a module's file is missing or is not Rust, or a module says `#[path]`.
    pub(crate) fn read(root: &Path, tests: ForTests) -> Result<Self> {
        let source = root.parent().context("a crate's root is in a folder")?;
        let mut tree = Self::default();
        tree.read_file(source, root, (source, None), tests)?;
        Ok(tree)
    }

    /// Reads a module's file, and then the files of its children, which are in `folder`.
    fn read_file(
        &mut self,
        source: &Path,
        path: &Path,
        (folder, parent): (&Path, Option<usize>),
        tests: ForTests,
    ) -> Result<usize> {
        let shown = path.strip_prefix(source)?.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let parsed = syntax::without_tests(&shown, &text, tests)?;
        let file = self.files.len();
        self.files.push(SourceFile {
            path: shown,
            has_code: has_code(&parsed.items),
        });
        let module = self.add(file, parent);
        let mut reader = Reader {
            tree: self,
            module,
            folder: folder.to_path_buf(),
            declared: Vec::new(),
            fault: None,
        };
        reader.visit_file(&parsed);
        let (declared, fault) = (reader.declared, reader.fault);
        if let Some(fault) = fault {
            bail!("{}: {fault}", path.display());
        }
        for Declared { parent, name, folder } in declared {
            let own = folder.join(&name);
            let beside = folder.join(format!("{name}.rs"));
            let path = if beside.is_file() {
                beside
            } else {
                own.join("mod.rs")
            };
            let child = self.read_file(source, &path, (&own, Some(parent)), tests)?;
            self.module_mut(parent)?.children.insert(name, child);
        }
        Ok(module)
    }

    fn add(&mut self, file: usize, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file,
            parent,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            imports: Vec::new(),
            uses: BTreeSet::new(),
        });
        self.modules.len().saturating_sub(1)
    }

    fn module_mut(&mut self, module: usize) -> Result<&mut Module> {
        self.modules
            .get_mut(module)
            .context("a module is numbered when it is added")
    }
}

/// `mod name;`, whose file is read after its parent's.
struct Declared {
    parent: usize,
    name: String,
    folder: PathBuf,
}

fn has_code(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Use(_) | Item::ExternCrate(_) => false,
        Item::Mod(module) => module.content.as_ref().is_some_and(|(_, items)| has_code(items)),
        _ => true,
    })
}

/// Walks one file and keeps track of the current module.
struct Reader<'a> {
    tree: &'a mut Tree,
    module: usize,
    /// Where the files of the module's children are.
    folder: PathBuf,
    declared: Vec<Declared>,
    fault: Option<String>,
}

impl Reader<'_> {
    fn here(&mut self, change: impl FnOnce(&mut Module)) {
        if let Some(module) = self.tree.modules.get_mut(self.module) {
            change(module);
        }
    }

    fn file(&self) -> usize {
        self.tree.modules.get(self.module).map_or(0, |module| module.file)
    }

    fn defines(&mut self, name: &syn::Ident) {
        let name = plain(name);
        self.here(|module| _ = module.items.insert(name));
    }

    fn names(&mut self, path: Names) {
        self.here(|module| _ = module.uses.insert(path));
    }

    /// Records the paths in the arguments of a macro or an attribute, which are only tokens to the parser.
    fn names_in(&mut self, words: &[Word]) {
        let (mut before, mut rest) = (' ', words);
        while let [first, after @ ..] = rest {
            rest = after;
            let name = match first {
                Word::Name(name) => name,
                Word::Mark(mark) => {
                    before = *mark;
                    continue;
                }
                // `#[serde(with = "crate::time")]`; a single word is text.
                Word::Text(text) => {
                    let path = syn::parse_str::<syn::Path>(text);
                    if let Some(path) = path.ok().filter(|path| path.segments.len() > 1) {
                        self.names(
                            path.segments
                                .iter()
                                .map(|segment| plain(&segment.ident))
                                .collect(),
                        );
                    }
                    continue;
                }
            };
            let mut path = vec![name.clone()];
            while let [Word::Mark(':'), Word::Mark(':'), Word::Name(next), after @ ..] = rest {
                path.push(next.clone());
                rest = after;
            }
            // Not a field, a method or a variable of the macro.
            if before != '.' && (before != '$' || name == "crate") {
                self.names(path);
            }
            before = ' ';
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, node: &'ast syn::ItemMod) {
        let name = plain(&node.ident);
        if node
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("path"))
        {
            self.fault = Some(format!(
                "`mod {name}` has #[path]: name the file after the module"
            ));
        } else if let Some((_, items)) = &node.content {
            let file = self.file();
            let (outer, child) = (self.module, self.tree.add(file, Some(self.module)));
            self.here(|module| _ = module.children.insert(name.clone(), child));
            self.folder.push(name);
            self.module = child;
            items.iter().for_each(|item| self.visit_item(item));
            self.module = outer;
            self.folder.pop();
        } else {
            self.declared.push(Declared {
                parent: self.module,
                name,
                folder: self.folder.clone(),
            });
        }
    }

    fn visit_item(&mut self, node: &'ast Item) {
        match node {
            Item::Const(item) => self.defines(&item.ident),
            Item::Enum(item) => self.defines(&item.ident),
            Item::Fn(item) => self.defines(&item.sig.ident),
            Item::Static(item) => self.defines(&item.ident),
            Item::Struct(item) => self.defines(&item.ident),
            Item::Trait(item) => self.defines(&item.ident),
            Item::Type(item) => self.defines(&item.ident),
            Item::Union(item) => self.defines(&item.ident),
            Item::Macro(item) => {
                if let Some(name) = &item.ident {
                    self.defines(name);
                    // It is at the crate's root, wherever it is written.
                    if item
                        .attrs
                        .iter()
                        .any(|attribute| attribute.path().is_ident("macro_export"))
                    {
                        let file = self.file();
                        self.tree.macros.insert(plain(name), file);
                    }
                }
            }
            _ => {}
        }
        visit::visit_item(self, node);
    }

    fn visit_item_use(&mut self, node: &'ast syn::ItemUse) {
        if node.leading_colon.is_none() {
            for import in syntax::imports(&node.tree) {
                if matches!(node.vis, Visibility::Inherited) {
                    self.names(import.path.clone());
                }
                self.here(|module| module.imports.push(import));
            }
        }
    }

    fn visit_path(&mut self, node: &'ast syn::Path) {
        if node.leading_colon.is_none() {
            self.names(
                node.segments
                    .iter()
                    .map(|segment| plain(&segment.ident))
                    .collect(),
            );
        }
        visit::visit_path(self, node);
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        self.names_in(&syntax::words(node));
        visit::visit_macro(self, node);
    }

    fn visit_meta_list(&mut self, node: &'ast syn::MetaList) {
        self.names_in(&syntax::attribute_words(node));
        visit::visit_meta_list(self, node);
    }
}
