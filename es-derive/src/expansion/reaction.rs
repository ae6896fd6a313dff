// written by a test, for reading
const _: () = {
    /// The events of [`Welcome`].
    #[allow(private_interfaces)]
    pub enum __WelcomeEvent {
        /// [`OrderPlaced`]
        OrderPlaced(OrderPlaced),
    }
    #[automatically_derived]
    impl ::core::clone::Clone for __WelcomeEvent {
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
    impl ::core::fmt::Debug for __WelcomeEvent {
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
    impl ::es_core::EventEnum for __WelcomeEvent {
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
                        <__WelcomeEvent as ::es_core::EventEnum>::EVENTS,
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
    impl ::es_core::EventSet for __WelcomeEvents {
        type Event = __WelcomeEvent;
        type Error = ::core::convert::Infallible;
    }
    struct __WelcomeEvents;
    #[automatically_derived]
    impl ::es_core::ReadModel for Welcome {
        const NAME: &'static str = "welcome";
        const VERSION: u32 = 1u32;
        const EVENTS: &'static [::es_core::EventInfo] = <__WelcomeEvent as ::es_core::EventEnum>::EVENTS;
    }
    #[automatically_derived]
    impl<S: ::es_core::store::ViewStore> ::es_core::Projection<S> for Welcome
    where
        Self: ::es_core::React<OrderPlaced>,
    {
        fn begins(&self) -> ::core::option::Option<::es_core::__private::Begins> {
            ::core::option::Option::Some(::es_core::__private::Begins::Head)
        }
        fn react_stored<'a>(
            &'a self,
            stored: &'a ::es_core::StoredEvent,
        ) -> ::es_core::__private::Projected<'a> {
            ::std::boxed::Box::pin(async move {
                for recorded in stored.decode::<__WelcomeEvents>()? {
                    let key = ::es_core::__private::reaction_key::<Self, _>(&recorded);
                    let (event, about) = recorded.split();
                    match event {
                        __WelcomeEvent::OrderPlaced(event) => {
                            ::es_core::React::<
                                OrderPlaced,
                            >::react(self, &about.map(|()| event), &key)
                                .await?
                        }
                    }
                }
                ::core::result::Result::Ok(())
            })
        }
    }
};
