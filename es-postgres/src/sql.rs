//! The statements, with the name of the schema in them.

use std::sync::Arc;

use es_core::store::StoreError;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// A schema's name: 1 to 63 of `a-z`, `0-9` and `_`, and no digit first. So it needs no more than quotes.
#[derive(Debug, Clone)]
pub(crate) struct Schema(String);

impl Schema {
    pub(crate) fn new(name: &str) -> Result<Self, StoreError> {
        let letters = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let digit_first = name.bytes().next().is_none_or(|byte| byte.is_ascii_digit());
        if !letters || digit_first || name.len() > 63 || name.starts_with("pg_") {
            let reason = format!(
                "`{name}` cannot be a store's schema: its name has 1 to 63 of `a-z`, `0-9` and `_`, no digit first, and not `pg_` either"
            );
            return Err(StoreError::Refused { reason });
        }
        Ok(Self(name.to_owned()))
    }

    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// A statement of ours for this schema.
    pub(crate) fn render(&self, sql: &'static str) -> SqlStr {
        AssertSqlSafe(Arc::<str>::from(sql.replace("{schema}", &format!("\"{}\"", self.0)))).into_sql_str()
    }
}

macro_rules! statements {
    ($($name:ident,)*) => {
        /// Every statement that runs again and again.
        pub(crate) struct Statements { $( $name: SqlStr, )* }

        impl Statements {
            pub(crate) fn new(schema: &Schema) -> Self {
                Self { $( $name: schema.render(include_str!(concat!("sql/", stringify!($name), ".sql"))), )* }
            }

            $( pub(crate) fn $name(&self) -> SqlStr {
                self.$name.clone()
            } )*
        }
    };
}

statements! {
    append, append_one, append_in, append_inline, append_alone, append_overlapped, flush, fence, head, stream_version, duplicate_event,
    read_stream, fold_stream, read_all, read_clause, read_clauses, read_tagged,
    load, select_snapshot, upsert_snapshot, delete_snapshot,
    select_key, prune_keys, add_tags,
    select_checkpoint, upsert_checkpoint,
    register, alive, bury, select_workers, select_slots, give, hold, release, advance, select_progress, close_step,
    select_parked, put_parked, take_parked, mark_parked,
    insert_view, select_view, drop_view,
    insert_slots, begin_slots, select_versions, lock_slots, drop_slots, replace_slots,
    status, holding, waiting,
}

#[cfg(test)]
mod tests {
    use super::Schema;

    #[test]
    fn a_schema_has_a_plain_name() {
        for name in ["es", "orders_2", "_x", "user"] {
            assert!(Schema::new(name).is_ok(), "{name}");
        }
        for name in ["", "2x", "Orders", "a b", "a\"b", "a'; drop table events; --", "pg_temp", "größe"] {
            assert!(Schema::new(name).unwrap_err().to_string().contains("1 to 63"), "{name}");
        }
        assert!(Schema::new(&"x".repeat(64)).is_err());
    }
}
