// written by a test, for reading
const _: () = {
    /// The events of [`Revenue`].
    #[allow(private_interfaces)]
    pub enum __RevenueEvent {
        /// [`OrderPlaced`]
        OrderPlaced(OrderPlaced),
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __RevenueEvent {
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
    impl ::core::fmt::Debug for __RevenueEvent {
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
    impl ::es_core::EventEnum for __RevenueEvent {
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
                        <__RevenueEvent as ::es_core::EventEnum>::EVENTS,
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
    impl ::es_core::EventSet for __RevenueEvents {
        type Event = __RevenueEvent;
        type Error = ::core::convert::Infallible;
    }
    struct __RevenueEvents;
    #[automatically_derived]
    impl ::es_core::ReadModel for Revenue {
        const NAME: &'static str = "revenue";
        const VERSION: u32 = 1u32;
        const EVENTS: &'static [::es_core::EventInfo] = <__RevenueEvent as ::es_core::EventEnum>::EVENTS;
        const ON_ERROR: ::es_core::OnError = ::es_core::OnError::Park {
            retries: 8u32,
        };
    }
    #[automatically_derived]
    impl<S: ::es_core::store::ViewStore> ::es_core::Projection<S> for Revenue
    where
        Revenue: ::es_core::Project<
            OrderPlaced,
            <S as ::es_core::store::EventStore>::Connection,
        >,
    {
        fn project_stored<'a>(
            &'a self,
            stored: &'a ::es_core::StoredEvent,
            connection: &'a mut <S as ::es_core::store::EventStore>::Connection,
        ) -> ::es_core::__private::Projected<'a> {
            ::std::boxed::Box::pin(async move {
                for recorded in stored.decode::<__RevenueEvents>()? {
                    let (event, about) = recorded.split();
                    match event {
                        __RevenueEvent::OrderPlaced(event) => {
                            ::es_core::Project::<
                                OrderPlaced,
                                _,
                            >::project(self, &about.map(|()| event), connection)
                                .await?
                        }
                    }
                }
                ::core::result::Result::Ok(())
            })
        }
    }
};
