//! An order: what can happen to it, what it adds up to, what can be asked of it, and what is decided.
//!
//! The desk records what has happened elsewhere. It never refuses a step for its order or for what is missing; all that it decides is
//! whether it knows the step already. The key of a step is the order and the step: an order is approved once, has one item 1.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use es_core::Emits;
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// What identifies an order, as the marketplace writes it.
#[derive(Id, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(String);

/// What identifies a customer, as the marketplace writes it.
#[derive(Id, Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CustomerId(String);

// ---- Events -------------------------------------------------------------------------------------------------------------------
//
// `at` is business time: when it happened in the world. `None`: nobody wrote that down. When the store learnt of it is `recorded_at`
// of the recorded event.

/// A customer has placed an order.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 3, upcast_from = 1)]
pub struct OrderPlaced {
    /// Who placed it.
    #[event(tag)]
    pub customer_id: Option<CustomerId>,
    /// When. Version 1 knew only the day.
    #[event(since = 2, was = "day", with = first_moment)]
    pub at: Option<DateTime<Utc>>,
    /// When the customer was told to expect it.
    #[event(since = 3, default)]
    pub estimated_delivery: Option<DateTime<Utc>>,
}

fn first_moment(day: NaiveDate) -> Option<DateTime<Utc>> {
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

/// Something was put on the order.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct ItemAdded {
    /// Its number within the order.
    pub number: u32,
    /// What it is.
    pub item: Item,
    /// When it was put there.
    pub at: Option<DateTime<Utc>>,
}

/// One line of an order.
#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is.
    pub product_id: String,
    /// Who sells it.
    pub seller_id: String,
    /// Until when the seller is to hand it over.
    pub ship_by: Option<DateTime<Utc>>,
    /// What it costs.
    pub price: Money,
    /// What its transport costs.
    pub freight: Money,
}

/// The customer has paid, in full or in part.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
pub struct PaymentReceived {
    /// Its number within the order.
    pub number: u32,
    /// By card, by voucher, ..: the marketplace's own word.
    pub method: String,
    /// In how many parts the customer pays it off. Version 1 knew of one.
    #[event(since = 2, default = 1)]
    pub installments: u32,
    /// How much. Version 1 counted cents.
    #[event(since = 2, was = "cents", with = Money::from_cents)]
    pub amount: Money,
    /// When it came in.
    pub at: Option<DateTime<Utc>>,
}

/// The payment was approved.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OrderApproved {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The invoice was written.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OrderInvoiced {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The seller has begun to make the parcel ready.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct ProcessingStarted {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The carrier has the parcel. In its first year this event was called `OrderShipped`.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(renamed_from = "OrderShipped")]
pub struct HandedToCarrier {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The customer has the parcel.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OrderDelivered {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// What was ordered cannot be had.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OrderUnavailable {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The order was called off.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OrderCanceled {
    /// When.
    pub at: Option<DateTime<Utc>>,
}

// ---- Fold ---------------------------------------------------------------------------------------------------------------------

/// How far an order has come, least to most.
///
/// An order's status is the greatest that it has reached, whatever came first: steps arrive with their dates out of order (a parcel
/// that the carrier has before its payment is approved is shipped), and a file that comes later may fill in an earlier step. What
/// ends an order, that it can't be had or was called off, outranks every progress that was made before or recorded after.
#[derive(Schema, Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Status {
    Created,
    Approved,
    Invoiced,
    Processing,
    Shipped,
    Delivered,
    Unavailable,
    Canceled,
}

impl Status {
    /// Every status, in order.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Approved,
        Self::Invoiced,
        Self::Processing,
        Self::Shipped,
        Self::Delivered,
        Self::Unavailable,
        Self::Canceled,
    ];
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Created => "created",
            Self::Approved => "approved",
            Self::Invoiced => "invoiced",
            Self::Processing => "processing",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Unavailable => "unavailable",
            Self::Canceled => "canceled",
        })
    }
}

/// A word that is no status of the marketplace.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no status: known are created, approved, invoiced, processing, shipped, delivered, unavailable, canceled")]
pub struct NoStatus;

impl FromStr for Status {
    type Err = NoStatus;

