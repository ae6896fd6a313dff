// written by a test, for reading
#[automatically_derived]
impl ::es_core::Command for PlaceOrder
where
    for<'__told> Order: ::es_core::State
        + ::es_core::__private::Answers<Self, Emits = Order>,
    for<'__told> Order: ::es_core::EventSet,
{
    type State = Order;
    type Emits = Order;
    fn name(&self) -> &'static str {
        "PlaceOrder"
    }
    fn boundary(
        &self,
    ) -> ::core::result::Result<::es_core::Boundary, ::es_core::EncodeError> {
        let stream_of: fn(&_) -> _ = <Order as ::es_core::__private::Decides>::stream_of;
        stream_of(&self.order_id)
    }
    fn stream_rule(&self) -> ::es_core::StreamRule {
        ::es_core::StreamRule::New
    }
}
