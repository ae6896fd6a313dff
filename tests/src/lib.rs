//! The examples in the documentation of the derives, which need es-core to run; and the program in the README.

#[cfg(doctest)]
mod examples {
    #[doc = include_str!("../../README.md")]
    mod readme {}
    #[doc = include_str!("../../es-derive/docs/event.md")]
    mod event {}
    #[doc = include_str!("../../es-derive/docs/aggregate.md")]
    mod aggregate {}
    #[doc = include_str!("../../es-derive/docs/command.md")]
    mod command {}
    #[doc = include_str!("../../es-derive/docs/model.md")]
    mod model {}
    #[doc = include_str!("../../es-derive/docs/id.md")]
    mod id {}
    #[doc = include_str!("../../es-derive/docs/schema.md")]
    mod schema {}
    #[doc = include_str!("../../es-derive/docs/view.md")]
    mod view {}
    #[doc = include_str!("../../es-derive/docs/projection.md")]
    mod projection {}
}
