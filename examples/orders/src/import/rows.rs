//! Rows checked, one by one: what stands in them, or why not.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use es_core::{Aggregate, StreamId, Tag};

use crate::domain::{AddItem, CustomerId, Item, Order, OrderId, ReceivePayment, Status};
use crate::import::files::{Row, Table};
use crate::import::rejects::Reject;
use crate::time;

/// What the files say of one order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRows {
    /// Its own row.
    pub order: OrderRow,
    /// Its items, as they stand in the file.
    pub items: Vec<AddItem>,
    /// Its payments, as they stand in the file.
    pub payments: Vec<ReceivePayment>,
}

/// A row of the orders file.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct OrderRow {
    pub order_id: OrderId,
    pub customer_id: Option<CustomerId>,
    pub status: Status,
    pub purchased_at: Option<DateTime<Utc>>,
    pub approved_at: Option<DateTime<Utc>>,
    pub handed_to_carrier_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub estimated_delivery: Option<DateTime<Utc>>,
}

/// Reads the rows of all files: the orders with what belongs to them, in the order of their file, and the bad rows.
pub fn read(orders: &Table, items: &Table, payments: &Table) -> (Vec<OrderRows>, Vec<Reject>) {
    let mut read = Read::default();
    read.each(orders, Read::order);
    read.each(items, Read::item);
    read.each(payments, Read::payment);
    (read.orders, read.rejects)
}

/// What was read so far.
#[derive(Debug, Default)]
struct Read {
    orders: Vec<OrderRows>,
    seen: HashMap<OrderId, Seen>,
    items: Numbers,
    payments: Numbers,
    rejects: Vec<Reject>,
}

/// What became of an order's row.
#[derive(Debug, Clone, Copy)]
enum Seen {
    /// It is at this place in the list.
    Kept(usize),
    /// It is a bad one, of this line.
    Rejected(u64),
}

/// The numbers that items or payments have had within their orders, those of bad rows too.
type Numbers = HashSet<(OrderId, u32)>;
/// What stands in a row, or what is wrong with it.
type Checked<T> = Result<T, String>;

impl Read {
    fn each(&mut self, table: &Table, take: fn(&mut Self, &Row<'_>) -> Checked<()>) {
        for row in table.rows() {
            if let Err(reject) = row.and_then(|row| take(self, &row).map_err(|reason| row.reject(reason))) {
                self.rejects.push(reject);
            }
        }
    }

    fn order(&mut self, row: &Row<'_>) -> Checked<()> {
        let order_id = order_id(row)?;
        if self.seen.contains_key(&order_id) {
            return Err(format!("`order_id` {order_id} occurs earlier in this file"));
        }
        self.seen.insert(order_id.clone(), Seen::Rejected(row.line()));
        let order = order(row, order_id.clone())?;
        self.seen.insert(order_id, Seen::Kept(self.orders.len()));
        self.orders.push(OrderRows { order, items: Vec::new(), payments: Vec::new() });
        Ok(())
    }

    fn item(&mut self, row: &Row<'_>) -> Checked<()> {
        let item = item(row, &mut self.items)?;
        self.owner(&item.order_id)?.items.push(item);
        Ok(())
    }

    fn payment(&mut self, row: &Row<'_>) -> Checked<()> {
        let payment = payment(row, &mut self.payments)?;
        self.owner(&payment.order_id)?.payments.push(payment);
        Ok(())
    }

    /// The order that an item or a payment belongs to.
    fn owner(&mut self, order_id: &OrderId) -> Checked<&mut OrderRows> {
        match self.seen.get(order_id) {
            Some(Seen::Kept(at)) => self.orders.get_mut(*at).ok_or_else(|| format!("its order {order_id} is gone")),
            Some(Seen::Rejected(line)) => Err(format!("its order {order_id} was rejected: line {line} of the orders")),
            None => Err(format!("its order {order_id} is not among the orders")),
        }
    }
}

fn order(row: &Row<'_>, order_id: OrderId) -> Checked<OrderRow> {
    Ok(OrderRow {
        order_id,
        customer_id: customer_id(row)?,
        status: value(row, "order_status")?,
        purchased_at: moment(row, "order_purchase_timestamp")?,
        approved_at: moment(row, "order_approved_at")?,
        handed_to_carrier_at: moment(row, "order_delivered_carrier_date")?,
        delivered_at: moment(row, "order_delivered_customer_date")?,
        estimated_delivery: moment(row, "order_estimated_delivery_date")?,
    })
}

// no file has a date for when an item was added or a payment came in

fn item(row: &Row<'_>, seen: &mut Numbers) -> Checked<AddItem> {
    let (order_id, number) = number(row, "order_item_id", seen)?;
    let item = Item {
        product_id: row.get("product_id").to_owned(),
        seller_id: row.get("seller_id").to_owned(),
        ship_by: moment(row, "shipping_limit_date")?,
        price: value(row, "price")?,
        freight: value(row, "freight_value")?,
    };
    Ok(AddItem { order_id, number, item, at: None })
}

fn payment(row: &Row<'_>, seen: &mut Numbers) -> Checked<ReceivePayment> {
    let (order_id, number) = number(row, "payment_sequential", seen)?;
    let method = row.get("payment_type").to_owned();
    let installments = whole(row, "payment_installments")?;
    let amount = value(row, "payment_value")?;
    Ok(ReceivePayment { order_id, number, method, installments, amount, at: None })
}

/// An order, and a number within it that no row above has had.
fn number(row: &Row<'_>, column: &str, seen: &mut Numbers) -> Checked<(OrderId, u32)> {
    let key = (order_id(row)?, whole(row, column)?);
    match seen.insert(key.clone()) {
        true => Ok(key),
        false => Err(format!("`{column}` {} of order {} occurs earlier in this file", key.1, key.0)),
    }
}

fn order_id(row: &Row<'_>) -> Checked<OrderId> {
    let id = row.get("order_id");
    StreamId::new(Order::NAME, id).map_err(|error| format!("`order_id`: {error}"))?;
    Ok(OrderId::from(id.to_owned()))
}

fn customer_id(row: &Row<'_>) -> Checked<Option<CustomerId>> {
    let id = row.get("customer_id");
    Tag::new("customer_id", id).map_err(|error| format!("`customer_id`: {error}"))?;
    Ok((!id.is_empty()).then(|| CustomerId::from(id.to_owned())))
}

/// A time, or nothing where nothing stands.
fn moment(row: &Row<'_>, column: &str) -> Checked<Option<DateTime<Utc>>> {
    match row.get(column).trim() {
        "" => Ok(None),
        text => time::parse(text).map(Some).map_err(|error| wrong(row, column, error)),
    }
}

fn value<T: FromStr<Err: Display>>(row: &Row<'_>, column: &str) -> Checked<T> {
    row.get(column).trim().parse().map_err(|error| wrong(row, column, error))
}

fn whole(row: &Row<'_>, column: &str) -> Checked<u32> {
    value::<u32>(row, column).map_err(|_| wrong(row, column, "is no whole number"))
}

fn wrong(row: &Row<'_>, column: &str, error: impl Display) -> String {
    format!("`{column}` {:?} {error}", row.get(column))
}
