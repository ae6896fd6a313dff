//! Each of these stores is wrong in one way.

use std::path::PathBuf;

use es_conformance::{CHECKS, run_in_test};

use crate::flaw::Flaw;
use crate::store::Journal;

/// The check refuses a store that makes this mistake.
fn caught(flaw: Flaw, check: &str, path: &str) {
    // the harness leaves out the crate
    let (_, test) = path.split_once("::").unwrap();
    assert!(CHECKS.iter().any(|known| known.name() == check), "the suite has no check of this name");
    let verdict = run_in_test(check, test, move |place: PathBuf| async move { Journal::open(&place, flaw) });
    let broken = verdict.expect_err("the store is wrong, and the check has not found it");
    println!("{flaw:?}: {broken}");
}

macro_rules! caught {
    ($($flaw:ident by $($check:ident),+;)*) => {
        $(
            #[allow(non_snake_case)]
            mod $flaw {
                $(
                    #[test]
                    fn $check() {
                        super::caught(super::Flaw::$flaw, stringify!($check), concat!(module_path!(), "::", stringify!($check)));
                    }
                )+
            }
        )*
    };
}

caught! {
    HalfAppend by an_append_is_all_or_nothing;
    VersionUnlocked by of_64_appends_at_one_version_one_wins, one_order_explains_what_many_were_told_whatever_happens, random_interleavings_are_explained_by_a_model;
    ConditionUnlocked by of_16_racers_on_one_condition_one_wins, sixteen_counters_lose_no_update, a_show_is_never_overbooked, appends_that_are_sent_together_see_each_other, a_condition_sees_unconditional_appends_of_the_same_moment, one_order_explains_what_many_were_told_whatever_happens, random_interleavings_are_explained_by_a_model;
    KeyUnlocked by of_16_repeats_at_once_one_is_stored, one_order_explains_what_many_were_told_whatever_happens;
    EventIdUnlocked by of_16_appends_of_one_event_id_one_wins;
    LatePublish by a_reader_behind_8_writers_sees_every_event_once_in_order, nothing_appears_behind_a_head_that_was_seen, readers_with_pages_of_every_size_see_the_same, readers_with_a_query_see_all_that_it_selects, a_reader_that_stops_and_goes_on_misses_nothing;
    HoleyPositions by positions_are_1_2_3_without_holes;
    LateAcknowledged by what_was_acknowledged_is_read_at_once;
    EventByEvent by one_order_explains_what_many_were_told_whatever_happens, an_append_whose_caller_went_away_is_stored_whole_or_not, events_of_one_append_stay_together_in_a_crowd;
    ConflictSpreads by a_conflict_fails_nobody_else;
    SignedVersion by an_exact_version_means_that_version;
    WrongActual by a_version_conflict_names_the_stream_and_both_versions;
    EmptyUnchecked by an_append_without_events_is_still_checked, random_interleavings_are_explained_by_a_model;
    EventIdTwice by an_event_id_is_stored_once, random_interleavings_are_explained_by_a_model;
    AnyBytes by a_payload_that_is_not_json_is_refused;
    Unchecked by a_condition_with_a_clause_without_tags_is_refused;
    JoinedName by a_stream_grows_by_its_own_appends_only;
    NoCase by hostile_stream_ids_are_streams_of_their_own;
    ShortTexts by hostile_tags_come_back_and_are_found;
    Reformatted by payload_bytes_come_back_as_they_were_written;
    SortedTags by many_tags_come_back_in_their_order;
    FirstMetadata by metadata_comes_back_with_every_event_of_the_append;
    SmallEventVersion by versions_of_event_types_are_not_judged;
    ClockGoesBack by recorded_at_never_decreases_with_position, time_does_not_go_back_after_a_kill;
    Nanoseconds by recorded_at_is_in_whole_microseconds;
    NoKeys by a_repeat_is_told_what_the_first_did, random_interleavings_are_explained_by_a_model;
    KeyOfFailure by a_refused_append_is_not_remembered;
    NoEmptyKey by an_append_without_events_is_remembered_by_its_key;
    KeyAfterVersion by a_repeat_is_known_whatever_else_is_wrong_with_it;
    KeyPerStream by a_key_is_used_store_wide, random_appends_do_what_a_model_says;
    PrunesAll by pruning_forgets_the_keys_used_before;
    NamesIgnored by a_condition_with_names_is_about_these_names_only, random_conditions_refuse_what_a_model_says, random_interleavings_are_explained_by_a_model;
    NoNamesMatchNothing by a_condition_without_names_is_about_every_name, of_16_racers_on_one_condition_one_wins;
    OneTagIsEnough by a_condition_over_several_tags_needs_all_of_them;
    FirstClauseOnly by one_matching_clause_of_several_refuses;
    ConditionInclusive by a_condition_looks_only_after_its_position;
    ConditionUnstreamed by a_condition_sees_events_of_streams_and_of_none, random_interleavings_are_explained_by_a_model;
    VersionOrCondition by a_version_and_a_condition_must_both_hold;
    BytesIgnored by a_page_ends_with_the_event_that_reaches_its_bytes;
    LargeSkipped by an_event_larger_than_a_page_is_read_all_the_same;
    AlwaysAtHead by a_page_is_at_the_head_only_if_nothing_follows;
    StuckCursor by a_query_that_selects_nothing_moves_on_to_the_head;
    ThroughTooFar by a_page_never_goes_through_an_event_that_it_lacks, random_interleavings_are_explained_by_a_model;
    OncePerClause by an_event_that_several_clauses_select_comes_once, random_queries_select_what_a_model_says;
    Patterns by a_query_selects_by_category;
    NothingIsAll by a_query_without_clauses_selects_nothing;
    StreamExclusive by a_stream_is_read_from_any_version;
    FoldWithoutTags by a_fold_takes_what_the_stream_holds_in_order;
    FoldFromStart by a_fold_begins_at_the_version_that_is_asked_for;
    FoldGoesOn by a_fold_that_wants_no_more_is_given_no_more;
    FoldSwallowsPanics by a_panic_in_a_fold_is_its_callers_and_the_store_goes_on;
    LostWakeup by an_append_between_a_read_and_the_wait_is_not_slept_through;
    WakesOne by waiting_ends_for_all_who_wait;
    LoadAfterSnapshot by a_load_with_a_snapshot_begins_with_the_event_of_its_version;
    LoadIgnoresFuture by a_load_with_a_snapshot_of_the_future_shows_that_the_stream_lacks_it;
    SnapshotPerCategory by snapshots_of_other_streams_stay_as_they_are;
    SmallFingerprint by a_snapshot_comes_back_as_it_was_saved;
    CheckpointForward by a_checkpoint_may_be_set_back_to_the_start;
    Buffered by every_acknowledged_append_survives_a_kill, order_is_whole_after_a_kill;
    WrittenOneByOne by a_kill_leaves_no_half_of_an_append;
    KeyWrittenLater by a_key_survives_a_kill_just_when_its_events_do;
    SnapshotInMemory by snapshots_and_checkpoints_are_there_after_reopening;
    Cached by what_one_has_refuses_the_other, racers_on_two_handles_have_one_winner;
    NoFileLock by counters_in_two_processes_lose_no_update, two_processes_that_append_lose_nothing, a_key_is_free_for_one_of_two_processes, a_reader_behind_two_processes_sees_every_event_once_in_order;
    StaleReads by what_one_appends_the_other_sees_at_once, waiting_ends_when_another_process_appends;
    AnyIsNone by any_version_takes_a_stream_as_it_is;
    NoClock by recorded_at_is_about_now;
    EmptyAt1 by the_head_of_an_empty_store_is_the_start, an_empty_store_gives_an_empty_page_at_the_head, opening_an_empty_store_again_leaves_it_empty;
    EndRepeats by after_the_end_of_a_stream_there_is_nothing;
    EmptySnapshot by there_is_no_snapshot_before_one_is_saved, a_load_of_a_stream_without_events_is_empty;
    SnapshotUnasked by a_load_that_asks_for_no_snapshot_gets_none;
    LoadFromStart by a_load_without_a_snapshot_begins_where_it_was_asked_to;
    CheckpointAtHead by a_checkpoint_begins_at_the_start;
    CounterLags by order_is_whole_after_a_kill, a_store_goes_on_where_it_was_after_reopening;
    CounterJumps by positions_are_without_holes_after_a_kill;
    TagsLost by added_tags_are_found_as_if_appended, a_condition_sees_added_tags, hostile_tags_can_be_added, appends_go_on_while_tags_are_added, added_tags_are_there_after_reopening;
    TagsInFront by added_tags_come_after_those_that_the_event_has;
    TagsTwice by a_tag_that_the_event_has_is_not_added_again, tags_that_many_add_at_once_are_there_once;
    TagsReplaced by added_tags_change_nothing_else;
    TagsStrict by a_position_without_an_event_is_given_no_tags;
    AnyNumberOfParts by another_number_of_parts_is_refused;
    LeaseForEver by a_lease_that_ran_out_is_taken_over_where_it_was;
    LeaseTaken by a_lease_is_nobody_else_s_until_it_is_given_back, of_16_who_claim_at_once_one_gets_each_part;
    FirstTakesAll by parts_are_shared_evenly_among_those_who_work;
    SameToken by who_lost_the_lease_writes_nothing;
    TokenRenewed by a_lease_is_nobody_else_s_until_it_is_given_back;
    TokenIgnored by who_lost_the_lease_writes_nothing;
    PositionIgnored by a_step_from_another_position_writes_nothing, of_16_steps_at_once_from_one_position_one_is_made;
    FirstRowStays by a_row_is_put_in_place_of_the_one_before_and_deleted;
    BooleansAreNumbers by a_row_comes_back_as_it_was_put, columns_of_every_kind_are_written_with_the_append;
    RowsStay by a_row_is_put_in_place_of_the_one_before_and_deleted, a_view_equals_a_left_fold_however_its_workers_end;
    FirstFilterOnly by random_filters_let_through_what_a_model_says;
    NothingIsLess by random_filters_let_through_what_a_model_says;
    OneVersion by versions_of_a_view_are_kept_side_by_side;
    AnyShape by another_shape_under_the_same_version_is_refused;
    KeepsWhatIsReleased by a_lease_is_nobody_else_s_until_it_is_given_back;
    CheckedBefore by of_16_steps_at_once_from_one_position_one_is_made;
    RowsBeforeCheckpoint by a_view_equals_a_left_fold_after_workers_were_killed_and_paused;
    BeginsAgain by a_projection_begins_where_it_is_said_and_only_once;
    RebuildsAnew by a_rebuild_that_was_broken_off_is_gone_on_with;
    RebuildOfAnyShape by a_rebuild_that_was_broken_off_is_gone_on_with;
    RebuiltTooEarly by what_was_rebuilt_serves_once_it_has_come_as_far;
    RebuiltUnderOneToken by who_held_a_slot_before_a_rebuild_writes_nothing_after_it;
    RebuildForgetsParked by what_a_rebuild_parked_is_parked_afterwards;
    ReplacedInTwoSteps by whoever_reads_while_a_rebuild_takes_its_place_finds_every_row;
    ClaimBegins by who_held_a_slot_before_a_rebuild_writes_nothing_after_it;
    DroppedTableStays by a_version_that_is_dropped_is_gone;
    ParkedBefore by who_lost_the_lease_parks_nothing;
    ParkedForEver by a_step_parks_events_and_takes_them_out_again;
    TakenTwice by a_step_that_takes_what_is_no_longer_parked_does_nothing, of_16_steps_that_take_one_parked_event_one_is_made;
    DiscardForgotten by what_is_marked_to_be_dropped_stays_so;
    ParkedByKey by parked_events_are_listed_in_order_and_page_by_page;
    KeyMarked by what_is_marked_to_be_dropped_stays_so;
    AfterIncluded by a_list_goes_page_by_page_behind_a_key;
    NoLimit by a_list_goes_page_by_page_behind_a_key;
    RowsOfRefused by an_append_that_is_refused_leaves_no_row, appends_that_are_sent_together_have_rows_of_their_own;
    NeverBehind by a_read_model_that_lacks_an_event_refuses_the_append, what_others_append_is_caught_up_on;
    ToldTooEarly by rows_that_are_said_late_know_where_the_events_stand, views_kept_inline_equal_left_folds_whoever_appends_at_once;
    RowsUnchecked by a_row_that_has_changed_refuses_the_append, of_16_appends_on_one_row_one_wins, views_kept_inline_equal_left_folds_whoever_appends_at_once;
    NothingUnchecked by a_row_that_has_changed_refuses_the_append;
    CheckpointStays by rows_and_the_checkpoint_are_written_with_the_append, a_view_kept_inline_is_seen_after_the_append;
    RowsLater by a_view_kept_inline_has_seen_all_that_survives_a_kill;
}
