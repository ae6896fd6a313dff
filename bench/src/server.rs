//! The PostgreSQL server that is measured: one that flushes, started beside this program and stopped with it, however it ends.

use std::env;
use std::path::{Path, PathBuf};

use tokio_postgres::{Client, NoTls};
use xtask::postgres::{self, Account, Binaries, Keeper};

use crate::Result;
use crate::bench::prefix;

/// Where a place says which server its databases are on.
const NAMED: &str = "server";

/// A server on this machine, and a folder for others.
#[derive(Debug)]
pub(crate) struct Server {
    /// Of its superuser, without a database.
    url: String,
    bin: PathBuf,
    folder: PathBuf,
}

impl Server {
    /// The durable server of `cargo xtask with-postgres`, or one that is started now; with it, what keeps it.
    pub(crate) fn start() -> Result<(Self, Option<Keeper>)> {
        let named = |name: &str| env::var(name).ok().map(|value| (name.to_owned(), value));
        let given = [postgres::DURABLE_DATABASE_URL, postgres::BIN, postgres::FOLDER].map(named);
        if let Some(given) = given.into_iter().collect::<Option<Vec<_>>>() {
            return Ok((Self::of(&given)?, None));
        }
        let mut keeper = Keeper::start(Some(&postgres::find_or_fetch(None)?))?;
        let server = Self::of(&keeper.ready()?)?;
        Ok((server, Some(keeper)))
    }

    fn of(named: &[(String, String)]) -> Result<Self> {
        let value = |of: &str| {
            let found = named.iter().find(|(name, _)| name == of).map(|(_, value)| value.clone());
            found.ok_or_else(|| format!("{of} is not known, which a server needs"))
        };
        let (url, bin, folder) = (value(postgres::DURABLE_DATABASE_URL)?, value(postgres::BIN)?, value(postgres::FOLDER)?);
        let (url, _) = url.rsplit_once('/').ok_or("the server's URL names no database")?;
        Ok(Self { url: url.to_owned(), bin: bin.into(), folder: folder.into() })
    }

    /// What it is, and all that is set on it.
    pub(crate) async fn described(&self) -> Result<String> {
        let client = connect(&format!("{}/postgres", self.url)).await?;
        let version: String = client.query_one("select current_setting('server_version')", &[]).await?.try_get(0)?;
        let from_file = "select name || ' ' || current_setting(name) from pg_settings
                          where source = 'configuration file' and name !~* '^(lc_|log_|port|unix_|listen_|datestyle|default_text|timezone|dynamic)'
                             or name in ('fsync', 'synchronous_commit', 'shared_buffers') order by name";
        let settings = client.query(from_file, &[]).await?;
        let settings = settings.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
        Ok(format!("PostgreSQL {version}: {}", settings.join(", ")))
    }

    /// Says in a place where its databases are.
    pub(crate) fn name_in(&self, place: &Path) -> Result<()> {
        Ok(std::fs::write(place.join(NAMED), &self.url)?)
    }

    /// Removes the databases of the workloads before, and what they have left to be written.
    pub(crate) async fn clear(&self) -> Result<()> {
        let client = connect(&format!("{}/postgres", self.url)).await?;
        let ours = "select quote_ident(datname) from pg_database where starts_with(datname, $1)";
        for row in client.query(ours, &[&prefix()]).await? {
            client.batch_execute(&format!("drop database {} with (force)", row.try_get::<_, String>(0)?)).await?;
        }
        Ok(client.batch_execute("checkpoint").await?)
    }

    /// The programs, who runs them, and an empty folder's name: for a server of its own.
    pub(crate) fn another(&self) -> Result<(Binaries, Account, PathBuf)> {
        let binaries = Binaries::in_folder(&self.bin).ok_or("the server's programs are gone")?;
        Ok((binaries, Account::of_this_process()?, self.folder.join(format!("{}distant", prefix()))))
    }
}

/// The URL of a place's database of this name, which is created if there is none.
pub(crate) async fn database(place: &Path, name: &str) -> Result<String> {
    let url = std::fs::read_to_string(place.join(NAMED))?;
    let place = place.file_name().and_then(|name| name.to_str()).ok_or("the folder's name is not UTF-8")?;
    create(&url, &format!("{place}-{name}")).await
}

/// The URL of a database of a server, which is created if there is none.
pub(crate) async fn create(url: &str, database: &str) -> Result<String> {
    let client = connect(&format!("{url}/postgres")).await?;
    if client.query_opt("select from pg_database where datname = $1", &[&database]).await?.is_none() {
        client.batch_execute(&format!("create database \"{database}\"")).await?;
    }
    Ok(format!("{url}/{database}"))
}

pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // it ends with the client, which hears of every error
    tokio::spawn(connection);
    Ok(client)
}
