// written by a test, for reading
const _: () = {
    #[automatically_derived]
    impl OrderId {
        /// A new id: a UUID of version 7, so that ids made later sort later.
        #[allow(dead_code, clippy::new_without_default)]
        #[must_use]
        pub fn new() -> Self {
            Self(::es_core::__private::uuid::Uuid::now_v7())
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Display for OrderId {
        fn fmt(
            &self,
            formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            <Uuid as ::core::fmt::Display>::fmt(&self.0, formatter)
        }
    }
    #[automatically_derived]
    impl ::core::str::FromStr for OrderId {
        type Err = <Uuid as ::core::str::FromStr>::Err;
        fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
            <Uuid as ::core::str::FromStr>::from_str(text).map(Self)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<Uuid> for OrderId {
        fn from(value: Uuid) -> Self {
            Self(value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<OrderId> for Uuid {
        fn from(id: OrderId) -> Self {
            id.0
        }
    }
    #[automatically_derived]
    impl ::es_core::__private::serde::Serialize for OrderId {
        fn serialize<S: ::es_core::__private::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::core::result::Result<S::Ok, S::Error> {
            ::es_core::__private::serde::Serialize::serialize(&self.0, serializer)
        }
    }
    #[automatically_derived]
    impl<'de> ::es_core::__private::serde::Deserialize<'de> for OrderId {
        fn deserialize<D: ::es_core::__private::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            <Uuid as ::es_core::__private::serde::Deserialize<
                'de,
            >>::deserialize(deserializer)
                .map(Self)
        }
    }
    #[automatically_derived]
    impl ::es_core::Schema for OrderId {
        const SHAPE: ::es_core::__private::Shape = <Uuid as ::es_core::Schema>::SHAPE;
    }
    #[automatically_derived]
    impl ::es_core::TagValue for OrderId {
        const KIND: ::es_core::__private::TagKind = ::es_core::__private::TagKind::one(
            ::core::concat!(::core::module_path!(), "::", ::core::stringify!(OrderId)),
        );
        fn add_to(&self, key: &str, tags: &mut ::es_core::Tags) {
            <Uuid as ::es_core::TagValue>::add_to(&self.0, key, tags);
        }
    }
};
