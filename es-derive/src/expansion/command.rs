// written by a test, for reading
#[automatically_derived]
impl ::es_core::Command for PlaceOrder {
    type State = Order;
    type Emits = Order;
    fn name(&self) -> &'static str {
        "PlaceOrder"
    }
    fn boundary(
        &self,
    ) -> ::core::result::Result<::es_core::Boundary, ::es_core::EncodeError> {
        ::es_core::Boundary::stream_of::<Order>(&self.order_id)
    }
    fn stream_rule(&self) -> ::es_core::StreamRule {
        ::es_core::StreamRule::New
    }
}
