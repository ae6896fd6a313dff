//! The bank's domain without the framework: serde structs, a match on the name, a fold, and a decision.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::plan::{Op, TILL, owner};

/// The category of the streams.
pub(crate) const CATEGORY: &str = "account";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    owner: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Deposited {
    cents: i64,
    till: String,
}

#[derive(Debug, Deserialize)]
struct DepositedV1 {
    amount: String,
}

#[derive(Debug, Deserialize)]
struct DepositedV2 {
    amount: String,
    till: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Withdrawn {
    cents: i64,
}

#[derive(Debug)]
pub(crate) enum Event {
    Opened(Opened),
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Account {
    owner: String,
    pub(crate) balance: i64,
}

impl Account {
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Opened(event) => self.owner = event.owner,
            Event::Deposited(event) => self.balance += event.cents,
            Event::Withdrawn(event) => self.balance -= event.cents,
        }
    }

    /// Decodes and applies an event of which only one version was ever stored.
    #[inline]
    pub(crate) fn replay(&mut self, name: &str, payload: &[u8]) -> Result<()> {
        match name {
            "account.opened" => self.owner = serde_json::from_slice::<Opened>(payload)?.owner,
            "account.deposited" => self.balance += serde_json::from_slice::<Deposited>(payload)?.cents,
            "account.withdrawn" => self.balance -= serde_json::from_slice::<Withdrawn>(payload)?.cents,
            other => return Err(format!("no event is named {other}").into()),
        }
        Ok(())
    }

    /// Decodes and applies an event of any version.
    #[inline]
    pub(crate) fn replay_any(&mut self, name: &str, version: u32, payload: &[u8]) -> Result<()> {
        match (name, version) {
            ("account.deposited", version) => self.balance += Deposited::decode(version, payload)?.cents,
            (name, 1) => self.replay(name, payload)?,
            (name, version) => return Err(format!("no event is named {name} version {version}").into()),
        }
        Ok(())
    }

    /// Decides on a command; `version` is the number of events that the account has.
    pub(crate) fn decide(&self, account: u64, version: u64, op: Op) -> Result<Event> {
        match op {
            Op::Open if version > 0 => Err("the account exists".into()),
            Op::Deposit { .. } | Op::Withdraw { .. } if version == 0 => Err("no such account".into()),
            Op::Withdraw { cents } if self.balance < cents => Err("overdrawn".into()),
            op => Ok(Event::of(account, op)),
        }
    }
}

impl Event {
    pub(crate) fn of(account: u64, op: Op) -> Self {
        match op {
            Op::Open => Self::Opened(Opened { owner: owner(account) }),
            Op::Deposit { cents } => Self::Deposited(Deposited { cents, till: TILL.to_owned() }),
            Op::Withdraw { cents } => Self::Withdrawn(Withdrawn { cents }),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "account.opened",
            Self::Deposited(_) => "account.deposited",
            Self::Withdrawn(_) => "account.withdrawn",
        }
    }

    pub(crate) fn version(&self) -> u32 {
        match self {
            Self::Deposited(_) => 3,
            Self::Opened(_) | Self::Withdrawn(_) => 1,
        }
    }

    pub(crate) fn encode(&self) -> Result<String> {
        Ok(match self {
            Self::Opened(event) => serde_json::to_string(event)?,
            Self::Deposited(event) => serde_json::to_string(event)?,
            Self::Withdrawn(event) => serde_json::to_string(event)?,
        })
    }

    pub(crate) fn decode(name: &str, version: u32, payload: &[u8]) -> Result<Self> {
        Ok(match (name, version) {
            ("account.opened", 1) => Self::Opened(serde_json::from_slice(payload)?),
            ("account.deposited", version) => Self::Deposited(Deposited::decode(version, payload)?),
            ("account.withdrawn", 1) => Self::Withdrawn(serde_json::from_slice(payload)?),
            (name, version) => return Err(format!("no event is named {name} version {version}").into()),
        })
    }

    /// Whether it opens an account, and by how much it changes the balance.
    pub(crate) fn effect(&self) -> (bool, i64) {
        match self {
            Self::Opened(_) => (true, 0),
            Self::Deposited(event) => (false, event.cents),
            Self::Withdrawn(event) => (false, -event.cents),
        }
    }
}

impl Deposited {
    /// Reads any version: an old struct each, and a conversion.
    #[inline]
    fn decode(version: u32, payload: &[u8]) -> Result<Self> {
        match version {
            3 => Ok(serde_json::from_slice(payload)?),
            2 => {
                let old: DepositedV2 = serde_json::from_slice(payload)?;
                Ok(Self { cents: cents(&old.amount)?, till: old.till })
            }
            1 => {
                let old: DepositedV1 = serde_json::from_slice(payload)?;
                Ok(Self { cents: cents(&old.amount)?, till: TILL.to_owned() })
            }
            other => Err(format!("no deposit has version {other}").into()),
        }
    }
}

fn cents(amount: &str) -> Result<i64, std::num::ParseIntError> {
    match amount.split_once('.') {
        Some((whole, hundredths)) => Ok(whole.parse::<i64>()? * 100 + hundredths.parse::<i64>()?),
        None => Ok(amount.parse::<i64>()? * 100),
    }
}
