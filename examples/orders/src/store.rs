//! From a URL to a store: the one place that knows which stores there are.

use std::path::Path;

use es_core::{AnyStore, App};
use es_sqlite::SqliteStore;

use crate::error::Error;

/// The desk runs on whatever store the URL names.
pub type Desk = App<AnyStore>;

/// The schemes that [`open`] knows, as an error message lists them.
pub const SCHEMES: &str = "`sqlite:` (as in sqlite:orders.db)";

/// Opens the store that a URL names; it is made if it is not there.
///
/// # Errors
/// [`Error::Scheme`], [`Error::Open`].
pub async fn open(url: &str) -> Result<Desk, Error> {
    let failed = |source| Error::Open { url: url.to_owned(), source };
    let store = match url.split_once(':') {
        Some(("sqlite", _)) => AnyStore::new(SqliteStore::connect(url).await.map_err(failed)?),
        _ => return Err(Error::Scheme { url: url.to_owned() }),
    };
    Ok(App::new(store))
}

/// Opens the store that a URL names, to read it: a file that is not there is not made.
///
/// # Errors
/// [`Error::NoStore`], and those of [`open`].
pub async fn open_existing(url: &str) -> Result<Desk, Error> {
    let file = url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    match file {
        Some(file) if !file.contains(['%', '?']) && !Path::new(file).exists() => Err(Error::NoStore { url: url.to_owned() }),
        _ => open(url).await,
    }
}
