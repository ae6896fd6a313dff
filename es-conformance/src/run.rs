//! Runs one check and says what came of it.

use std::any::Any;
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, Location};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::child;
use crate::factory::{Factory, Opener, Promise};
use crate::list::CHECKS;
use crate::place::Place;

/// One check of the suite.
#[derive(Clone, Copy)]
pub struct Check {
    pub(crate) area: &'static str,
    pub(crate) name: &'static str,
    pub(crate) run: fn(Place) -> BoxFuture<'static, Outcome>,
}

impl Check {
    /// What it is about: `appends`, `reading`, …
    pub fn area(&self) -> &'static str {
        self.area
    }

    /// The sentence that it holds a store to, unique in the suite.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.area, self.name)
    }
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The store keeps the promise.
    Kept,
    /// The store makes no such promise.
    NotPromised(Promise),
}

/// A promise that a store broke, and how.
#[derive(Debug, Clone)]
pub struct Broken {
    check: String,
    how: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.how)
    }
}

impl std::error::Error for Broken {}

/// Why a check ended early.
#[derive(Debug)]
pub(crate) enum Stop {
    Broken { how: String, at: &'static Location<'static> },
    NotPromised(Promise),
}

pub(crate) type Outcome<T = ()> = Result<T, Stop>;

impl Stop {
    #[track_caller]
    pub(crate) fn broken(how: impl Into<String>) -> Self {
        Self::Broken { how: how.into(), at: Location::caller() }
    }
}

// every error of a store is a broken promise, unless the check has looked at it
impl<E: std::error::Error> From<E> for Stop {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::broken(error.to_string())
    }
}

/// Runs the check of this name, on a runtime of its own.
///
/// Checks that start processes need a test to start: they run under [`suite!`](crate::suite), or with [`run_in_test`].
///
/// # Errors
/// [`Broken`] when the store does not do what the check's name says, or when there is no check of this name.
pub fn run(check: &str, factory: impl Factory) -> Result<Verdict, Broken> {
    run_on(check, None, Arc::new(factory))
}

/// Runs the check of this name inside of the test `test`, named as the test harness names it: `module::name`.
///
/// A check that needs another process runs the test binary again, with this test alone. In there this function does not return.
///
/// # Errors
/// [`Broken`] when the store does not do what the check's name says, or when there is no check of this name.
pub fn run_in_test(check: &str, test: &str, factory: impl Factory) -> Result<Verdict, Broken> {
    run_on(check, Some(test), Arc::new(factory))
}

fn run_on(check: &str, test: Option<&str>, opener: Arc<dyn Opener>) -> Result<Verdict, Broken> {
    let broken = |how: String| Broken { check: check.to_owned(), how };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let runtime = runtime.map_err(|error| broken(error.to_string()))?;
    if let Some(role) = child::Role::of_this_process() {
        std::process::exit(runtime.block_on(role.play(&*opener)));
    }
    let Some(found) = CHECKS.iter().find(|known| known.name == check) else {
        return Err(broken("the suite has no check of this name".into()));
    };
    let place = Place::new(opener, test).map_err(|error| broken(error.to_string()))?;
    let seed = place.seed();
    let outcome = runtime.block_on(guarded(found, place));
    runtime.shutdown_timeout(Duration::from_secs(5));
    outcome.map_err(|how| broken(format!("{how}\n(to repeat the random choices: ES_CONFORMANCE_SEED={seed})")))
}

/// How many rounds a race has that comes in a long form.
pub(crate) const ROUNDS: &str = "ES_CONFORMANCE_ROUNDS";

/// How many histories are drawn; proptest's own name for it.
pub(crate) const CASES: &str = "PROPTEST_CASES";

/// No check takes as long as this; one that does has a store that never answers.
fn patience() -> Duration {
    let long = [ROUNDS, CASES].iter().any(|name| std::env::var_os(name).is_some());
    Duration::from_secs(if long { 3_600 } else { 180 })
}

async fn guarded(check: &Check, place: Place) -> Result<Verdict, String> {
    let run = AssertUnwindSafe((check.run)(place.clone())).catch_unwind();
    let verdict = match tokio::time::timeout(patience(), run).await {
        Err(_) => Err(format!("no end after {} s", patience().as_secs())),
        Ok(Err(panic)) => Err(words(&*panic)),
        Ok(Ok(Err(Stop::Broken { how, at }))) => Err(format!("{how} (at {at})")),
        Ok(Ok(Err(Stop::NotPromised(promise)))) => Ok(Verdict::NotPromised(promise)),
        Ok(Ok(Ok(()))) => Ok(Verdict::Kept),
    };
    if verdict.is_ok() {
        place.remove().await;
    }
    verdict
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// The body of every test that [`suite!`](crate::suite) writes.
#[doc(hidden)]
#[expect(clippy::panic, reason = "a test that is not kept panics")]
pub fn test(check: &str, path: &str, factory: impl Factory) {
    // the harness leaves out the crate
    let test = path.split_once("::").map_or(path, |(_, test)| test);
    match run_in_test(check, test, factory) {
        Ok(Verdict::Kept) => {}
        // not through `println!`, which the harness keeps to itself when a test passes
        Ok(Verdict::NotPromised(promise)) => {
            let _ = std::io::stderr().write_all(format!("not promised: {promise} ({check})\n").as_bytes());
        }
        Err(broken) => panic!("{broken}"),
    }
}
