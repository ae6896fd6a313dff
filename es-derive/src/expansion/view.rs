// written by a test, for reading
const _: () = {
    /// The events of [`OrderSummary`].
    #[allow(private_interfaces)]
    pub enum __OrderSummaryEvent {
        /// [`OrderPlaced`]
        OrderPlaced(OrderPlaced),
        /// [`OrderCancelled`]
        OrderCancelled(OrderCancelled),
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __OrderSummaryEvent {
        fn clone(&self) -> Self {
            match self {
                Self::OrderPlaced(event) => {
                    Self::OrderPlaced(
                        <OrderPlaced as ::es_core::__private::Listed>::copied(event),
                    )
                }
                Self::OrderCancelled(event) => {
                    Self::OrderCancelled(
                        <OrderCancelled as ::es_core::__private::Listed>::copied(event),
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for __OrderSummaryEvent {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            let (name, event): (&str, &dyn ::core::fmt::Debug) = match self {
                Self::OrderPlaced(event) => {
                    (
                        "OrderPlaced",
                        <OrderPlaced as ::es_core::__private::Listed>::shown(event),
                    )
                }
                Self::OrderCancelled(event) => {
                    (
                        "OrderCancelled",
                        <OrderCancelled as ::es_core::__private::Listed>::shown(event),
                    )
                }
            };
            formatter.debug_tuple(name).field(event).finish()
        }
    }
    #[automatically_derived]
    impl ::es_core::EventEnum for __OrderSummaryEvent {
        const EVENTS: &'static [::es_core::EventInfo] = &[
            <OrderPlaced as ::es_core::__private::Listed>::INFO,
            <OrderCancelled as ::es_core::__private::Listed>::INFO,
        ];
        fn name(&self) -> &'static str {
            match self {
                Self::OrderPlaced(_) => {
                    <OrderPlaced as ::es_core::__private::Listed>::NAME
                }
                Self::OrderCancelled(_) => {
                    <OrderCancelled as ::es_core::__private::Listed>::NAME
                }
            }
        }
        fn event_version(&self) -> u32 {
            match self {
                Self::OrderPlaced(_) => {
                    <OrderPlaced as ::es_core::__private::Listed>::VERSION
                }
                Self::OrderCancelled(_) => {
                    <OrderCancelled as ::es_core::__private::Listed>::VERSION
                }
            }
        }
        fn encode(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
            match self {
                Self::OrderPlaced(event) => {
                    <OrderPlaced as ::es_core::__private::Listed>::encode(event)
                }
                Self::OrderCancelled(event) => {
                    <OrderCancelled as ::es_core::__private::Listed>::encode(event)
                }
            }
        }
        fn add_tags(&self, tags: &mut ::es_core::Tags) {
            match self {
                Self::OrderPlaced(event) => {
                    <OrderPlaced as ::es_core::__private::Listed>::add_tags(event, tags)
                }
                Self::OrderCancelled(event) => {
                    <OrderCancelled as ::es_core::__private::Listed>::add_tags(
                        event,
                        tags,
                    )
                }
            }
        }
        fn decode(
            name: &str,
            version: u32,
            payload: &[u8],
            events: &mut ::std::vec::Vec<Self>,
        ) -> ::core::result::Result<(), ::es_core::DecodeError> {
            #[allow(unreachable_patterns)]
            match name {
                <OrderPlaced as ::es_core::__private::Listed>::NAME => {
                    events
                        .push(
                            Self::OrderPlaced(
                                <OrderPlaced as ::es_core::__private::Listed>::decode(
                                    version,
                                    payload,
                                )?,
                            ),
                        )
                }
                <OrderCancelled as ::es_core::__private::Listed>::NAME => {
                    events
                        .push(
                            Self::OrderCancelled(
                                <OrderCancelled as ::es_core::__private::Listed>::decode(
                                    version,
                                    payload,
                                )?,
                            ),
                        )
                }
                _ => {
                    return ::es_core::__private::read_former(
                        <__OrderSummaryEvent as ::es_core::EventEnum>::EVENTS,
                        &[],
                        name,
                        version,
                        payload,
                        &mut |name, version, payload| <Self as ::es_core::EventEnum>::decode(
                            name,
                            version,
                            payload,
                            events,
                        ),
                    );
                }
            }
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl ::es_core::EventSet for OrderSummary {
        type Event = __OrderSummaryEvent;
        type Error = ::core::convert::Infallible;
    }
    #[automatically_derived]
    impl ::es_core::ReadModel for OrderSummary {
        const NAME: &'static str = "order_summary";
        const VERSION: u32 = 2u32;
        const EVENTS: &'static [::es_core::EventInfo] = <__OrderSummaryEvent as ::es_core::EventEnum>::EVENTS;
    }
    #[automatically_derived]
    impl ::es_core::View for OrderSummary {
        type Key = OrderId;
        const COLUMNS: &'static [(&'static str, ::es_core::view::ColumnType)] = &[
            ("status", <String as ::es_core::view::Indexed>::TYPE),
        ];
        const RECORDED: bool = {
            #[allow(unused_imports)]
            use ::es_core::__private::AsksByDefault as _;
            ::es_core::__private::Asks::<OrderSummary, OrderPlaced>::APPLIED
                || ::es_core::__private::Asks::<OrderSummary, OrderPlaced>::KEYED
                || ::es_core::__private::Asks::<OrderSummary, OrderCancelled>::KEYED
        };
        fn keys_of(
            recorded: &::es_core::Recorded<__OrderSummaryEvent>,
        ) -> ::core::result::Result<
            ::std::vec::Vec<::std::string::String>,
            ::es_core::ProjectionError,
        > {
            match &recorded.event {
                __OrderSummaryEvent::OrderPlaced(event) => {
                    #[allow(unused_imports)]
                    use ::es_core::__private::{KeysByStream as _, KeysByView as _};
                    (&::es_core::__private::Keys::<OrderSummary, OrderPlaced>::new())
                        .keys(recorded, event)
                }
                __OrderSummaryEvent::OrderCancelled(event) => {
                    #[allow(unused_imports)]
                    use ::es_core::__private::{KeysByStream as _, KeysByView as _};
                    (&::es_core::__private::Keys::<OrderSummary, OrderCancelled>::new())
                        .keys(recorded, event)
                }
            }
        }
        fn change(
            &mut self,
            recorded: ::es_core::Recorded<__OrderSummaryEvent>,
        ) -> bool {
            #[allow(unused_variables)]
            let (event, about) = recorded.split();
            match event {
                __OrderSummaryEvent::OrderPlaced(event) => {
                    ::es_core::ApplyRecorded::<
                        OrderPlaced,
                    >::apply_recorded(self, about.map(|()| event));
                    true
                }
                __OrderSummaryEvent::OrderCancelled(_) => false,
            }
        }
        fn columns(&self) -> ::std::vec::Vec<::es_core::view::ColumnValue> {
            ::std::vec![< String as ::es_core::view::Indexed > ::value(& self.status)]
        }
        fn shape(
            types: &mut ::es_core::__private::Types,
        ) -> ::es_core::__private::Shape {
            <String as ::es_core::Schema>::define(types);
            const {
                ::es_core::__private::Shape::Struct(
                    &[
                        ::es_core::__private::Field::Plain(
                            "status",
                            <String as ::es_core::Schema>::STORED,
                        ),
                        ::es_core::__private::Field::Plain(
                            "total_cents",
                            <i64 as ::es_core::Schema>::STORED,
                        ),
                    ],
                )
            }
        }
    }
};
#[allow(dead_code)]
impl OrderSummary {
    /// The indexed column `status`.
    pub const STATUS: ::es_core::view::Column<Self, String> = ::es_core::view::Column::new(
        "status",
    );
}
