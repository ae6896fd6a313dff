// written by a test, for reading
const _: () = {
    type __Past = OpenedV1;
    #[automatically_derived]
    impl ::es_core::Event for Opened {
        const NAME: &'static str = "opened";
        const VERSION: u32 = 2;
        const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(
            &[],
        );
        const PACKAGE: &'static str = "es-derive";
        fn past_type() -> ::core::option::Option<::es_core::EventInfo> {
            ::core::option::Option::Some(<__Past as ::es_core::__private::Listed>::INFO)
        }
        #[inline]
        fn encode(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
            ::core::result::Result::Ok(::es_core::__private::encode_unit())
        }
        fn decode_current(
            payload: &[u8],
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            ::es_core::__private::read_unit::<Self>(2, payload).map(|()| Self)
        }
        fn decode_past(
            stored_version: u32,
            payload: &[u8],
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            match stored_version {
                other => {
                    ::es_core::__private::upcast::<
                        __Past,
                        Self,
                    >(
                        <__Past as ::es_core::__private::Listed>::decode(other, payload),
                        other,
                    )
                }
            }
        }
    }
    const _: () = ::es_core::__private::Upcast {
        event: "Opened",
        past: "OpenedV1",
        reads_from: 2u32,
    }
        .check(&<__Past as ::es_core::__private::Listed>::INFO, "opened", 2);
    const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
};
