//! What stores get wrong.

/// A mistake that a [`Journal`](crate::store::Journal) makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Makes none.
    None,
    /// Stores the first events of an append only.
    HalfAppend,
    /// Checks the version, lets go of the lock, then stores.
    VersionUnlocked,
    /// Checks the condition, lets go of the lock, then stores.
    ConditionUnlocked,
    /// Looks for a used key, lets go of the lock, then stores.
    KeyUnlocked,
    /// Looks for a used event id, lets go of the lock, then stores.
    EventIdUnlocked,
    /// Gives out positions in order, and shows the events some time later.
    LatePublish,
    /// Counts positions that a refused append would have had.
    HoleyPositions,
    /// Shows the newest event some time after it was acknowledged.
    LateAcknowledged,
    /// Stores event by event, and gives others a turn in between.
    EventByEvent,
    /// An append that comes right after a conflict fails with it.
    ConflictSpreads,
    /// Takes a version beyond `i64` for any version.
    SignedVersion,
    /// Says the version that was expected in place of the one that is there.
    WrongActual,
    /// Takes an append without events for stored, whatever it expects.
    EmptyUnchecked,
    /// Stores an event id as often as it comes.
    EventIdTwice,
    /// Takes bytes that are no JSON.
    AnyBytes,
    /// Does not check what no store could store.
    Unchecked,
    /// Joins category and id to one name.
    JoinedName,
    /// Compares texts without case.
    NoCase,
    /// Cuts texts at 255 characters.
    ShortTexts,
    /// Reads the payload as JSON and writes it again.
    Reformatted,
    /// Sorts tags.
    SortedTags,
    /// Keeps the headers of the first event of an append only.
    FirstMetadata,
    /// Stores the version of an event's type in 31 bits.
    SmallEventVersion,
    /// Asks the clock, and believes it.
    ClockGoesBack,
    /// Keeps nanoseconds.
    Nanoseconds,
    /// Forgets keys.
    NoKeys,
    /// Remembers a key before it has stored the events.
    KeyOfFailure,
    /// Remembers no key of an append without events.
    NoEmptyKey,
    /// Looks for the key after the version.
    KeyAfterVersion,
    /// Keeps keys for each stream.
    KeyPerStream,
    /// Prunes all keys.
    PrunesAll,
    /// A condition takes no notice of names.
    NamesIgnored,
    /// A condition without names is about none.
    NoNamesMatchNothing,
    /// A condition over several tags is about events with one of them.
    OneTagIsEnough,
    /// A condition looks at its first clause.
    FirstClauseOnly,
    /// A condition includes the event at its position.
    ConditionInclusive,
    /// A condition overlooks events of streams.
    ConditionUnstreamed,
    /// A condition is checked where no version is expected.
    VersionOrCondition,
    /// A page takes no notice of bytes.
    BytesIgnored,
    /// An event that is larger than a page is left out.
    LargeSkipped,
    /// Every page is at the head.
    AlwaysAtHead,
    /// A page goes no further than its last event.
    StuckCursor,
    /// A page goes to the head, full or not.
    ThroughTooFar,
    /// An event comes once for each clause.
    OncePerClause,
    /// A query's text is a pattern.
    Patterns,
    /// A query without clauses selects everything.
    NothingIsAll,
    /// A stream read begins after its version.
    StreamExclusive,
    /// Folds without the tags.
    FoldWithoutTags,
    /// Folds from the beginning, wherever it should begin.
    FoldFromStart,
    /// Goes on with a fold that wants no more.
    FoldGoesOn,
    /// Takes a fold that panics for one that has done its work.
    FoldSwallowsPanics,
    /// Waits for the next append, whatever was appended before.
    LostWakeup,
    /// Wakes one of those who wait.
    WakesOne,
    /// Loads events after the snapshot.
    LoadAfterSnapshot,
    /// Loads from the beginning where the snapshot is of the future.
    LoadIgnoresFuture,
    /// Keeps one snapshot for all streams of a category.
    SnapshotPerCategory,
    /// Stores fingerprints in 63 bits.
    SmallFingerprint,
    /// A checkpoint goes forward only.
    CheckpointForward,
    /// Acknowledges an append, and writes it with the next ones.
    Buffered,
    /// Writes the events of an append one by one.
    WrittenOneByOne,
    /// Writes the key some time after the events.
    KeyWrittenLater,
    /// Does not write snapshots.
    SnapshotInMemory,
    /// Does not look at what others wrote before it appends.
    Cached,
    /// Does not lock out others while it appends.
    NoFileLock,
    /// Sees only what was appended through itself, until it is opened again.
    StaleReads,
    /// Takes "any version" for "no events".
    AnyIsNone,
    /// Records the beginning of time.
    NoClock,
    /// Says 1 for the head of an empty store.
    EmptyAt1,
    /// Gives the last event to who asks for one after the end.
    EndRepeats,
    /// Has an empty snapshot of every stream.
    EmptySnapshot,
    /// Loads the snapshot whether it was asked for or not.
    SnapshotUnasked,
    /// Loads from the first version, whatever was asked for.
    LoadFromStart,
    /// Begins a checkpoint at the head.
    CheckpointAtHead,
    /// Repeats a position after it was opened again.
    CounterLags,
    /// Leaves some positions out after it was opened again.
    CounterJumps,
    /// Forgets the tags that are added.
    TagsLost,
    /// Puts the tags that are added in front.
    TagsInFront,
    /// Adds a tag that is there.
    TagsTwice,
    /// Puts the tags that are added in the place of those that are there.
    TagsReplaced,
    /// Refuses tags for a position without an event.
    TagsStrict,
    /// Keeps a projection in any number of parts.
    AnyNumberOfParts,
    /// Gives a slot to nobody else, ever.
    LeaseForEver,
    /// Gives away what somebody holds.
    LeaseTaken,
    /// Gives everything to who asks first.
    FirstTakesAll,
    /// Gives the next holder of a slot the token of the one before.
    SameToken,
    /// Gives a new token with every renewal.
    TokenRenewed,
    /// Lets anyone write who knows the position.
    TokenIgnored,
    /// Lets the holder write from any position.
    PositionIgnored,
    /// Leaves a row as it is when another one is put.
    FirstRowStays,
    /// Stores booleans as numbers.
    BooleansAreNumbers,
    /// Deletes no rows.
    RowsStay,
    /// Looks at the first filter.
    FirstFilterOnly,
    /// Takes nothing for less than anything.
    NothingIsLess,
    /// Keeps all versions of a view in one table.
    OneVersion,
    /// Takes a view of any shape.
    AnyShape,
    /// Gives nothing back.
    KeepsWhatIsReleased,
    /// Checks the lease, lets go of the lock, then writes.
    CheckedBefore,
    /// Writes rows, and the checkpoint later.
    RowsBeforeCheckpoint,
    /// Sets a slot that there is to where another was to begin.
    BeginsAgain,
    /// Begins a rebuild anew that was broken off.
    RebuildsAnew,
    /// Goes on with a rebuild of another shape.
    RebuildOfAnyShape,
    /// Puts a rebuild in its place that has not come as far as what serves.
    RebuiltTooEarly,
    /// Gives what was rebuilt the first token.
    RebuiltUnderOneToken,
    /// Forgets what a rebuild has parked.
    RebuildForgetsParked,
    /// Takes away what serves, and puts the other in its place a little later.
    ReplacedInTwoSteps,
    /// Begins a rebuild with a claim.
    ClaimBegins,
    /// Leaves the table of a version that is dropped.
    DroppedTableStays,
    /// Parks before it looks at the lease.
    ParkedBefore,
    /// Keeps what is parked no longer.
    ParkedForEver,
    /// Lets a parked event be taken that is no longer there.
    TakenTwice,
    /// Forgets, with a new error, that an event is to be dropped.
    DiscardForgotten,
    /// Lists parked events by their key.
    ParkedByKey,
    /// Marks all events of a key.
    KeyMarked,
    /// Lists the row of the key that it is to begin behind.
    AfterIncluded,
    /// Lists everything.
    NoLimit,
    /// Writes the rows of an append that it refuses.
    RowsOfRefused,
    /// Never looks at what a read model has not seen.
    NeverBehind,
    /// Says that events stand one before where they do.
    ToldTooEarly,
    /// Writes over rows whatever they are.
    RowsUnchecked,
    /// Takes a row that is there for one that is not.
    NothingUnchecked,
    /// Leaves the checkpoint where it is.
    CheckpointStays,
    /// Writes rows when the events are stored already.
    RowsLater,
}
