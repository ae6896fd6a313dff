// written by a test, for reading
const _: () = {
    #[automatically_derived]
    impl ::es_core::Event for OrderCreated {
        const NAME: &'static str = "OrderCreated";
        const VERSION: u32 = 1;
        const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(
            &[
                ::es_core::__private::Field::Plain(
                    "total",
                    <i64 as ::es_core::Schema>::STORED,
                ),
            ],
        );
        const RETIRED_INTO: ::core::option::Option<&'static [&'static str]> = ::core::option::Option::Some(
            <Self as ::es_core::__private::RetiredInto>::SUCCESSORS,
        );
        const PACKAGE: &'static str = "es-derive";
    }
    /// What [`OrderCreated`] became.
    #[allow(private_interfaces)]
    pub enum __Successors {
        /// [`OrderPlaced`]
        OrderPlaced(OrderPlaced),
    }
    #[automatically_derived]
    impl ::core::convert::From<OrderPlaced> for __Successors {
        fn from(event: OrderPlaced) -> Self {
            Self::OrderPlaced(event)
        }
    }
    #[automatically_derived]
    impl ::es_core::Emits<OrderPlaced> for OrderCreated {
        fn wrap(event: OrderPlaced) -> __Successors {
            __Successors::OrderPlaced(event)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __Successors {
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
    impl ::core::fmt::Debug for __Successors {
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
    impl ::es_core::EventEnum for __Successors {
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
                        <__Successors as ::es_core::EventEnum>::EVENTS,
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
    impl ::es_core::EventSet for OrderCreated {
        type Event = __Successors;
        type Error = ::core::convert::Infallible;
    }
    #[automatically_derived]
    impl ::es_core::__private::RetiredInto for OrderCreated {
        const SUCCESSORS: &'static [&'static str] = &[
            <OrderPlaced as ::es_core::__private::Listed>::NAME,
        ];
        fn replaced(self) -> ::es_core::Events<Self> {
            <Self as ::es_core::Retired>::replace(self)
        }
    }
    const _: () = ::es_core::__private::Retirement {
        retired: "OrderCreated",
        successor: "OrderPlaced",
    }
        .is_known_to_successor(
            "OrderCreated",
            &<__Successors as ::es_core::EventEnum>::EVENTS[0usize],
        );
    const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
};
