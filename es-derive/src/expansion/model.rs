// written by a test, for reading
const _: () = {
    #[allow(missing_docs, private_interfaces)]
    pub struct CourseSeatsTags<'a> {
        pub course_id: &'a CourseId,
    }
    #[automatically_derived]
    impl ::es_core::State for CourseSeats {
        const READS: &'static [&'static [::es_core::EventInfo]] = &[
            &[
                <CourseDefined as ::es_core::__private::Listed>::INFO,
                <StudentSubscribed as ::es_core::__private::Listed>::INFO,
            ],
        ];
        fn fold(
            &mut self,
            event: ::es_core::StoredRef<'_>,
            clauses: &[::es_core::Clause],
        ) -> ::core::result::Result<(), ::es_core::DecodeError> {
            ::es_core::__private::fold_model::<
                Self,
            >(
                event,
                clauses,
                &mut |name, version, payload| {
                    #[allow(unreachable_patterns)]
                    match name {
                        <CourseDefined as ::es_core::__private::Listed>::NAME => {
                            <CourseDefined as ::es_core::__private::Listed>::decode_then(
                                version,
                                payload,
                                |event| ::es_core::Apply::<
                                    CourseDefined,
                                >::apply(self, event),
                            )?
                        }
                        <StudentSubscribed as ::es_core::__private::Listed>::NAME => {
                            <StudentSubscribed as ::es_core::__private::Listed>::decode_then(
                                version,
                                payload,
                                |event| ::es_core::Apply::<
                                    StudentSubscribed,
                                >::apply(self, event),
                            )?
                        }
                        _ => {
                            return ::core::result::Result::Err(
                                ::es_core::__private::unlisted(name, version),
                            );
                        }
                    }
                    ::core::result::Result::Ok(())
                },
            )
        }
    }
    #[automatically_derived]
    impl<__Command: ::es_core::EventSet> ::es_core::__private::Answers<__Command>
    for CourseSeats {
        type Emits = __Command;
    }
    #[automatically_derived]
    impl ::es_core::DecisionModel for CourseSeats {
        type Tags<'a> = CourseSeatsTags<'a>;
        fn clause(
            tags: CourseSeatsTags<'_>,
        ) -> ::core::result::Result<::es_core::Clause, ::es_core::EncodeError> {
            let mut values = <::es_core::Tags as ::core::default::Default>::default();
            values
                .add_one(|values| <CourseId as ::es_core::TagValue>::add_to(
                    tags.course_id,
                    "course_id",
                    values,
                ));
            ::es_core::__private::clause_of::<Self>(values)
        }
    }
    const MODELLED: ::es_core::__private::Modelled = ::es_core::__private::Modelled {
        model: "CourseSeats",
        types: &["CourseDefined", "StudentSubscribed"],
        events: <CourseSeats as ::es_core::State>::READS[0],
        tags: &[
            ::es_core::__private::TagInfo::new(
                "course_id",
                <CourseId as ::es_core::TagValue>::KIND,
                1,
            ),
        ],
    };
    const _: () = MODELLED.check(0usize);
    const _: () = MODELLED.check(1usize);
    const _: () = MODELLED.check_tag(0usize, "CourseId");
};
