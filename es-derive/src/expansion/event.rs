// written by a test, for reading
#[automatically_derived]
impl ::es_core::Event for OrderPlaced {
    const NAME: &'static str = "order.placed";
    const VERSION: u32 = 3;
    const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(
        &[
            ::es_core::__private::Field::Plain(
                    "customerId",
                    <CustomerId as ::es_core::Schema>::STORED,
                )
                .tag(1),
            ::es_core::__private::Field::Plain(
                "currency",
                <Currency as ::es_core::Schema>::STORED,
            ),
            ::es_core::__private::Field::Plain(
                "totalCents",
                <i64 as ::es_core::Schema>::STORED,
            ),
        ],
    );
    const RENAMED_FROM: &'static [&'static str] = &["OrderCreated"];
    const TAGS: &'static [::es_core::__private::TagInfo] = &[
        ::es_core::__private::TagInfo::new(
            "customer_id",
            <CustomerId as ::es_core::TagValue>::KIND,
            1,
        ),
    ];
    const PACKAGE: &'static str = "es-derive";
    const PAST: &'static [(u32, ::es_core::__private::Shape)] = &[
        (
            1,
            ::es_core::__private::Shape::Struct(
                &[
                    ::es_core::__private::Field::Plain(
                            "customerId",
                            <CustomerId as ::es_core::Schema>::STORED,
                        )
                        .tag(1),
                    ::es_core::__private::Field::Plain(
                        "total",
                        ::es_core::__private::with(cents_from_decimal).stored,
                    ),
                    ::es_core::__private::Field::Plain(
                        "note",
                        <Option<String> as ::es_core::Schema>::STORED,
                    ),
                ],
            ),
        ),
        (
            2,
            ::es_core::__private::Shape::Struct(
                &[
                    ::es_core::__private::Field::Plain(
                            "customerId",
                            <CustomerId as ::es_core::Schema>::STORED,
                        )
                        .tag(1),
                    ::es_core::__private::Field::Plain(
                        "currency",
                        <Currency as ::es_core::Schema>::STORED,
                    ),
                    ::es_core::__private::Field::Plain(
                        "total",
                        ::es_core::__private::with(cents_from_decimal).stored,
                    ),
                ],
            ),
        ),
    ];
    fn decode_past(
        stored_version: u32,
        payload: &[u8],
    ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
        let total_cents_since_3 = ::es_core::__private::with(cents_from_decimal);
        match stored_version {
            2 => {
                #[derive(::es_core::__private::serde::Deserialize)]
                #[serde(crate = "::es_core::__private::serde")]
                #[serde(rename_all = "camelCase")]
                struct __V2<__T0> {
                    customer_id: CustomerId,
                    currency: Currency,
                    #[serde(rename = "total")]
                    total_cents: __T0,
                }
                let old = ::es_core::__private::read::<Self, __V2<_>>(2, payload)?;
                ::core::result::Result::Ok(Self {
                    customer_id: old.customer_id,
                    currency: old.currency,
                    total_cents: ::es_core::__private::convert::<
                        Self,
                        i64,
                    >(2, "total_cents", (total_cents_since_3.convert)(old.total_cents))?,
                })
            }
            1 => {
                #[derive(::es_core::__private::serde::Deserialize)]
                #[serde(crate = "::es_core::__private::serde")]
                #[serde(rename_all = "camelCase")]
                #[allow(dead_code)]
                struct __V1<__T0> {
                    customer_id: CustomerId,
                    #[serde(rename = "total")]
                    total_cents: __T0,
                    note: Option<String>,
                }
                let old = ::es_core::__private::read::<Self, __V1<_>>(1, payload)?;
                ::core::result::Result::Ok(Self {
                    customer_id: old.customer_id,
                    currency: Currency::Usd,
                    total_cents: ::es_core::__private::convert::<
                        Self,
                        i64,
                    >(1, "total_cents", (total_cents_since_3.convert)(old.total_cents))?,
                })
            }
            other => {
                ::core::result::Result::Err(
                    ::es_core::__private::unread::<Self>(other, 1),
                )
            }
        }
    }
    fn add_tags(&self, tags: &mut ::es_core::Tags) {
        <CustomerId as ::es_core::TagValue>::add_to(
            &self.customer_id,
            "customer_id",
            tags,
        );
    }
}
const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
