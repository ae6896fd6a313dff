//! What happens in the bank: the same on both sides, and known beforehand, so that every result can be checked.

/// The till of every deposit.
pub(crate) const TILL: &str = "main";

/// One thing that somebody wants of an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    Open,
    Deposit { cents: i64 },
    Withdraw { cents: i64 },
}

/// Who opens this account.
pub(crate) fn owner(account: u64) -> String {
    format!("owner of {account}")
}

/// What happens to the account after `nth` other things did. It never holds less than is withdrawn.
pub(crate) fn op(account: u64, nth: u64) -> Op {
    match nth {
        0 => Op::Open,
        nth if nth % 3 == 2 => Op::Withdraw { cents: (account * 7 + nth * 13) as i64 % 400 + 100 },
        nth => Op::Deposit { cents: (account * 31 + nth * 17) as i64 % 9_000 + 1_000 },
    }
}

/// The first `count` things that happen to the account.
pub(crate) fn ops(account: u64, count: u64) -> impl Iterator<Item = Op> {
    (0..count).map(move |nth| op(account, nth))
}

/// What it holds after them.
pub(crate) fn balance(account: u64, count: u64) -> i64 {
    ops(account, count).map(Op::cents).sum()
}

impl Op {
    /// By how much it changes the balance.
    pub(crate) fn cents(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Deposit { cents } => cents,
            Self::Withdraw { cents } => -cents,
        }
    }
}
