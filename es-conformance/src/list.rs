//! The list of all checks. What is here is run by `suite!`; a check that is not here is dead code.

use crate::checks;
use crate::run::Check;

/// Hands all names to another macro of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __checks {
    ($then:ident) => {
        $crate::$then! {
            appends {
                an_append_is_all_or_nothing,
                a_refused_append_leaves_no_trace,
                the_answer_says_where_the_events_are,
                the_first_event_of_a_stream_has_version_1,
                any_version_takes_a_stream_as_it_is,
                no_stream_means_a_stream_without_events,
                exists_means_a_stream_with_events,
                an_exact_version_means_that_version,
                a_version_conflict_names_the_stream_and_both_versions,
                a_stream_grows_by_its_own_appends_only,
                an_append_without_events_stores_none,
                an_append_without_events_is_still_checked,
                events_of_one_append_stay_in_order,
                ten_thousand_events_fit_into_one_append,
                payloads_of_5_megabytes_come_back,
                an_event_id_is_stored_once,
                a_payload_that_is_not_json_is_refused,
                events_of_no_stream_have_version_0,
                an_expected_version_needs_a_stream,
                a_store_goes_on_after_a_refused_append,
            }
            contents {
                payload_bytes_come_back_as_they_were_written,
                every_way_to_read_gives_the_same_event,
                hostile_stream_ids_are_streams_of_their_own,
                hostile_categories_are_categories_of_their_own,
                hostile_event_names_come_back_and_are_found,
                hostile_tags_come_back_and_are_found,
                many_tags_come_back_in_their_order,
                event_ids_of_every_kind_come_back,
                versions_of_event_types_are_not_judged,
                metadata_comes_back_with_every_event_of_the_append,
                hostile_headers_come_back,
                recorded_at_is_in_whole_microseconds,
                recorded_at_is_about_now,
                recorded_at_never_decreases_with_position,
            }
            order {
                the_head_of_an_empty_store_is_the_start,
                the_head_is_the_position_of_the_last_event,
                a_later_append_has_a_later_position,
                positions_of_one_append_are_without_holes,
                positions_are_1_2_3_without_holes,
                what_was_acknowledged_is_read_at_once,
                the_version_of_a_stream_is_that_of_its_last_event,
                nothing_appears_behind_a_head_that_was_seen,
            }
            racing {
                of_64_appends_at_one_version_one_wins,
                of_64_appends_that_begin_a_stream_one_wins,
                appends_to_64_streams_all_win,
                appends_at_any_version_all_win,
                versions_are_without_holes_whoever_fails,
                events_of_one_append_stay_together_in_a_crowd,
                a_conflict_fails_nobody_else,
                an_append_that_cannot_be_stored_fails_nobody_else,
                of_16_appends_of_one_event_id_one_wins,
                an_append_whose_caller_went_away_is_stored_whole_or_not,
            }
            conditions {
                a_condition_that_nothing_matches_holds,
                a_condition_that_an_event_matches_refuses,
                a_conflict_names_an_event_that_matches,
                a_condition_looks_only_after_its_position,
                a_condition_after_the_end_holds,
                a_condition_over_several_tags_needs_all_of_them,
                a_condition_with_names_is_about_these_names_only,
                a_condition_without_names_is_about_every_name,
                a_condition_with_an_empty_list_of_names_holds,
                a_condition_without_clauses_holds,
                one_matching_clause_of_several_refuses,
                a_condition_sees_events_of_streams_and_of_none,
                a_condition_does_not_look_at_its_own_events,
                a_version_and_a_condition_must_both_hold,
                an_append_without_events_is_held_to_its_condition,
                tags_are_compared_byte_by_byte,
                a_condition_with_a_clause_without_tags_is_refused,
                a_condition_with_a_category_is_refused,
            }
            boundaries {
                of_16_racers_on_one_condition_one_wins,
                of_16_racers_on_a_condition_with_names_one_wins,
                of_16_racers_over_several_tags_and_clauses_one_wins,
                of_16_racers_with_streams_of_their_own_one_wins,
                appends_that_are_sent_together_see_each_other,
                a_condition_sees_unconditional_appends_of_the_same_moment,
                conditions_on_other_things_never_conflict,
                sixteen_counters_lose_no_update,
                a_show_is_never_overbooked,
                a_busy_store_does_not_break_a_condition_on_something_else,
            }
            tags {
                added_tags_are_found_as_if_appended,
                added_tags_come_after_those_that_the_event_has,
                a_tag_that_the_event_has_is_not_added_again,
                added_tags_change_nothing_else,
                a_condition_sees_added_tags,
                hostile_tags_can_be_added,
                a_position_without_an_event_is_given_no_tags,
                tags_that_many_add_at_once_are_there_once,
                appends_go_on_while_tags_are_added,
                added_tags_are_there_after_reopening,
            }
            reading {
                an_empty_store_gives_an_empty_page_at_the_head,
                a_query_for_all_gives_all_in_order,
                a_query_selects_by_name,
                a_query_selects_by_category,
                a_query_selects_by_tag,
                a_clause_with_several_tags_selects_events_with_all_of_them,
                all_that_a_clause_says_must_hold,
                one_clause_of_several_is_enough,
                an_event_that_several_clauses_select_comes_once,
                a_query_without_clauses_selects_nothing,
                a_query_that_selects_nothing_moves_on_to_the_head,
                reading_goes_on_after_any_position,
                after_the_end_there_is_nothing,
                a_stream_is_read_from_any_version,
                after_the_end_of_a_stream_there_is_nothing,
                a_stream_holds_its_own_events_only,
            }
            pages {
                a_page_holds_no_more_events_than_asked_for,
                a_page_ends_with_the_event_that_reaches_its_bytes,
                an_event_larger_than_a_page_is_read_all_the_same,
                pages_of_every_size_add_up_to_the_same_events,
                a_page_without_limits_has_no_limit,
                an_answer_that_reaches_no_limit_is_the_end_of_the_stream,
                a_page_is_at_the_head_only_if_nothing_follows,
                a_page_never_goes_through_an_event_that_it_lacks,
                a_rare_event_is_found_among_many,
            }
            folding {
                a_fold_takes_what_the_stream_holds_in_order,
                a_fold_begins_at_the_version_that_is_asked_for,
                a_fold_that_wants_no_more_is_given_no_more,
                a_panic_in_a_fold_is_its_callers_and_the_store_goes_on,
            }
            tailing {
                a_reader_behind_8_writers_sees_every_event_once_in_order,
                readers_with_pages_of_every_size_see_the_same,
                readers_with_a_query_see_all_that_it_selects,
                a_reader_that_stops_and_goes_on_misses_nothing,
                a_reader_may_begin_anywhere_while_others_write,
                waiting_ends_at_once_if_there_is_an_event,
                waiting_ends_when_an_event_is_appended,
                waiting_ends_for_all_who_wait,
                an_append_between_a_read_and_the_wait_is_not_slept_through,
            }
            keys {
                a_key_is_recorded_with_its_append,
                a_repeat_is_told_what_the_first_did,
                a_repeat_is_known_whatever_else_is_wrong_with_it,
                a_key_is_used_store_wide,
                an_append_without_events_is_remembered_by_its_key,
                a_key_of_events_without_a_stream_names_none,
                a_refused_append_is_not_remembered,
                of_16_repeats_at_once_one_is_stored,
                hostile_keys_are_keys_of_their_own,
                keys_outside_the_limits_are_refused,
                pruning_forgets_the_keys_used_before,
                a_pruned_key_may_be_used_again,
            }
            snapshots {
                there_is_no_snapshot_before_one_is_saved,
                a_snapshot_comes_back_as_it_was_saved,
                a_large_snapshot_comes_back,
                a_snapshot_takes_the_place_of_the_one_before,
                a_deleted_snapshot_is_gone,
                snapshots_of_other_streams_stay_as_they_are,
                snapshots_are_no_events,
                a_load_without_a_snapshot_begins_where_it_was_asked_to,
                a_load_with_a_snapshot_begins_with_the_event_of_its_version,
                a_load_with_a_snapshot_of_the_future_shows_that_the_stream_lacks_it,
                a_load_that_asks_for_no_snapshot_gets_none,
                a_load_keeps_to_the_size_of_a_page,
                a_load_finds_its_key,
                a_load_of_a_stream_without_events_is_empty,
            }
            checkpoints {
                a_checkpoint_begins_at_the_start,
                a_checkpoint_comes_back_as_it_was_saved,
                a_checkpoint_may_be_set_back_to_the_start,
                checkpoints_of_other_names_stay_as_they_are,
                checkpoints_are_saved_by_many_at_once,
            }
            random {
                random_appends_do_what_a_model_says,
                random_queries_select_what_a_model_says,
                random_conditions_refuse_what_a_model_says,
            }
            interleavings {
                random_interleavings_are_explained_by_a_model,
            }
            faults {
                one_order_explains_what_many_were_told_whatever_happens,
                reading_goes_on_whatever_happens,
            }
            reopening {
                events_are_there_after_reopening,
                keys_are_there_after_reopening,
                snapshots_and_checkpoints_are_there_after_reopening,
                a_store_goes_on_where_it_was_after_reopening,
                time_does_not_go_back_after_reopening,
                opening_an_empty_store_again_leaves_it_empty,
            }
            killing {
                every_acknowledged_append_survives_a_kill,
                a_kill_leaves_no_half_of_an_append,
                a_key_survives_a_kill_just_when_its_events_do,
                order_is_whole_after_a_kill,
                positions_are_without_holes_after_a_kill,
                time_does_not_go_back_after_a_kill,
            }
            sharing {
                a_place_may_be_opened_by_many_at_once,
                what_one_appends_the_other_sees_at_once,
                what_one_has_refuses_the_other,
                racers_on_two_handles_have_one_winner,
                a_key_used_by_one_is_used_for_the_other,
                snapshots_and_checkpoints_are_shared,
                waiting_ends_when_another_handle_appends,
                waiting_ends_when_another_process_appends,
                two_processes_that_append_lose_nothing,
                a_reader_behind_two_processes_sees_every_event_once_in_order,
                counters_in_two_processes_lose_no_update,
                a_key_is_free_for_one_of_two_processes,
            }
            views {
                a_row_comes_back_as_it_was_put,
                a_row_is_put_in_place_of_the_one_before_and_deleted,
                a_list_goes_page_by_page_behind_a_key,
                random_filters_let_through_what_a_model_says,
                a_view_that_is_not_set_up_says_so,
                another_shape_under_the_same_version_is_refused,
                versions_of_a_view_are_kept_side_by_side,
                a_view_is_set_up_by_many_at_once,
            }
            leases {
                a_projection_begins_at_the_start,
                a_step_writes_its_rows_and_moves_the_checkpoint,
                a_step_from_another_position_writes_nothing,
                who_lost_the_lease_writes_nothing,
                a_lease_that_ran_out_is_taken_over_where_it_was,
                a_lease_is_nobody_else_s_until_it_is_given_back,
                of_16_who_claim_at_once_one_gets_each_part,
                of_16_steps_at_once_from_one_position_one_is_made,
                another_number_of_parts_is_refused,
                parts_are_shared_evenly_among_those_who_work,
            }
            parking {
                a_step_parks_events_and_takes_them_out_again,
                who_lost_the_lease_parks_nothing,
                a_step_that_takes_what_is_no_longer_parked_does_nothing,
                of_16_steps_that_take_one_parked_event_one_is_made,
                parked_events_are_listed_in_order_and_page_by_page,
                what_is_marked_to_be_dropped_stays_so,
            }
            rebuilds {
                what_was_rebuilt_serves_once_it_has_come_as_far,
                a_rebuild_that_was_broken_off_is_gone_on_with,
                who_held_a_slot_before_a_rebuild_writes_nothing_after_it,
                what_a_rebuild_parked_is_parked_afterwards,
                a_version_that_is_dropped_is_gone,
                whoever_reads_while_a_rebuild_takes_its_place_finds_every_row,
            }
            versions {
                an_earlier_version_serves_until_the_new_one_is_built,
                a_build_that_was_broken_off_is_gone_on_with_by_another,
            }
            reactions {
                a_projection_begins_where_it_is_said_and_only_once,
                a_reaction_begins_at_the_head_unless_it_says_otherwise,
                nothing_is_missed_after_a_reaction_has_begun,
                nothing_is_reacted_to_because_a_view_is_built_anew,
                a_reaction_that_fails_is_parked_and_tried_again_when_asked_for,
            }
            settling {
                an_event_that_fails_is_parked_with_what_comes_behind_it,
                a_retry_takes_an_event_and_those_behind_it_in_order,
                a_retry_goes_as_far_as_it_can,
                an_event_that_is_discarded_takes_no_effect_and_those_behind_it_do,
                whatever_fails_and_whoever_ends_nothing_is_missing_or_out_of_turn,
            }
            inline {
                rows_and_the_checkpoint_are_written_with_the_append,
                columns_of_every_kind_are_written_with_the_append,
                an_append_that_is_refused_leaves_no_row,
                a_row_that_has_changed_refuses_the_append,
                a_read_model_that_lacks_an_event_refuses_the_append,
                rows_that_are_said_late_know_where_the_events_stand,
                of_16_appends_on_one_row_one_wins,
                appends_that_are_sent_together_have_rows_of_their_own,
                a_view_kept_inline_is_seen_after_the_append,
                views_kept_inline_equal_left_folds_whoever_appends_at_once,
                what_others_append_is_caught_up_on,
                a_view_kept_inline_has_seen_all_that_survives_a_kill,
            }
            workers {
                a_view_equals_a_left_fold_however_its_workers_end,
                a_view_equals_a_left_fold_after_workers_were_killed_and_paused,
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __table {
    ($($area:ident { $($check:ident,)* })*) => {
        &[$($( Check { area: stringify!($area), name: stringify!($check), run: |place| Box::pin(checks::$area::$check(place)) }, )*)*]
    };
}

/// All checks of the suite, in the order in which they are best read.
pub const CHECKS: &[Check] = crate::__checks!(__table);
