// written by a test, for reading
/// The events of [`Subscribe`].
#[allow(private_interfaces)]
pub enum SubscribeEvent {
    /// [`StudentSubscribed`]
    StudentSubscribed(StudentSubscribed),
}
const _: () = {
    #[automatically_derived]
    impl ::core::convert::From<StudentSubscribed> for SubscribeEvent {
        fn from(event: StudentSubscribed) -> Self {
            Self::StudentSubscribed(event)
        }
    }
    #[automatically_derived]
    impl ::es_core::Emits<StudentSubscribed> for Subscribe {
        fn wrap(event: StudentSubscribed) -> SubscribeEvent {
            SubscribeEvent::StudentSubscribed(event)
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for SubscribeEvent {
        fn clone(&self) -> Self {
            match self {
                Self::StudentSubscribed(event) => {
                    Self::StudentSubscribed(
                        <StudentSubscribed as ::es_core::__private::Listed>::copied(
                            event,
                        ),
                    )
                }
            }
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for SubscribeEvent {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            let (name, event): (&str, &dyn ::core::fmt::Debug) = match self {
                Self::StudentSubscribed(event) => {
                    (
                        "StudentSubscribed",
                        <StudentSubscribed as ::es_core::__private::Listed>::shown(event),
                    )
                }
            };
            formatter.debug_tuple(name).field(event).finish()
        }
    }
    #[automatically_derived]
    impl ::es_core::EventEnum for SubscribeEvent {
        const EVENTS: &'static [::es_core::EventInfo] = &[
            <StudentSubscribed as ::es_core::__private::Listed>::INFO,
        ];
        fn name(&self) -> &'static str {
            match self {
                Self::StudentSubscribed(_) => {
                    <StudentSubscribed as ::es_core::__private::Listed>::NAME
                }
            }
        }
        fn event_version(&self) -> u32 {
            match self {
                Self::StudentSubscribed(_) => {
                    <StudentSubscribed as ::es_core::__private::Listed>::VERSION
                }
            }
        }
        fn encode(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
            match self {
                Self::StudentSubscribed(event) => {
                    <StudentSubscribed as ::es_core::__private::Listed>::encode(event)
                }
            }
        }
        fn add_tags(&self, tags: &mut ::es_core::Tags) {
            match self {
                Self::StudentSubscribed(event) => {
                    <StudentSubscribed as ::es_core::__private::Listed>::add_tags(
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
                <StudentSubscribed as ::es_core::__private::Listed>::NAME => {
                    events
                        .push(
                            Self::StudentSubscribed(
                                <StudentSubscribed as ::es_core::__private::Listed>::decode(
                                    version,
                                    payload,
                                )?,
                            ),
                        )
                }
                _ => {
                    return ::es_core::__private::read_former(
                        <SubscribeEvent as ::es_core::EventEnum>::EVENTS,
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
    impl ::es_core::EventSet for Subscribe {
        type Event = SubscribeEvent;
        type Error = EnrolError;
    }
    #[automatically_derived]
    impl ::es_core::Command for Subscribe
    where
        for<'__told> (
            CourseSeats,
            StudentLoad,
        ): ::es_core::State + ::es_core::__private::Answers<Self, Emits = Self>,
        for<'__told> Self: ::es_core::EventSet,
    {
        type State = (CourseSeats, StudentLoad);
        type Emits = Self;
        fn name(&self) -> &'static str {
            "Subscribe"
        }
        fn boundary(
            &self,
        ) -> ::core::result::Result<::es_core::Boundary, ::es_core::EncodeError> {
            ::core::result::Result::Ok(::es_core::Boundary::Tags {
                clauses: ::std::vec![
                    { type __About < 'a > = < CourseSeats as ::es_core::DecisionModel >
                    ::Tags < 'a >; < CourseSeats as ::es_core::DecisionModel >
                    ::clause(__About { course_id : & self.course_id }) ? }, { type
                    __About < 'a > = < StudentLoad as ::es_core::DecisionModel > ::Tags <
                    'a >; < StudentLoad as ::es_core::DecisionModel > ::clause(__About {
                    student_id : & self.who }) ? }
                ],
                stream: ::core::option::Option::Some(
                    ::es_core::__private::stream_of::<Course>(&self.course_id)?,
                ),
            })
        }
    }
    const LISTED: ::es_core::__private::Reads = ::es_core::__private::Reads {
        aggregate: "Subscribe",
        types: &["StudentSubscribed"],
        events: <SubscribeEvent as ::es_core::EventEnum>::EVENTS,
        ignored: &[],
    };
    const _: () = LISTED.check_emitted(0usize);
    const _: () = ::es_core::__private::listed_by::<Course, StudentSubscribed>();
};
