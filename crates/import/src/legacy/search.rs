//! Searches for the iteration counts, which are stored nowhere.
//!
//! One walk of PBKDF2 tries every count on a few tokens at once. A key that is found is tried on every row. The rows
//! that are still closed provide new tokens; these first catch up on the counts already passed (a file can have rows
//! under a lower count than the first one found), then the walk continues.
//!
//! A damaged row opens at no count and would keep its place among the tokens forever. So a token that was tried over
//! the whole range is not used again. A walk over the whole range that finds nothing is repeated with other tokens
//! only if the password is proven, and only [`FRUITLESS`] times in a row.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::chain::Chain;
use super::error::LegacyError;
use super::fernet::FernetKey;
use super::first_generation;
use super::keys::{FoundKey, FoundKeys, KeyOrigin, SearchEnd};
use super::probe::ProbeSet;
use super::source::Source;
use super::survey::{SealedAt, Survey};

/// The default bound of a search.
pub const DEFAULT_MAX_ITERATIONS: u64 = 20_000_000;

/// Tokens of the first walk.
const FIRST_WIDTH: usize = 16;
/// Tokens of a later walk, when a more thorough search is worthwhile.
const WIDE: usize = 64;
/// How many walks in a row may find nothing once a key is known.
const FRUITLESS: u32 = 2;
/// Counts between two calls of the progress function.
const REPORT_EVERY: u64 = 1 << 15;

/// The inputs of a search.
#[derive(Clone, Copy)]
pub struct SearchOptions<'a> {
    /// The application's password exactly as the user typed it: no trimming or normalization, since the application
    /// did none.
    pub password: Option<&'a [u8]>,
    /// The path of a first-generation database at that time, as text.
    pub original_path: Option<&'a str>,
    /// The highest iteration count to try.
    pub max_iterations: u64,
}

impl Default for SearchOptions<'_> {
    fn default() -> Self {
        Self {
            password: None,
            original_path: None,
            max_iterations: DEFAULT_MAX_ITERATIONS,
        }
    }
}

impl std::fmt::Debug for SearchOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchOptions")
            .field("max_iterations", &self.max_iterations)
            .finish_non_exhaustive()
    }
}

/// The progress of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchProgress {
    /// The iteration count reached by this walk.
    pub iterations: u64,
    /// The last count of this walk: the search's bound, or the end of a catching-up walk.
    pub bound: u64,
    /// Whether this walk catches up on counts that earlier rows have passed.
    pub catching_up: bool,
    /// Counts per second in this walk.
    pub rate: f64,
    /// Time to the end of this walk at that rate. This is an upper limit: finding a key ends the walk.
    pub remaining: Option<Duration>,
    /// Keys found so far.
    pub keys: usize,
    /// Rows that those keys open.
    pub rows_open: u64,
    /// Rows with a well-formed token.
    pub rows: u64,
}

impl Source {
    /// Finds the keys: first those of the first generation (for the given path or guessed ones), then by search.
    ///
    /// `progress` is called about ten times per second or more; `Break` ends the search with the keys found so far.
    ///
    /// # Errors
    ///
    /// Nothing opens ([`LegacyError::NothingOpens`], [`LegacyError::OriginalPathNeeded`],
    /// [`LegacyError::OriginalPathWrong`]), a password is needed, or the file cannot be read.
    pub fn find_keys(
        &mut self,
        options: &SearchOptions<'_>,
        progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    ) -> Result<FoundKeys, LegacyError> {
        let survey = Survey::new(self)?;
        let mut search = Search {
            source: self,
            options: *options,
            survey,
            keys: Vec::new(),
            done: HashSet::new(),
            progress,
        };
        search.try_first_generation()?;
        let end = if search.survey.left() == 0 {
            SearchEnd::AllOpen
        } else {
            search.second_generation()?
        };
        let done = std::mem::take(&mut search.done);
        Ok(FoundKeys {
            unopened: search.survey.left(),
            tried_to_the_bound: u64::try_from(done.iter().filter(|at| search.survey.is_closed(**at)).count())
                .unwrap_or(0),
            end,
            bound: options.max_iterations,
            keys: search.keys,
        })
    }
}

struct Search<'a> {
    source: &'a mut Source,
    options: SearchOptions<'a>,
    survey: Survey,
    keys: Vec<FoundKey>,
    /// Rows that were tried at every count.
    done: HashSet<SealedAt>,
    progress: &'a mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
}

/// How a walk ended.
enum Walk {
    Hit,
    End,
    Stopped,
}