    fn from_str(text: &str) -> Result<Self, NoStatus> {
        Self::ALL.into_iter().find(|status| status.to_string() == text).ok_or(NoStatus)
    }
}

/// An order, as far as its events tell.
#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(
    id = OrderId,
    apply = Order::evolve,
    events(
        OrderPlaced,
        ItemAdded,
        PaymentReceived,
        OrderApproved,
        OrderInvoiced,
        ProcessingStarted,
        HandedToCarrier,
        OrderDelivered,
        OrderUnavailable,
        OrderCanceled
    ),
    commands(
        PlaceOrder,
        AddItem,
        ReceivePayment,
        ApproveOrder,
        InvoiceOrder,
        StartProcessing,
        HandToCarrier,
        DeliverOrder,
        MarkUnavailable,
        CancelOrder
    )
)]
pub struct Order {
    /// Who placed it.
    pub customer_id: Option<CustomerId>,
    /// When the customer was told to expect it.
    pub estimated_delivery: Option<DateTime<Utc>>,
    /// What it has reached, and when.
    pub reached: BTreeMap<Status, Option<DateTime<Utc>>>,
    /// What was ordered, by number.
    pub items: BTreeMap<u32, Item>,
    /// What was paid, by number.
    pub payments: BTreeMap<u32, PaymentReceived>,
}

impl Order {
    // eight of the ten events differ in nothing but the status that they reach: one `match` says it for all of them
    fn evolve(&mut self, event: OrderEvent) {
        if let Some(status) = event.reaches() {
            self.reached.insert(status, event.at());
        }
        match event {
            OrderEvent::OrderPlaced(placed) => {
                self.customer_id = placed.customer_id;
                self.estimated_delivery = placed.estimated_delivery;
            }
            OrderEvent::ItemAdded(added) => {
                self.items.insert(added.number, added.item);
            }
            OrderEvent::PaymentReceived(payment) => {
                self.payments.insert(payment.number, payment);
            }
            OrderEvent::OrderApproved(_)
            | OrderEvent::OrderInvoiced(_)
            | OrderEvent::ProcessingStarted(_)
            | OrderEvent::HandedToCarrier(_)
            | OrderEvent::OrderDelivered(_)
            | OrderEvent::OrderUnavailable(_)
            | OrderEvent::OrderCanceled(_) => {}
        }
    }

    /// How far it has come; `None` before it was placed.
    pub fn status(&self) -> Option<Status> {
        self.reached.last_key_value().map(|(status, _)| *status)
    }

    /// What was paid for it.
    pub fn paid(&self) -> Money {
        self.payments.values().map(|payment| payment.amount).sum()
    }

    /// What its items and their transport cost.
    pub fn total(&self) -> Money {
        self.items.values().map(|item| item.price + item.freight).sum()
    }
}

impl OrderEvent {
    /// The status that an order has reached by it, if it is about the order as a whole.
    pub fn reaches(&self) -> Option<Status> {
        match self {
            Self::OrderPlaced(_) => Some(Status::Created),
            Self::OrderApproved(_) => Some(Status::Approved),
            Self::OrderInvoiced(_) => Some(Status::Invoiced),
            Self::ProcessingStarted(_) => Some(Status::Processing),
            Self::HandedToCarrier(_) => Some(Status::Shipped),
            Self::OrderDelivered(_) => Some(Status::Delivered),
            Self::OrderUnavailable(_) => Some(Status::Unavailable),
            Self::OrderCanceled(_) => Some(Status::Canceled),
            Self::ItemAdded(_) | Self::PaymentReceived(_) => None,
        }
    }

    /// When it happened in the world, if somebody wrote that down.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::OrderPlaced(event) => event.at,
            Self::ItemAdded(event) => event.at,
            Self::PaymentReceived(event) => event.at,
            Self::OrderApproved(event) => event.at,
            Self::OrderInvoiced(event) => event.at,
            Self::ProcessingStarted(event) => event.at,
            Self::HandedToCarrier(event) => event.at,
            Self::OrderDelivered(event) => event.at,
            Self::OrderUnavailable(event) => event.at,
            Self::OrderCanceled(event) => event.at,
        }
    }
}

