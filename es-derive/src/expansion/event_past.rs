// written by a test, for reading
const _: () = {
    #[automatically_derived]
    impl ::es_core::Event for Opened {
        const NAME: &'static str = "opened";
        const VERSION: u32 = 2;
        const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(
            &[],
        );
        const PACKAGE: &'static str = "es-derive";
        fn past_type() -> ::core::option::Option<::es_core::EventInfo> {
            ::core::option::Option::Some(<OpenedV1 as ::es_core::Event>::INFO)
        }
        #[inline]
        fn encode(
            &self,
        ) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
            ::core::result::Result::Ok(::es_core::__private::encode_unit())
        }
        #[inline]
        fn decode(
            stored_version: u32,
            payload: &[u8],
        ) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            match stored_version {
                2 => ::es_core::__private::read_unit::<Self>(2, payload).map(|()| Self),
                other => ::es_core::__private::upcast::<OpenedV1, Self>(other, payload),
            }
        }
    }
    const _: () = ::es_core::__private::Upcast {
        event: "Opened",
        past: "OpenedV1",
        reads_from: 2u32,
    }
        .check::<OpenedV1, Opened>();
    const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
};
