//! What is right compiles without a word: every form of the contract, one a file.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used)]

// what the cases of models share
#[path = "../ui/school.rs"]
mod school;

mod aggregate_that_is_an_enum;
mod aggregate_with_a_constant_parameter;
mod aggregate_with_a_name_of_its_own;
mod aggregate_with_a_parameter;
mod aggregate_with_an_error;
mod aggregate_with_one_fold;
mod attribute_shared_with_another_derive;
mod attributes_of_others_pass_through;
mod command_with_a_parameter;
mod command_without_field_names;
mod commands_for_every_stream;
mod commands_with_services;
mod core_under_another_path;
mod decision_in_steps;
mod enums_with_a_shape;
mod enums_with_names_of_their_own;
mod event_made_by_a_macro;
mod event_of_a_newtype;
mod event_of_a_raw_name;
mod event_of_a_unit_struct;
mod event_seen_by_the_crate;
mod event_that_became_nothing;
mod event_that_had_other_names;
mod event_that_was_split;
mod event_with_a_field_of_some_builds;
mod event_with_a_name_of_its_own;
mod event_with_a_past_of_some_builds;
mod event_with_a_raw_field;
mod event_with_a_raw_field_in_its_past;
mod event_with_documentation;
mod event_within_a_function;
mod events_of_other_modules;
mod events_that_fail_are_parked;
mod events_that_were_merged;
mod field_converted_by_a_function;
mod field_converted_by_a_function_that_refuses;
mod field_that_came_and_went;
mod field_that_is_gone;
mod field_that_is_gone_with_serde_attributes;
mod field_that_may_not_convert;
mod field_that_was_added;
mod field_that_was_narrower;
mod field_that_was_renamed;
mod field_with_a_default_in_braces;
mod field_with_a_default_that_is_called;
mod field_with_three_chapters;
mod foreign_type_with_a_shape;
mod ids_of_every_kind;
mod names_of_the_prelude_are_taken;
mod no_prelude;
mod no_warning;
mod one_model_twice;
mod past_in_both_forms;
mod past_of_another_type;
mod past_of_another_type_that_may_not_convert;
mod past_that_a_function_reads;
mod public_aggregate_of_private_events;
mod reactions_of_every_kind;
mod serde_denies_unknown_fields;
mod serde_flattens;
mod serde_has_an_alias;
mod serde_leaves_out_what_has_a_default;
mod serde_renames;
mod serde_renames_all;
mod serde_skips;
mod six_models;
mod tag_that_came_later;
mod tags_in_a_field_of_a_field;
mod tags_of_every_kind;
mod the_smallest_domain;
mod two_events_of_one_type_name;
mod variables_of_generated_code_are_hidden;

/// A file that is not named above would not be compiled.
#[test]
fn every_case_is_compiled() {
    let here = include_str!("main.rs");
    for entry in std::fs::read_dir("tests/pass").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(name == "main" || here.contains(&format!("mod {name};\n")), "add `mod {name};` to tests/pass/main.rs");
    }
}
