//! The three files of the marketplace: found, their headers checked, cut into rows.

use std::fs;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use crate::error::Error;
use crate::import::rejects::Reject;

/// One file: its name, and the columns that it must have. It may have others, in any order.
#[derive(Debug)]
pub struct Format {
    /// The file's name within the folder.
    pub name: &'static str,
    /// The columns that are read.
    pub columns: &'static [&'static str],
}

/// The orders, a row each.
pub const ORDERS: Format = Format {
    name: "olist_orders_dataset.csv",
    columns: &[
        "order_id",
        "customer_id",
        "order_status",
        "order_purchase_timestamp",
        "order_approved_at",
        "order_delivered_carrier_date",
        "order_delivered_customer_date",
        "order_estimated_delivery_date",
    ],
};

/// What was ordered, a row an item.
pub const ITEMS: Format = Format {
    name: "olist_order_items_dataset.csv",
    columns: &["order_id", "order_item_id", "product_id", "seller_id", "shipping_limit_date", "price", "freight_value"],
};

/// What was paid, a row a payment.
pub const PAYMENTS: Format = Format {
    name: "olist_order_payments_dataset.csv",
    columns: &["order_id", "payment_sequential", "payment_type", "payment_installments", "payment_value"],
};

/// A file in memory whose header has every column that is needed.
#[derive(Debug)]
pub struct Table {
    format: &'static Format,
    text: Vec<u8>,
    headers: StringRecord,
    /// Where the rows begin.
    body: usize,
}

/// A row that has a value for each column of the header.
#[derive(Debug)]
pub struct Row<'t> {
    headers: &'t StringRecord,
    values: StringRecord,
    format: &'static Format,
    line: u64,
    text: &'t [u8],
}

impl Table {
    /// Reads a file and looks at its header.
    ///
    /// # Errors
    /// [`Error::Input`] when it cannot be read, [`Error::Columns`] when its header lacks a column.
    pub fn open(folder: &Path, format: &'static Format) -> Result<Self, Error> {
        let path = folder.join(format.name);
        let mut text = fs::read(&path).map_err(|source| Error::Input { path: path.clone(), source })?;
        if text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        let mut header = ByteRecord::new();
        let mut reader = reader(&text);
        // without a header there is no column: that is said below
        let _ = reader.read_byte_record(&mut header);
        let body = offset(reader.position());
        let headers: StringRecord = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let columns = missing(format, &headers);
        match columns.is_empty() {
            true => Ok(Self { format, text, headers, body }),
            false => Err(Error::Columns { path, columns }),
        }
    }

    /// Its rows, in order; for what is no row, why not.
    pub fn rows(&self) -> Rows<'_> {
        let mut rows = Rows { table: self, reader: reader(&[]), base: 0, counted: 0, line: 1 };
        rows.start_at(self.body);
        rows
    }
}

fn missing(format: &'static Format, headers: &StringRecord) -> Vec<&'static str> {
    format.columns.iter().copied().filter(|column| !headers.iter().any(|header| header == *column)).collect()
}

fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text)
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

/// The rows of a [`Table`].
#[derive(Debug)]
pub struct Rows<'t> {
    table: &'t Table,
    reader: csv::Reader<&'t [u8]>,
    /// Where the reader was started.
    base: usize,
    /// Up to where lines were counted, and the number of the line there.
    counted: usize,
    line: u64,
}

impl<'t> Rows<'t> {
    fn start_at(&mut self, base: usize) {
        self.base = base;
        self.reader = reader(self.table.text.get(base..).unwrap_or_default());
    }