// ---- Commands -----------------------------------------------------------------------------------------------------------------

/// Records that a customer has placed an order.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order)]
pub struct PlaceOrder {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// Who placed it.
    pub customer_id: Option<CustomerId>,
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// When the customer was told to expect it.
    pub estimated_delivery: Option<DateTime<Utc>>,
}

/// Records what was put on an order.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct AddItem {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// Its number within the order.
    pub number: u32,
    /// What was put on it.
    pub item: Item,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records a payment.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct ReceivePayment {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// Its number within the order.
    pub number: u32,
    /// By card, by voucher, ..
    pub method: String,
    /// In how many parts the customer pays it off.
    pub installments: u32,
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that the payment was approved.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct ApproveOrder {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that the invoice was written.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct InvoiceOrder {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that the seller makes the parcel ready.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct StartProcessing {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that the carrier has the parcel.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct HandToCarrier {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that the customer has the parcel.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct DeliverOrder {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that what was ordered cannot be had.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct MarkUnavailable {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Records that an order was called off.
#[derive(Command, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[command(aggregate = Order, stream = existing)]
pub struct CancelOrder {
    /// The order.
    #[command(id)]
    pub order_id: OrderId,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

// ---- Decisions ----------------------------------------------------------------------------------------------------------------

impl Order {
    /// Decides on a step: nothing, if it is known already. So a command may come again, at any time, from any file.
    fn once<E>(&self, known: bool, event: E) -> Decision<Self>
    where
        Self: Emits<E>,
    {
        if known { emit![] } else { emit![event] }
    }

    fn has_reached(&self, status: Status) -> bool {
        self.reached.contains_key(&status)
    }
}

impl Handle<PlaceOrder> for Order {
    fn handle(&self, place: PlaceOrder) -> Decision<Self> {
        let PlaceOrder { customer_id, at, estimated_delivery, .. } = place;
        self.once(self.has_reached(Status::Created), OrderPlaced { customer_id, at, estimated_delivery })
    }
}

impl Handle<AddItem> for Order {
    fn handle(&self, add: AddItem) -> Decision<Self> {
        let AddItem { number, item, at, .. } = add;
        self.once(self.items.contains_key(&number), ItemAdded { number, item, at })
    }
}

impl Handle<ReceivePayment> for Order {
    fn handle(&self, receive: ReceivePayment) -> Decision<Self> {
        let ReceivePayment { number, method, installments, amount, at, .. } = receive;
        self.once(self.payments.contains_key(&number), PaymentReceived { number, method, installments, amount, at })
    }
}

impl Handle<ApproveOrder> for Order {
    fn handle(&self, approve: ApproveOrder) -> Decision<Self> {
        self.once(self.has_reached(Status::Approved), OrderApproved { at: approve.at })
    }
}

impl Handle<InvoiceOrder> for Order {
    fn handle(&self, invoice: InvoiceOrder) -> Decision<Self> {
        self.once(self.has_reached(Status::Invoiced), OrderInvoiced { at: invoice.at })
    }
}

impl Handle<StartProcessing> for Order {
    fn handle(&self, start: StartProcessing) -> Decision<Self> {
        self.once(self.has_reached(Status::Processing), ProcessingStarted { at: start.at })
    }
}

impl Handle<HandToCarrier> for Order {
    fn handle(&self, hand: HandToCarrier) -> Decision<Self> {
        self.once(self.has_reached(Status::Shipped), HandedToCarrier { at: hand.at })
    }
}

impl Handle<DeliverOrder> for Order {
    fn handle(&self, deliver: DeliverOrder) -> Decision<Self> {
        self.once(self.has_reached(Status::Delivered), OrderDelivered { at: deliver.at })
    }
}

impl Handle<MarkUnavailable> for Order {
    fn handle(&self, mark: MarkUnavailable) -> Decision<Self> {
        self.once(self.has_reached(Status::Unavailable), OrderUnavailable { at: mark.at })
    }
}

impl Handle<CancelOrder> for Order {
    fn handle(&self, cancel: CancelOrder) -> Decision<Self> {
        self.once(self.has_reached(Status::Canceled), OrderCanceled { at: cancel.at })
    }
}
