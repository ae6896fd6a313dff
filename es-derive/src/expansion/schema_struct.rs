// written by a test, for reading
#[automatically_derived]
impl ::es_core::Schema for Branch {
    const SHAPE: ::es_core::__private::Shape = ::es_core::__private::Shape::Named(
        &::es_core::__private::Definition::new(
            "Branch",
            ::core::concat!(::core::module_path!(), "::Branch"),
            ::es_core::__private::Shape::Struct(
                &[
                    ::es_core::__private::Field::Plain(
                            "kind",
                            const {
                                &::es_core::__private::Stored::new(
                                    ::es_core::__private::Shape::Enum(
                                        ::es_core::__private::Tagging::External,
                                        &[
                                            ::es_core::__private::Variant {
                                                name: "Branch",
                                                shape: ::core::option::Option::None,
                                            },
                                        ],
                                    ),
                                )
                            },
                        )
                        .optional(),
                    ::es_core::__private::Field::Plain(
                        "branches",
                        <Vec<Branch> as ::es_core::Schema>::STORED_BY_NAME,
                    ),
                    ::es_core::__private::Field::Plain(
                        "tree",
                        <Option<Tree> as ::es_core::Schema>::STORED_BY_NAME,
                    ),
                    ::es_core::__private::Field::Plain(
                            "height",
                            <u32 as ::es_core::Schema>::STORED,
                        )
                        .optional(),
                ],
            ),
        ),
    );
    const BY_NAME: ::es_core::__private::Shape = ::es_core::__private::Shape::Named(
        &::es_core::__private::Definition::by_name(
            "Branch",
            ::core::concat!(::core::module_path!(), "::Branch"),
            <Self as ::es_core::Schema>::define,
        ),
    );
    fn define(types: &mut ::es_core::__private::Types) {
        types
            .add(
                <Self as ::es_core::Schema>::SHAPE,
                |types| {
                    <Vec<Branch> as ::es_core::Schema>::define(types);
                    <Option<Tree> as ::es_core::Schema>::define(types);
                },
            );
    }
}
