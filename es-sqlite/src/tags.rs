//! Tags that come after their event.

use es_core::{Position, Tag};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, params};

/// Adds to each event the tags that it lacks.
pub(crate) fn add(connection: &Connection, given: &[(Position, Vec<Tag>)]) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(include_str!("sql/select_tags.sql"))?;
    let mut update = connection.prepare_cached(include_str!("sql/update_tags.sql"))?;
    let mut insert = connection.prepare_cached(include_str!("sql/insert_tag.sql"))?;
    for (position, given) in given {
        let found = select.query_row([position.0], |row| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, String>(1)?))).optional()?;
        let Some((tags, name)) = found else { continue };
        let mut tags: Vec<String> = match tags {
            Some(json) => {
                serde_json::from_str(&json).map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))?
            }
            None => Vec::new(),
        };
        let before = tags.len();
        for tag in given {
            if !tags.iter().any(|known| known == tag.as_str()) {
                tags.push(tag.as_str().to_owned());
                insert.execute(params![tag.as_str(), position.0, name])?;
            }
        }
        if tags.len() > before {
            let json = serde_json::to_string(&tags).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
            update.execute(params![position.0, json])?;
        }
    }
    Ok(())
}
