//! What was asked for on the command line.

/// A command of this repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Run the tests, with these arguments for `cargo test`.
    Test {
        /// The major version of PostgreSQL to run them on.
        postgres: Option<u32>,
        /// What stands after `--`.
        args: Vec<String>,
    },
    /// Run a command beside the servers that the tests have.
    WithPostgres {
        /// The major version of PostgreSQL to start.
        postgres: Option<u32>,
        /// The command and its arguments.
        command: Vec<String>,
    },
    /// Measure what `#[derive(Event)]` adds to a build.
    MacroCost,
    /// Start servers and stop them when the input ends: what this program runs itself for.
    KeepPostgres {
        /// The folder of the server's programs, if there are any.
        folder: Option<String>,
    },
}

impl Ask {
    /// Reads the arguments that follow the program's name.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut args = args.into_iter();
        match args.next().as_deref() {
            Some("test") => {
                let (postgres, args) = options(args)?;
                Ok(Self::Test { postgres, args })
            }
            Some("with-postgres") => match options(args)? {
                (_, command) if command.is_empty() => Err("`with-postgres` runs a command: write it after `--`".into()),
                (postgres, command) => Ok(Self::WithPostgres { postgres, command }),
            },
            Some("macro-cost") => match args.next() {
                None => Ok(Self::MacroCost),
                Some(other) => Err(format!("`macro-cost` takes no `{other}`")),
            },
            Some("keep-postgres") => Ok(Self::KeepPostgres { folder: args.next() }),
            Some(other) => Err(format!("there is no command `{other}`")),
            None => Err("a command is missing".into()),
        }
    }
}

/// The options before `--`, and what stands after it.
fn options(mut args: impl Iterator<Item = String>) -> Result<(Option<u32>, Vec<String>), String> {
    let mut postgres = None;
    while let Some(arg) = args.next() {
        let version = match arg.as_str() {
            "--" => break,
            "--postgres" => args.next().ok_or("`--postgres` needs a major version, such as 18")?,
            other => match other.strip_prefix("--postgres=") {
                Some(version) => version.to_owned(),
                None => return Err(format!("`{other}` is no option: what is meant for the command that is run stands after `--`")),
            },
        };
        postgres = Some(version.parse().map_err(|_| format!("`--postgres` needs a major version, such as 18, not `{version}`"))?);
    }
    Ok((postgres, args.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Ask, String> {
        Ask::parse(line.split_whitespace().map(str::to_owned))
    }

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_follows_the_dashes_is_for_cargo() {
        assert_eq!(parse("test"), Ok(Ask::Test { postgres: None, args: vec![] }));
        assert_eq!(parse("test -- -p es-core"), Ok(Ask::Test { postgres: None, args: words("-p es-core") }));
        assert_eq!(parse("test -- racing -- --nocapture"), Ok(Ask::Test { postgres: None, args: words("racing -- --nocapture") }));
    }

    #[test]
    fn a_version_of_postgresql_can_be_asked_for() {
        assert_eq!(parse("test --postgres 18"), Ok(Ask::Test { postgres: Some(18), args: vec![] }));
        assert_eq!(parse("test --postgres=15 -- -p a"), Ok(Ask::Test { postgres: Some(15), args: words("-p a") }));
        assert_eq!(parse("with-postgres -- psql -l"), Ok(Ask::WithPostgres { postgres: None, command: words("psql -l") }));
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_names_it() {
        for (line, named) in [
            ("", "missing"),
            ("tset", "tset"),
            ("test --postgres", "18"),
            ("test --postgres new", "new"),
            ("test -p es-core", "-p"),
            ("with-postgres", "--"),
            ("macro-cost 200", "200"),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains(named), "{line}: {error}");
        }
    }
}
