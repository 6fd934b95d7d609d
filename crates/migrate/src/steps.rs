//! All steps that a build knows, in order.

use std::sync::OnceLock;

use crate::step::Step;
use crate::version::Version;

/// Steps in the order of application, with their checksums, computed once.
#[derive(Debug)]
pub struct Steps {
    all: &'static [Step],
    checksums: OnceLock<Vec<String>>,
}

impl Steps {
    /// The steps of a build, in ascending order of version.
    #[must_use]
    pub const fn new(all: &'static [Step]) -> Self {
        Self {
            all,
            checksums: OnceLock::new(),
        }
    }

    /// The steps, in order.
    #[must_use]
    pub const fn all(&self) -> &'static [Step] {
        self.all
    }

    /// Each step with its checksum.
    pub fn with_checksums(&self) -> impl Iterator<Item = (&'static Step, &str)> {
        let sums = self
            .checksums
            .get_or_init(|| self.all.iter().map(Step::checksum).collect());
        self.all.iter().zip(sums.iter().map(String::as_str))
    }

    /// The step with this number.
    #[must_use]
    pub fn find(&self, version: Version) -> Option<&'static Step> {
        self.all.iter().find(|step| step.version() == version)
    }

    /// The number of the last step; 0 if there are none.
    #[must_use]
    pub fn newest(&self) -> Version {
        self.all.last().map_or(0, Step::version)
    }
}
