// written by a test, for reading
#[automatically_derived]
impl ::es_core::Schema for Payment {
    const SHAPE: ::es_core::__private::Shape = ::es_core::__private::Shape::Named(
        &::es_core::__private::Definition::new(
            "Payment",
            ::core::concat!(::core::module_path!(), "::Payment"),
            ::es_core::__private::Shape::Enum(
                ::es_core::__private::Tagging::Internal("kind"),
                &[
                    ::es_core::__private::Variant {
                        name: "cash",
                        shape: ::core::option::Option::None,
                    },
                    ::es_core::__private::Variant {
                        name: "card",
                        shape: ::core::option::Option::Some(
                            ::es_core::__private::Shape::Struct(
                                &[
                                    ::es_core::__private::Field::Plain(
                                        "number",
                                        <String as ::es_core::Schema>::STORED,
                                    ),
                                    ::es_core::__private::Field::Plain(
                                            "holder",
                                            <Option<Name> as ::es_core::Schema>::STORED,
                                        )
                                        .optional(),
                                ],
                            ),
                        ),
                    },
                    ::es_core::__private::Variant {
                        name: "voucher",
                        shape: ::core::option::Option::Some(
                            <Voucher as ::es_core::Schema>::SHAPE,
                        ),
                    },
                ],
            ),
        ),
    );
    const BY_NAME: ::es_core::__private::Shape = ::es_core::__private::Shape::Named(
        &::es_core::__private::Definition::by_name(
            "Payment",
            ::core::concat!(::core::module_path!(), "::Payment"),
            <Self as ::es_core::Schema>::define,
        ),
    );
    fn define(types: &mut ::es_core::__private::Types) {
        types
            .add(
                <Self as ::es_core::Schema>::SHAPE,
                |types| {
                    <String as ::es_core::Schema>::define(types);
                    <Option<Name> as ::es_core::Schema>::define(types);
                    <Voucher as ::es_core::Schema>::define(types);
                },
            );
    }
}
