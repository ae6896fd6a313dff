//! What a caller may say about an append, beside what is appended.

use crate::cause;
use crate::metadata::Metadata;
use crate::stream::ExpectedVersion;

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) metadata: Metadata,
    pub(crate) key: Option<String>,
    pub(crate) expected: ExpectedVersion,
    pub(crate) retries: Option<u32>,
}

impl Call {
    /// What a handler of an event says by itself, if that is who calls.
    pub(crate) fn new() -> Self {
        Self { metadata: cause::of_this_task(), key: None, expected: ExpectedVersion::default(), retries: None }
    }
}

/// The methods that every builder of an append has; `$call` is its field.
macro_rules! call_options {
    () => {
        /// Makes a repeat with the same key return the first outcome. 1 to 512 bytes; unique in the store.
        pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
            self.call.key = Some(key.into());
            self
        }

        /// Appends only to a stream of this version: the one that a client has seen.
        pub fn expected(mut self, version: $crate::ExpectedVersion) -> Self {
            self.call.expected = version;
            self
        }

        /// Stores the id that everything done for one request shares.
        pub fn correlation_id(mut self, id: impl Into<String>) -> Self {
            self.call.metadata.correlation_id = Some(id.into());
            self
        }

        /// Stores the message that this is an answer to.
        pub fn causation_id(mut self, id: impl Into<String>) -> Self {
            self.call.metadata.causation_id = Some(id.into());
            self
        }

        /// Stores that this is an answer to `event`: its id as the cause, and its correlation id, or its id where it has none.
        ///
        /// A projection that a [`Worker`]($crate::Worker) runs need not say so.
        pub fn caused_by<R>(mut self, event: &$crate::Recorded<R>) -> Self {
            let $crate::Metadata { correlation_id, causation_id, .. } = $crate::Metadata::answering(event);
            self.call.metadata.correlation_id = correlation_id;
            self.call.metadata.causation_id = causation_id;
            self
        }

        /// Stores who acted.
        pub fn actor(mut self, actor: impl Into<String>) -> Self {
            self.call.metadata.actor = Some(actor.into());
            self
        }

        /// Stores whatever else is worth keeping.
        pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
            self.call.metadata.headers.insert(name.into(), value.into());
            self
        }
    };
}
pub(crate) use call_options;
