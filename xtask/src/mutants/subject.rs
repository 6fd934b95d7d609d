//! What is mutated, and which tests try the mutants.

use std::collections::BTreeSet;

/// A crate whose mutants are tried with its own tests.
pub(super) struct Subject {
    /// The crate's folder under `crates`.
    pub(super) name: &'static str,
    /// The modules that are mutated; the whole crate when there are none.
    pub(super) areas: &'static [&'static str],
    /// The tests that catch most of the mutants in little time.
    pub(super) quick: Tests,
    /// Every test of the crate. Only the mutants that `quick` missed are tried with them.
    pub(super) all: Tests,
}

/// Some tests of a crate.
pub(super) struct Tests {
    /// The test binaries, as options of `cargo test`.
    pub(super) binaries: &'static [&'static str],
    /// Which of their tests, as options of a test binary.
    pub(super) which: &'static [&'static str],
}

pub(super) const DOMAIN: Subject = Subject {
    name: "domain",
    areas: &[],
    // The test that is left out folds every character there is.
    quick: Tests {
        binaries: &["--lib"],
        which: &["--skip=each_character_folds_like_its_cases"],
    },
    all: Tests {
        binaries: &["--lib", "--tests"],
        which: &[],
    },
};

pub(super) const CRYPTO: Subject = Subject {
    name: "crypto",
    areas: &[],
    // The tests that are left out take as long as all others.
    quick: Tests {
        binaries: &["--lib"],
        which: &[
            "--skip=every_change_of_two_neighbours",
            "--skip=changed_fields_of_a_password_slot",
        ],
    },
    all: Tests {
        binaries: &["--lib", "--tests"],
        which: &[],
    },
};

const STORE_TESTS: Tests = Tests {
    binaries: &["--lib", "--tests"],
    which: &[],
};

pub(super) const STORE: Subject = Subject {
    name: "store",
    areas: &["group", "message", "access"],
    // The tests that are left out take as long as all others.
    quick: Tests {
        binaries: &["--test=store"],
        which: &[
            "groups::",
            "access::",
            "history::",
            "--skip=members_keep_their_rules",
            "--skip=a_user_reaches_what",
            "--skip=a_hundred_thousand",
        ],
    },
    all: STORE_TESTS,
};

pub(super) const AUDIT: Subject = Subject {
    name: "store",
    areas: &["audit"],
    quick: Tests {
        binaries: &["--lib", "--test=store"],
        which: &[
            // `audit::` of the library and `audited::` of the tests.
            "audit",
            // Slow ones.
            "--skip=each_value_of",
            "--skip=events_whose_details",
            "--skip=each_kind_of_loss",
            "--skip=a_counter_that_ends",
            "--skip=failed_unlocks",
        ],
    },
    all: STORE_TESTS,
};

impl Subject {
    /// The folder of its results.
    pub(super) fn folder(&self) -> String {
        let parts: Vec<_> = [self.name]
            .into_iter()
            .chain(self.areas.iter().copied())
            .collect();
        parts.join("-")
    }

    fn package(&self) -> String {
        format!("privatus-{}", self.name)
    }

    pub(super) fn package_option(&self) -> String {
        format!("--package={}", self.package())
    }

    /// The options of cargo-mutants that choose the areas.
    pub(super) fn files(&self) -> Vec<String> {
        let name = self.name;
        self.areas
            .iter()
            .map(|area| format!("--file=crates/{name}/src/{area}/**"))
            .collect()
    }

    /// The options of cargo-mutants that make its builds quick. The crate is built again for each mutant and runs for a
    /// second: optimizing it takes longer than it saves.
    pub(super) fn build(&self) -> [String; 2] {
        ["opt-level=0", "debug=false"].map(|setting| {
            format!(
                "--cargo-arg=--config=profile.dev.package.{}.{setting}",
                self.package()
            )
        })
    }
}

impl Tests {
    /// The options of cargo-mutants that choose these tests.
    pub(super) fn options(&self) -> Vec<String> {
        let mut options: Vec<_> = self
            .binaries
            .iter()
            .map(|binary| format!("--cargo-arg={binary}"))
            .collect();
        if !self.which.is_empty() {
            options.push("--cargo-test-arg=--".to_owned());
            options.extend(self.which.iter().map(|one| format!("--cargo-test-arg={one}")));
        }
        options
    }
}

/// The options of cargo-mutants that choose the mutants with these names. It does not look up mutants that delete a field
/// by name, so those of the same files are chosen too.
pub(super) fn named(names: &[String]) -> Vec<String> {
    let files: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| Some(name.split_once(':')?.0))
        .collect();
    let files = files.iter().map(|file| format!("--file={file}"));
    let names = names.iter().map(|name| format!("--re={}", exactly(name)));
    files.chain(names).collect()
}

/// A regular expression that matches this name of a mutant and no other.
fn exactly(name: &str) -> String {
    let mut pattern = String::from("^");
    for c in name.chars() {
        // An escaped `<` or `>` is the edge of a word.
        if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('$');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_matched_as_it_is() {
        assert_eq!(
            exactly("src/id.rs:3:1: replace <impl From<Id> for u8>::from -> u8 with 0 | 1"),
            r"^src\/id\.rs\:3\:1\: replace <impl From<Id> for u8>\:\:from \-> u8 with 0 \| 1$"
        );
    }

    #[test]
    fn mutants_are_chosen_by_file_and_name() {
        let names = ["src/a.rs:1:2: x", "src/b.rs:1:2: y", "src/a.rs:3:4: z"].map(str::to_owned);
        assert_eq!(
            named(&names),
            [
                "--file=src/a.rs",
                "--file=src/b.rs",
                r"--re=^src\/a\.rs\:1\:2\: x$",
                r"--re=^src\/b\.rs\:1\:2\: y$",
                r"--re=^src\/a\.rs\:3\:4\: z$",
            ]
        );
    }

    #[test]
    fn areas_are_files_of_the_crate() {
        assert_eq!(AUDIT.package_option(), "--package=privatus-store");
        assert_eq!(AUDIT.files(), ["--file=crates/store/src/audit/**"]);
        assert!(DOMAIN.files().is_empty());
        assert_eq!(
            (STORE.folder(), DOMAIN.folder()),
            ("store-group-message-access".to_owned(), "domain".to_owned())
        );
    }

    /// A test program that was renamed would end every run.
    #[test]
    fn each_test_program_exists() {
        let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates");
        for subject in [DOMAIN, CRYPTO, STORE, AUDIT] {
            for tests in [subject.quick, subject.all] {
                for program in tests
                    .binaries
                    .iter()
                    .filter_map(|one| one.strip_prefix("--test="))
                {
                    let main = format!("{crates}/{}/tests/{program}/main.rs", subject.name);
                    assert!(std::path::Path::new(&main).is_file(), "{main}");
                }
            }
        }
    }

    #[test]
    fn tests_are_chosen_after_two_dashes() {
        assert_eq!(CRYPTO.all.options(), ["--cargo-arg=--lib", "--cargo-arg=--tests"]);
        let some = Tests {
            binaries: &["--lib"],
            which: &["--skip=slow"],
        };
        assert_eq!(
            some.options(),
            [
                "--cargo-arg=--lib",
                "--cargo-test-arg=--",
                "--cargo-test-arg=--skip=slow"
            ]
        );
    }
}
