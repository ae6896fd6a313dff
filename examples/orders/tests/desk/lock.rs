//! What was stored stays readable: `events.lock` and the samples beside it.

es_core::lock::test!(orders::domain::Order);
