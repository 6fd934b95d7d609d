//! Telling stories: random steps for the model and the store, and everything compared after each.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use crate::machine::model::Model;
use crate::machine::step::{self, Step};
use crate::machine::vault::Real;
use crate::machine::world;
use crate::machine::{
    access, audit, bound, contacts, exported, groups, keys, messages, security, settings, transfers, usage,
};

impl ReferenceStateMachine for Model {
    type State = (Self, Option<crate::machine::outcome::Outcome>);
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self::State> {
        Just((Self::default(), None)).boxed()
    }

    fn transitions((model, _): &Self::State) -> BoxedStrategy<Step> {
        step::steps(model)
    }

    fn apply((mut model, _): Self::State, step: &Step) -> Self::State {
        let outcome = model.step(step);
        (model, Some(outcome))
    }
}

/// Steps taken so far, those of shrinking too.
static STEPS: AtomicU64 = AtomicU64::new(0);

pub(crate) fn steps_taken() -> u64 {
    STEPS.load(Ordering::Relaxed)
}

struct Beside;

impl StateMachineTest for Beside {
    type SystemUnderTest = Real;
    type Reference = Model;

    fn init_test(_: &<Model as ReferenceStateMachine>::State) -> Real {
        world::begin();
        Real::new()
    }

    fn apply(
        mut real: Real,
        (model, foreseen): &<Model as ReferenceStateMachine>::State,
        step: Step,
    ) -> Real {
        STEPS.fetch_add(1, Ordering::Relaxed);
        assert_eq!(Some(real.step(&step)), *foreseen, "what became of {step:?}");
        compare(&real, model);
        if !IS_BRIEF.get() {
            verify(&real);
        }
        real
    }

    fn teardown(mut real: Real, (mut model, _): <Model as ReferenceStateMachine>::State) {
        let reopen = Step::Vault(crate::machine::vault::VaultStep::Reopen(0));
        model.step(&reopen);
        real.step(&reopen);
        compare(&real, &model);
        verify(&real);
        exported::compare(real.store());
    }
}

fn compare(real: &Real, model: &Model) {
    let store = real.store();
    if model.is_counted {
        usage::compare(store, model);
    }
    contacts::compare(store, model);
    groups::compare(store, model);
    messages::compare(store, model);
    transfers::compare(store, model);
    settings::compare(store, model);
    access::compare(store, model);
    audit::compare(store, model);
    security::compare(store, model);
    keys::compare(store, model);
    bound::compare(store, model);
}

/// Every counter equals a recount, and the chain of the audit log holds.
fn verify(real: &Real) {
    let found = real.store().read_long(|tx| tx.verify(&mut |_| ())).unwrap();
    assert!(found.is_content(), "{:?}", found.problems);
}

thread_local! {
    static IS_TELLING: Cell<bool> = const { Cell::new(false) };
    /// The vault is verified only at the end of a story, which takes half the time.
    static IS_BRIEF: Cell<bool> = const { Cell::new(false) };
}

/// Reports the failure of a story once, for the shortest one, and not for each attempt to shorten it.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_TELLING.get() {
                before(panic);
            }
        }));
    });
}

/// Why a story failed: the shortest one that fails, and what was seen.
pub(crate) struct Failed {
    pub(crate) story: Vec<Step>,
    pub(crate) why: String,
}

/// How often a story that fails is made shorter.
const SHRINKS: u32 = 400;

/// Runs `stories` stories of at most `length` steps from a seed; returns the first that fails, made short.
pub(crate) fn tell(seed: [u8; 32], stories: u32, length: usize) -> Result<(), Failed> {
    tell_and_shrink(seed, (stories, length), SHRINKS, |_| true)
}

/// Returns what was seen where a story fails, as it is; the vault is verified only at the end of each. Only stories
/// that are `wanted` run, among as many as `stories`.
pub(crate) fn goes_wrong(
    seed: [u8; 32],
    stories: u32,
    length: usize,
    wanted: impl Fn(&[Step]) -> bool,
) -> Option<String> {
    IS_BRIEF.set(true);
    let told = tell_and_shrink(seed, (stories, length), 0, wanted);
    IS_BRIEF.set(false);
    told.err().map(|failed| failed.why)
}

fn tell_and_shrink(
    seed: [u8; 32],
    (stories, length): (u32, usize),
    mut left: u32,
    wanted: impl Fn(&[Step]) -> bool,
) -> Result<(), Failed> {
    let config = Config {
        cases: stories,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    let strategy = Model::sequential_strategy(1..=length);
    for _ in 0..stories {
        let mut tree = strategy.new_tree(&mut runner).unwrap();
        let mut story = tree.current();
        if !wanted(&story.1) {
            continue;
        }
        let Err(mut why) = tell_one(&config, &story) else {
            continue;
        };
        let mut is_simpler = left > 0 && tree.simplify();
        while is_simpler && left > 0 {
            left -= 1;
            let shorter = tree.current();
            is_simpler = match tell_one(&config, &shorter) {
                Err(seen) => {
                    (story, why) = (shorter, seen);
                    tree.simplify()
                }
                Ok(()) => tree.complicate(),
            };
        }
        return Err(Failed { story: story.1, why });
    }
    Ok(())
}

type Told = (
    <Model as ReferenceStateMachine>::State,
    Vec<Step>,
    Option<std::sync::Arc<std::sync::atomic::AtomicUsize>>,
);

fn tell_one(config: &Config, (initial, steps, seen): &Told) -> Result<(), String> {
    quiet();
    let told = catch_unwind(AssertUnwindSafe(|| {
        IS_TELLING.set(true);
        Beside::test_sequential(config.clone(), initial.clone(), steps.clone(), seen.clone());
    }));
    IS_TELLING.set(false);
    told.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default()
    })
}
