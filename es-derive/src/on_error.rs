//! What becomes of an event that fails again and again: `on_error = park`, `retries = 8`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::attr::{Number, set, value};
use crate::errors::Errors;

/// As often as it takes some 13 seconds.
const RETRIES: u32 = 8;

/// The two keys, as they were written.
#[derive(Default)]
pub(crate) struct OnError {
    on_error: Option<Ident>,
    retries: Option<Number>,
}

impl OnError {
    /// Reads the value of the one key or of the other.
    pub(crate) fn read(&mut self, key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        if key.unraw() == "retries" {
            set(&mut self.retries, key, Number::parse(input, errors)?, errors);
        } else {
            set(&mut self.on_error, key, value(input)?, errors);
        }
        Ok(())
    }

    fn parks(&self) -> bool {
        self.on_error.as_ref().is_some_and(|written| written == "park")
    }

    // #[view(on_error = skip, ..)]
    pub(crate) fn check(&self, errors: &mut Errors) {
        if let Some(written) = self.on_error.as_ref().filter(|written| *written != "park" && *written != "stop") {
            errors.error(
                written,
                format!("an event that fails is not treated by `{written}`\nhelp: write `on_error = park` or `on_error = stop`"),
            );
        } else if let (Some(retries), false) = (&self.retries, self.parks()) {
            let message = "`retries` says how often an event is tried again before it is parked\nhelp: add `on_error = park`";
            errors.push(syn::Error::new(retries.span, message));
        }
    }

    /// The associated constant, unless it is the default.
    pub(crate) fn constant(&self, krate: &TokenStream) -> TokenStream {
        let retries = self.retries.map_or(RETRIES, |retries| retries.value);
        match self.parks() {
            true => quote!(const ON_ERROR: #krate::OnError = #krate::OnError::Park { retries: #retries };),
            false => TokenStream::new(),
        }
    }
}
