// written by a test, for reading
#[automatically_derived]
impl ::es_core::Event for OrderPaid {
    const NAME: &'static str = "OrderPaid";
    const VERSION: u32 = 4;
    const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(
        &[
            ::es_core::__private::Field::Plain(
                "cents",
                <u64 as ::es_core::Schema>::STORED,
            ),
            ::es_core::__private::Field::Plain(
                "reference",
                <String as ::es_core::Schema>::STORED,
            ),
        ],
    );
    const PACKAGE: &'static str = "es-derive";
    const PAST: &'static [(u32, ::es_core::__private::Shape)] = &[
        (
            3,
            ::es_core::__private::Shape::Struct(
                &[
                    ::es_core::__private::Field::Plain(
                        "cents",
                        <u32 as ::es_core::Schema>::STORED,
                    ),
                    ::es_core::__private::Field::Plain(
                        "ref",
                        <String as ::es_core::Schema>::STORED,
                    ),
                ],
            ),
        ),
    ];
    fn decode_past(
        stored_version: u32,
        payload: &[u8],
    ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
        match stored_version {
            3 => {
                #[derive(::es_core::__private::serde::Deserialize)]
                #[serde(crate = "::es_core::__private::serde")]
                struct __V3 {
                    cents: u32,
                    #[serde(rename = "ref")]
                    reference: String,
                }
                let old = ::es_core::__private::read::<Self, __V3>(3, payload)?;
                ::core::result::Result::Ok(Self {
                    cents: ::es_core::__private::convert_from::<
                        Self,
                        u64,
                        u32,
                    >(3, "cents", old.cents)?,
                    reference: old.reference,
                })
            }
            2 => {
                ::es_core::__private::upcast_with::<
                    Self,
                    _,
                >(stored_version, payload, from_json)
            }
            other => {
                ::core::result::Result::Err(
                    ::es_core::__private::unread::<Self>(other, 2),
                )
            }
        }
    }
}
const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