impl Search<'_> {
    fn try_first_generation(&mut self) -> Result<(), LegacyError> {
        let given = self.options.original_path;
        let paths = given.map_or_else(
            || first_generation::guesses(self.source.path()),
            |path| vec![path.to_owned()],
        );
        let mut probes = self.survey.choose(self.source, FIRST_WIDTH, &HashSet::new())?;
        if probes.is_empty() {
            return Ok(());
        }
        for path in paths {
            // The class accepted any password, but the program of that version used only the built-in one.
            let other = self.options.password.filter(|_| given.is_some());
            for password in std::iter::once(None).chain(other.map(Some)) {
                let key = first_generation::key(&path, password);
                // A given path is tried on every row, because few rows may be of the first version.
                if given.is_some() || probes.opened_by(&key) {
                    let original_path = path.clone();
                    let origin = KeyOrigin::FirstGeneration {
                        original_path,
                        guessed: given.is_none(),
                    };
                    self.adopt(origin, first_generation::ITERATIONS, &key)?;
                }
            }
        }
        Ok(())
    }

    /// Tries a key on every row that is still closed, and keeps it if it opens one.
    fn adopt(&mut self, origin: KeyOrigin, iterations: u64, bytes: &[u8; 32]) -> Result<(), LegacyError> {
        let key = FernetKey::from_bytes(bytes);
        let rows = self.survey.open_with(self.source, &key)?;
        if rows > 0 {
            self.keys.push(FoundKey {
                origin,
                iterations,
                rows,
                key,
            });
        }
        Ok(())
    }

    fn second_generation(&mut self) -> Result<SearchEnd, LegacyError> {
        let Some(salt) = self.source.salt() else {
            if !self.keys.is_empty() {
                return Ok(SearchEnd::BoundMet);
            }
            let salt = self.source.salt_path().to_path_buf();
            return Err(match self.options.original_path {
                Some(path) => LegacyError::OriginalPathWrong {
                    path: path.to_owned(),
                    salt,
                },
                None => LegacyError::OriginalPathNeeded { salt },
            });
        };
        let rows = self.survey.total();
        let Some(password) = self.options.password else {
            return Err(LegacyError::PasswordNeeded { rows });
        };
        let start = || Chain::new(password, &salt);
        let bound = self.options.max_iterations;
        let mut width = FIRST_WIDTH;
        let mut fruitless = 0;
        loop {
            let before = self.keys.len();
            let probes = self.survey.choose(self.source, width, &self.done)?;
            if probes.is_empty() {
                return Ok(SearchEnd::BoundMet);
            }
            match self.round(&start, probes, width)? {
                Walk::Hit => return Ok(SearchEnd::AllOpen),
                Walk::Stopped => return Ok(SearchEnd::Cancelled),
                Walk::End if self.keys.is_empty() => return Err(LegacyError::NothingOpens { bound, rows }),
                Walk::End => {}
            }
            fruitless = if self.keys.len() > before {
                0
            } else {
                fruitless + 1
            };
            if fruitless == FRUITLESS {
                return Ok(SearchEnd::BoundMet);
            }
            width = WIDE;
        }
    }

    /// Walks over the whole range. `Hit` here means that every row is open.
    fn round(
        &mut self,
        start: &dyn Fn() -> Chain,
        mut probes: ProbeSet<SealedAt>,
        mut width: usize,
    ) -> Result<Walk, LegacyError> {
        let mut chain = start();
        let bound = self.options.max_iterations;
        loop {
            match self.walk(&mut chain, &mut probes, bound, false)? {
                Walk::Hit => {}
                Walk::Stopped => return Ok(Walk::Stopped),
                Walk::End => {
                    self.done.extend(probes.tags());
                    return Ok(Walk::End);
                }
            }
            // With many keys, use more tokens at once, so that fewer have to catch up.
            width = if self.keys.len() > 2 { WIDE } else { width };
            loop {
                if self.survey.left() == 0 {
                    return Ok(Walk::Hit);
                }
                let known: HashSet<SealedAt> = self.done.iter().copied().chain(probes.tags()).collect();
                let mut late = self
                    .survey
                    .choose(self.source, width.saturating_sub(probes.len()), &known)?;
                if late.is_empty() {
                    break;
                }
                let mut behind = start();
                while let Walk::Hit = match self.walk(&mut behind, &mut late, chain.iterations(), true)? {
                    Walk::Stopped => return Ok(Walk::Stopped),
                    other => other,
                } {}
                probes.retain(|at| self.survey.is_closed(at));
                probes.append(late);
            }
        }
    }

    /// Walks to the next count that opens a token, adopts its key, and leaves the chain at the count to try next.
    /// `probes` then has what is still closed.
    fn walk(
        &mut self,
        chain: &mut Chain,
        probes: &mut ProbeSet<SealedAt>,
        last: u64,
        catching_up: bool,
    ) -> Result<Walk, LegacyError> {
        let (first, since) = (chain.iterations(), Instant::now());
        while chain.iterations() <= last && !probes.is_empty() {
            let pause = last.min(chain.iterations().saturating_add(REPORT_EVERY));
            if let Some(key) = scan(chain, probes, pause) {
                self.adopt(KeyOrigin::SecondGeneration, chain.iterations(), &key)?;
                probes.retain(|at| self.survey.is_closed(at));
                chain.step();
                return Ok(Walk::Hit);
            }
            let iterations = chain.iterations() - 1;
            let rate = (chain.iterations() - first) as f64 / since.elapsed().as_secs_f64().max(1e-9);
            let progress = SearchProgress {
                iterations,
                bound: last,
                catching_up,
                rate,
                remaining: Duration::try_from_secs_f64((last - iterations.min(last)) as f64 / rate).ok(),
                keys: self.keys.len(),
                rows_open: self.survey.total() - self.survey.left(),
                rows: self.survey.total(),
            };
            if (self.progress)(&progress).is_break() {
                return Ok(Walk::Stopped);
            }
        }
        Ok(Walk::End)
    }
}

/// Tries each count up to `last`. After a hit the chain is at that count, otherwise just past `last`.
fn scan(chain: &mut Chain, probes: &mut ProbeSet<SealedAt>, last: u64) -> Option<Box<Zeroizing<[u8; 32]>>> {
    let mut key = Box::new(Zeroizing::new([0; 32]));
    while chain.iterations() <= last {
        chain.output_to(&mut key);
        if probes.opened_by(&key) {
            return Some(key);
        }
        chain.step();
    }
    None
}
