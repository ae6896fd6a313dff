use es_core::prelude::*;

#[derive(Event, Clone, Copy)]
union Moved {
    x: u8,
    y: u8,
}

fn main() {}
