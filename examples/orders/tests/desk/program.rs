//! The program, a folder to run it in, and a look at the store it leaves behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use es_core::store::{Append, EventStore, NewEvent};
use es_core::{App, ExpectedVersion, Position, Query, StreamId};
use es_sqlite::SqliteStore;
use es_sqlite::rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

pub(crate) const ORDERS: &str = "olist_orders_dataset.csv";
pub(crate) const ITEMS: &str = "olist_order_items_dataset.csv";
pub(crate) const PAYMENTS: &str = "olist_order_payments_dataset.csv";

pub(crate) const ORDERS_HEADER: &str = "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,\
     order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date";
pub(crate) const ITEMS_HEADER: &str = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value";
pub(crate) const PAYMENTS_HEADER: &str = "order_id,payment_sequential,payment_type,payment_installments,payment_value";

/// The sample that ships with the desk.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample")
}

/// A folder with `orders.db` in it, or soon to be.
pub(crate) struct Place {
    folder: TempDir,
}

/// What the program answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// An event as it is stored, without what differs from one import to the next: ids, times, positions.
pub(crate) type Kept = (String, u32, String, Vec<String>);

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the three files into a folder of this one: the headers, and these rows.
    pub(crate) fn files(&self, orders: &[&str], items: &[&str], payments: &[&str]) -> PathBuf {
        let folder = self.path("files");
        fs::create_dir_all(&folder).unwrap();
        for (name, header, rows) in [(ORDERS, ORDERS_HEADER, orders), (ITEMS, ITEMS_HEADER, items), (PAYMENTS, PAYMENTS_HEADER, payments)] {
            fs::write(folder.join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        }
        folder
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
        command.current_dir(self.folder.path()).args(args).stdin(Stdio::null());
        command
    }

    /// Runs `orders` in this folder.
    pub(crate) fn run(&self, args: &[&str]) -> Answer {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        Answer { code: status.code().unwrap_or(-1), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() }
    }

    pub(crate) fn import(&self, folder: &Path) -> Answer {
        self.run(&["import", folder.to_str().unwrap()])
    }

    /// What `orders` answers when nothing is wrong.
    pub(crate) fn ask(&self, args: &[&str]) -> String {
        let answer = self.run(args);
        assert_eq!(answer.code, 0, "{answer:?}");
        answer.out
    }

    /// The lines of the rejects file after its header: file, line, reason, row.
    pub(crate) fn rejected(&self) -> Vec<[String; 4]> {
        let mut reader = csv::Reader::from_path(self.path("rejects.csv")).unwrap();
        assert_eq!(reader.headers().unwrap(), vec!["file", "line", "reason", "row"]);
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// The events in the store, by stream.
    pub(crate) fn events(&self) -> BTreeMap<String, Vec<Kept>> {
        in_runtime(async {
            let app = App::new(SqliteStore::open(self.path("orders.db")).await.unwrap());
            let mut streams: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
            let mut feed = app.read(Query::all(), Position::START);
            while let Some(event) = feed.next().await {
                let event = event.unwrap();
                let payload = String::from_utf8(event.event.as_bytes().to_vec()).unwrap();
                let tags = event.tags.iter().map(ToString::to_string).collect();
                let stream = streams.entry(event.stream.as_ref().unwrap().to_string()).or_default();
                stream.push((event.name.to_string(), event.event_version, payload, tags));
                assert_eq!(stream.len() as u64, event.version);
            }
            streams
        })
    }

    /// Appends an event of an order as no build of today would.
    pub(crate) fn append(&self, order: &str, name: &'static str, version: u32, payload: &str) {
        in_runtime(async {
            let store = SqliteStore::open(self.path("orders.db")).await.unwrap();
            let event = NewEvent::new(name, version, payload).unwrap();
            store.append(Append::to(StreamId::new("order", order).unwrap(), ExpectedVersion::Any, vec![event])).await.unwrap();
        });
    }

    /// How many events are in the store by now; another process may be writing them.
    pub(crate) fn head(&self) -> u64 {
        let file = Connection::open_with_flags(self.path("orders.db"), OpenFlags::SQLITE_OPEN_READ_ONLY);
        // before the first event there may be neither a file nor a table
        file.and_then(|file| file.query_one("select count(*) from events", [], |row| row.get(0))).unwrap_or(0)
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}
