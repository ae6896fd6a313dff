// written by a test, for reading
/// The events of [`Order`].
#[allow(private_interfaces)]
pub enum OrderEvent {
    /// [`OrderPlaced`]
    OrderPlaced(OrderPlaced),
}
const _: () = {
    #[automatically_derived]
    impl ::core::convert::From<OrderPlaced> for OrderEvent {
        fn from(event: OrderPlaced) -> Self {
            Self::OrderPlaced(event)
        }
    }
    #[automatically_derived]
    impl ::es_core::Emits<OrderPlaced> for Order {
        fn wrap(event: OrderPlaced) -> OrderEvent {
            OrderEvent::OrderPlaced(event)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for OrderEvent {
        fn clone(&self) -> Self {
            match self {
                Self::OrderPlaced(event) => {
                    Self::OrderPlaced(
                        <OrderPlaced as ::es_core::__private::Listed>::copied(event),
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OrderEvent {
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
            };
            formatter.debug_tuple(name).field(event).finish()
        }
    }
    #[automatically_derived]
    impl ::es_core::EventEnum for OrderEvent {
        const EVENTS: &'static [::es_core::EventInfo] = &[
            <OrderPlaced as ::es_core::__private::Listed>::INFO,
        ];
        fn name(&self) -> &'static str {
            match self {
                Self::OrderPlaced(_) => {
                    <OrderPlaced as ::es_core::__private::Listed>::NAME
                }
            }
        }
        fn event_version(&self) -> u32 {
            match self {
                Self::OrderPlaced(_) => {
                    <OrderPlaced as ::es_core::__private::Listed>::VERSION
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
            }
        }
        fn add_tags(&self, tags: &mut ::es_core::Tags) {
            match self {
                Self::OrderPlaced(event) => {
                    <OrderPlaced as ::es_core::__private::Listed>::add_tags(event, tags)
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
                _ => {
                    return ::es_core::__private::read_former(
                        <OrderEvent as ::es_core::EventEnum>::EVENTS,
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
    impl ::es_core::EventSet for Order {
        type Event = OrderEvent;
        type Error = OrderError;
    }
    #[automatically_derived]
    impl<__Command> ::es_core::__private::Answers<__Command> for Order {
        type Emits = Self;
    }
    #[automatically_derived]
    impl ::es_core::State for Order {
        const READS: &'static [&'static [::es_core::EventInfo]] = &[
            <OrderEvent as ::es_core::EventEnum>::EVENTS,
        ];
        const SNAPSHOT: ::core::option::Option<
            ::es_core::__private::SnapshotRule<Self>,
        > = ::core::option::Option::Some(
            ::es_core::__private::SnapshotRule::new(
                100,
                1,
                |_| {
                    const {
                        ::es_core::__private::Shape::Struct(
                            &[
                                ::es_core::__private::Field::Plain(
                                    "total_cents",
                                    <i64 as ::es_core::Schema>::STORED,
                                ),
                            ],
                        )
                    }
                },
            ),
        );
        fn fold(
            &mut self,
            event: ::es_core::StoredRef<'_>,
            _: &[::es_core::Clause],
        ) -> ::core::result::Result<(), ::es_core::DecodeError> {
            <Self as ::es_core::Aggregate>::apply_stored(
                self,
                event.name,
                event.event_version,
                event.payload,
            )
        }
    }
    #[automatically_derived]
    impl ::es_core::Aggregate for Order
    where
        for<'__told> Self: ::es_core::State,
    {
        const NAME: &'static str = "order";
        type Id = OrderId;
        fn apply_event(&mut self, event: OrderEvent) {
            match event {
                OrderEvent::OrderPlaced(event) => {
                    ::es_core::Apply::<OrderPlaced>::apply(self, event)
                }
            }
        }
        fn apply_stored(
            &mut self,
            name: &str,
            version: u32,
            payload: &[u8],
        ) -> ::core::result::Result<(), ::es_core::DecodeError> {
            #[allow(unreachable_patterns)]
            match name {
                <OrderPlaced as ::es_core::__private::Listed>::NAME => {
                    <OrderPlaced as ::es_core::__private::Listed>::decode_then(
                        version,
                        payload,
                        |event| ::es_core::Apply::<OrderPlaced>::apply(self, event),
                    )?
                }
                _ => {
                    return ::es_core::__private::read_former(
                        <OrderEvent as ::es_core::EventEnum>::EVENTS,
                        &[],
                        name,
                        version,
                        payload,
                        &mut |name, version, payload| <Self as ::es_core::Aggregate>::apply_stored(
                            self,
                            name,
                            version,
                            payload,
                        ),
                    );
                }
            }
            ::core::result::Result::Ok(())
        }
    }
    const LISTED: ::es_core::__private::Reads = ::es_core::__private::Reads {
        aggregate: "Order",
        types: &["OrderPlaced"],
        events: <OrderEvent as ::es_core::EventEnum>::EVENTS,
        ignored: &[],
    };
    const _: () = LISTED.check(0usize);
};
/// The commands of [`Order`].
#[allow(private_interfaces)]
#[derive(::core::clone::Clone, ::es_core::__private::serde::Deserialize)]
#[serde(crate = "::es_core::__private::serde")]
pub enum OrderCommand {
    /// [`PlaceOrder`]
    PlaceOrder(PlaceOrder),
    /// [`PayOrder`]
    PayOrder(PayOrder),
}
const _: () = {
    #[automatically_derived]
    impl ::core::convert::From<PlaceOrder> for OrderCommand {
        fn from(command: PlaceOrder) -> Self {
            Self::PlaceOrder(command)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<PayOrder> for OrderCommand {
        fn from(command: PayOrder) -> Self {
            Self::PayOrder(command)
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for OrderCommand {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            let name: &str = match self {
                Self::PlaceOrder(_) => "PlaceOrder",
                Self::PayOrder(_) => "PayOrder",
            };
            formatter.debug_tuple(name).finish_non_exhaustive()
        }
    }
    #[automatically_derived]
    impl ::es_core::Command for OrderCommand {
        type State = Order;
        type Emits = Order;
        fn name(&self) -> &'static str {
            match self {
                Self::PlaceOrder(command) => {
                    <PlaceOrder as ::es_core::__private::Asked<Order>>::name(command)
                }
                Self::PayOrder(command) => {
                    <PayOrder as ::es_core::Command>::name(command)
                }
            }
        }
        fn boundary(
            &self,
        ) -> ::core::result::Result<::es_core::Boundary, ::es_core::EncodeError> {
            match self {
                Self::PlaceOrder(command) => {
                    <PlaceOrder as ::es_core::__private::Asked<Order>>::boundary(command)
                }
                Self::PayOrder(command) => {
                    <PayOrder as ::es_core::Command>::boundary(command)
                }
            }
        }
        fn stream_rule(&self) -> ::es_core::StreamRule {
            match self {
                Self::PlaceOrder(command) => {
                    <PlaceOrder as ::es_core::__private::Asked<
                        Order,
                    >>::stream_rule(command)
                }
                Self::PayOrder(command) => {
                    <PayOrder as ::es_core::Command>::stream_rule(command)
                }
            }
        }
    }
    #[automatically_derived]
    impl<
        __Services: ::core::marker::Sync,
    > ::es_core::HandleWith<OrderCommand, __Services> for Order
    where
        Order: ::es_core::HandleWith<PayOrder, __Services>,
    {
        async fn handle_with(
            &self,
            command: OrderCommand,
            services: &__Services,
        ) -> ::es_core::Decision<Self> {
            match command {
                OrderCommand::PlaceOrder(command) => {
                    <PlaceOrder as ::es_core::__private::Asked<
                        Order,
                    >>::handle_by(command, self)
                }
                OrderCommand::PayOrder(command) => {
                    ::es_core::HandleWith::<
                        PayOrder,
                        __Services,
                    >::handle_with(self, command, services)
                        .await
                }
            }
        }
    }
};