    /// The number of the line in which this place is. The reader's own is off where lines end in CR LF or are blank.
    fn line_of(&mut self, place: usize) -> u64 {
        let passed = self.table.text.get(self.counted..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.counted = place;
        self.line
    }

    /// The place and the text of the record that was read, without the breaks around it.
    fn place(&self, record: &ByteRecord) -> (usize, &'t [u8]) {
        let start = self.base + record.position().map_or(0, offset);
        let end = self.base + offset(self.reader.position());
        let text = self.table.text.get(start..end).unwrap_or_default();
        let breaks = text.iter().take_while(|byte| is_break(**byte)).count();
        let text = &text[breaks..];
        let end = text.len() - text.iter().rev().take_while(|byte| is_break(**byte)).count();
        (start + breaks, &text[..end])
    }

    fn row(&mut self, record: ByteRecord) -> Result<Row<'t>, Reject> {
        let (start, text) = self.place(&record);
        let line = self.line_of(start);
        let Table { format, headers, .. } = self.table;
        let reject = |reason: String, text| Err(Reject::new(format, line, reason, text));
        let fits = record.len() == headers.len();
        // a quote that is never closed takes the lines after it along: only its own line is bad
        let closed = text.iter().filter(|byte| **byte == b'"').count().is_multiple_of(2);
        let own = text.iter().position(|byte| is_break(*byte)).unwrap_or(text.len());
        if own < text.len() && !(fits && closed) {
            self.start_at(start + own);
            return reject("has a quote that is not closed in its line".into(), &text[..own]);
        }
        if !fits {
            return reject(format!("has {} values where the header has {} columns", record.len(), headers.len()), text);
        }
        match StringRecord::from_byte_record(record) {
            Ok(values) => Ok(Row { headers, values, format, line, text }),
            Err(_) => reject("is not UTF-8".into(), text),
        }
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

impl<'t> Iterator for Rows<'t> {
    type Item = Result<Row<'t>, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = ByteRecord::new();
        // reading from memory, with any number of values in a row, has no error left but the end
        let read = self.reader.read_byte_record(&mut record).unwrap_or(false);
        read.then(|| self.row(record))
    }
}

impl Row<'_> {
    /// What it has in a column of its format.
    pub fn get(&self, column: &str) -> &str {
        let at = self.headers.iter().position(|header| header == column);
        at.and_then(|at| self.values.get(at)).unwrap_or_default()
    }

    /// The row as a bad one.
    pub fn reject(&self, reason: impl ToString) -> Reject {
        Reject::new(self.format, self.line, reason.to_string(), self.text)
    }

    /// The line that it begins in, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTERS: Format = Format { name: "letters.csv", columns: &["a", "b"] };

    fn table(text: &str) -> Result<Table, Error> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(LETTERS.name), text).unwrap();
        Table::open(folder.path(), &LETTERS)
    }

    /// Each row as `line: b`, each bad one as `line! reason`.
    fn read(text: &str) -> Vec<String> {
        let shown = |row: Result<Row<'_>, Reject>| match row {
            Ok(row) => format!("{}: {}", row.line(), row.get("b")),
            Err(reject) => format!("{}! {} [{}]", reject.line, reject.reason, reject.row),
        };
        table(text).unwrap().rows().map(shown).collect()
    }

    #[test]
    fn columns_come_in_any_order_and_others_are_passed_over() {
        assert_eq!(read("x,b,a\n0,2,1\n"), ["2: 2"]);
        assert_eq!(read("\u{feff}a, b\n1,2"), ["2: 2"]);
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        assert_eq!(read("a,b\r\n1,x\r\n\r\n2,y\r\n"), ["2: x", "4: y"]);
        assert_eq!(read("a,b\n\n\n1,x\n\n2,\"y\nz\"\n3,w\n"), ["4: x", "6: y\nz", "8: w"]);
    }

    #[test]
    fn a_row_with_too_few_values_is_bad_and_the_next_is_read() {
        assert_eq!(read("a,b\n1\n2,y\n"), ["2! has 1 values where the header has 2 columns [1]", "3: y"]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        for bad in ["\"1,x", "1,\"x"] {
            let first = format!("2! has a quote that is not closed in its line [{bad}]");
            assert_eq!(read(&format!("a,b\n{bad}\n2,y\n3,z\n")), [first.as_str(), "3: y", "4: z"]);
        }
    }

    #[test]
    fn a_header_that_lacks_a_column_is_refused_with_its_name() {
        for text in ["", "a,c\n1,2\n", "1,2\n"] {
            assert!(table(text).unwrap_err().to_string().contains("has no column"), "{text}");
        }
    }
}
