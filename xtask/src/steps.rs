//! What `cargo test` is called with.

/// The calls of `cargo test`, in order: the core's tests first, then the rest; or just what `args` ask for, if they choose packages.
pub fn steps(args: &[String]) -> Vec<Vec<String>> {
    let step = |chosen: &[&str]| ["test"].iter().chain(chosen).map(|arg| (*arg).to_owned()).chain(args.iter().cloned()).collect();
    match choose_packages(args) {
        true => vec![step(&[])],
        false => vec![step(&["--package", "es-core"]), step(&["--workspace", "--exclude", "es-core"])],
    }
}

fn choose_packages(args: &[String]) -> bool {
    let for_cargo = args.iter().take_while(|arg| *arg != "--");
    let long = ["--package", "--workspace", "--all", "--manifest-path"];
    for_cargo.into_iter().any(|arg| {
        let name = arg.split_once('=').map_or(arg.as_str(), |(name, _)| name);
        long.contains(&name) || (arg.starts_with("-p") && !arg.starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(args: &str) -> Vec<String> {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        steps(&args).iter().map(|step| step.join(" ")).collect()
    }

    #[test]
    fn the_core_comes_first() {
        assert_eq!(lines(""), ["test --package es-core", "test --workspace --exclude es-core"]);
        assert_eq!(lines("-- racing"), ["test --package es-core -- racing", "test --workspace --exclude es-core -- racing"]);
    }

    #[test]
    fn packages_that_are_named_are_all_that_runs() {
        assert_eq!(lines("-p es-postgres"), ["test -p es-postgres"]);
        assert_eq!(lines("-pes-postgres racing"), ["test -pes-postgres racing"]);
        assert_eq!(lines("--package=es-sqlite -- --nocapture"), ["test --package=es-sqlite -- --nocapture"]);
    }

    #[test]
    fn an_argument_of_the_test_programs_chooses_no_package() {
        assert_eq!(lines("-- -p").len(), 2);
    }
}
