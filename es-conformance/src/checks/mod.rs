//! The checks, one file an area.

pub(crate) mod appends;
pub(crate) mod boundaries;
pub(crate) mod checkpoints;
pub(crate) mod conditions;
pub(crate) mod contents;
pub(crate) mod faults;
pub(crate) mod folding;
pub(crate) mod inline;
pub(crate) mod interleavings;
pub(crate) mod keys;
pub(crate) mod killing;
pub(crate) mod leases;
pub(crate) mod order;
pub(crate) mod pages;
pub(crate) mod parking;
pub(crate) mod racing;
pub(crate) mod random;
pub(crate) mod reading;
pub(crate) mod reopening;
pub(crate) mod settling;
pub(crate) mod sharing;
pub(crate) mod snapshots;
pub(crate) mod tags;
pub(crate) mod tailing;
pub(crate) mod views;
pub(crate) mod workers;
