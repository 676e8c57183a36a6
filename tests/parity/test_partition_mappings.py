"""Partition mappings: the upstream partitions that a partition takes."""

import datetime as dt

import pytest


def at(year, month, day=1):
    """Midnight of a day, in UTC."""
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


@pytest.fixture
def days(dg):
    """The days of January and February."""
    return dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-01")


@pytest.fixture
def weeks(dg):
    """The weeks of the same time."""
    return dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-03-01")


@pytest.fixture
def months(dg):
    """The months of the same time."""
    return dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2024-03-01")


@pytest.fixture
def letters(dg):
    """Three letters."""
    return dg.StaticPartitionsDefinition(["a", "b", "c"])


@pytest.fixture
def seen(dg, log):
    """Run one partition of an asset downstream of `up`, and pass its context to a function."""

    def run(see, up_def, down_def, mapping=None, key=None, **run_options):
        @dg.asset(partitions_def=down_def, deps=[dg.AssetDep("up", partition_mapping=mapping)])
        def down(context) -> None:
            log.append(see(context))

        up = dg.AssetSpec("up", partitions_def=up_def)
        dg.materialize([up, down], selection=["down"], partition_key=key, **run_options)
        return log[-1]

    return run


@pytest.fixture
def taken(seen):
    """The partitions of `up` that one downstream partition takes, in the order of their keys."""
    return lambda *args, **kwargs: seen(
        lambda context: sorted(context.asset_partition_keys_for_input("up")), *args, **kwargs
    )


@pytest.fixture
def loading(dg):
    """An IO manager that returns the partitions it is asked for."""

    class Loading(dg.IOManager):
        def handle_output(self, context, obj):
            pass

        def load_input(self, context):
            return sorted(context.asset_partition_keys)

    return Loading()


# -- where no mapping is given -----------------------------------------------------------------------------------------


def test_the_same_partitions(taken, days, letters):
    """A partition takes the upstream one of its own key if both have equal partitions."""
    assert taken(days, days, key="2024-01-05") == ["2024-01-05"]
    assert taken(letters, letters, key="b") == ["b"]


def test_a_week_takes_its_days(taken, days, weeks):
    """A coarse time window takes all fine ones in it."""
    assert taken(days, weeks, key="2024-01-07") == [f"2024-01-{day:02}" for day in range(7, 14)]


def test_a_day_takes_its_month(taken, days, months):
    """A fine time window takes the coarse one around it."""
    assert taken(months, days, key="2024-02-05") == ["2024-02-01"]


def test_a_range_takes_what_its_partitions_take(taken, days, months):
    """A run of a range takes what all of its partitions take."""
    tags = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-02-01"}
    keys = taken(days, months, tags=tags)
    assert (keys[0], keys[-1], len(keys)) == ("2024-01-01", "2024-02-29", 60)


def test_an_asset_without_partitions_takes_all(taken, letters):
    """An asset without partitions takes all upstream partitions."""
    assert taken(letters, None) == ["a", "b", "c"]


def test_dimensions_and_one_of_them(dg, taken, days, letters):
    """The shared dimension decides between multi partitions and partitions of one dimension."""
    both = dg.MultiPartitionsDefinition({"day": days, "letter": letters})
    assert taken(both, days, key="2024-01-05") == ["2024-01-05|a", "2024-01-05|b", "2024-01-05|c"]
    assert taken(days, both, key="2024-01-05|b") == ["2024-01-05"]


def test_what_is_not_there_upstream(dg, taken, letters):
    """A key that the upstream asset does not have is refused."""
    others = dg.StaticPartitionsDefinition(["c", "d"])
    assert taken(letters, others, key="c") == ["c"]
    with pytest.raises(dg.DagsterInvariantViolationError):
        taken(letters, others, key="d")


# -- where one is given ------------------------------------------------------------------------------------------------


def test_spans_before(dg, taken, days):
    """Offsets move the first and the last time window that is taken."""
    mapping = dg.TimeWindowPartitionMapping
    assert taken(days, days, mapping(start_offset=-1), "2024-01-05") == ["2024-01-04", "2024-01-05"]
    assert taken(days, days, mapping(start_offset=-1, end_offset=-1), "2024-01-05") == ["2024-01-04"]


def test_offsets_count_downstream_spans(dg, taken, days, months):
    """An offset counts in downstream time windows, whatever the upstream ones are."""
    keys = taken(days, months, dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1), "2024-02-01")
    assert (keys[0], keys[-1], len(keys)) == ("2024-01-01", "2024-01-31", 31)


def test_offsets_stop_at_the_first_span(dg, taken, days):
    """The first day has no day before it: an offset that leads there takes nothing, and is not an error."""
    mapping = dg.TimeWindowPartitionMapping
    assert taken(days, days, mapping(start_offset=-1), "2024-01-01") == ["2024-01-01"]
    assert taken(days, days, mapping(start_offset=-1, end_offset=-1), "2024-01-01") == []


def test_spans_that_do_not_exist(dg, taken, days, weeks):
    """A time window that the upstream asset does not have is refused, or left out if that is allowed."""
    late = dg.DailyPartitionsDefinition("2024-01-10", end_date="2024-03-01")
    with pytest.raises(dg.DagsterInvariantViolationError):
        taken(late, weeks, key="2024-01-07")
    allowing = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    assert taken(late, weeks, allowing, "2024-01-07") == [f"2024-01-{day}" for day in range(10, 14)]


def test_all_last_and_some(dg, taken, days, letters):
    """All partitions, the last one, the ones named: whatever partition is made."""
    assert taken(letters, days, dg.AllPartitionMapping(), "2024-01-05") == ["a", "b", "c"]
    assert taken(letters, days, dg.LastPartitionMapping(), "2024-01-05") == ["c"]
    assert taken(letters, days, dg.SpecificPartitionsPartitionMapping(["a", "c"]), "2024-01-05") == ["a", "c"]
    assert taken(letters, None, dg.LastPartitionMapping()) == ["c"]


def test_a_table(dg, taken, letters):
    """`StaticPartitionMapping` lists for each upstream partition the downstream ones that take it."""
    sizes = dg.StaticPartitionsDefinition(["few", "many"])
    table = dg.StaticPartitionMapping({"a": "few", "b": ["few", "many"], "c": "many"})
    assert taken(letters, sizes, table, "few") == ["a", "b"]
    assert taken(letters, sizes, table, "many") == ["b", "c"]


def test_a_dimension_by_name(dg, taken, days, letters):
    """`MultiToSingleDimensionPartitionMapping` names the dimension that is shared."""
    both = dg.MultiPartitionsDefinition({"day": days, "letter": letters})
    keys = taken(both, letters, dg.MultiToSingleDimensionPartitionMapping("letter"), "a")
    assert (keys[0], keys[-1], len(keys)) == ("2024-01-01|a", "2024-02-29|a", 60)


def test_dimension_by_dimension(dg, taken, days, weeks, letters):
    """`MultiPartitionMapping` maps each upstream dimension to a downstream one."""
    by_day = dg.MultiPartitionsDefinition({"day": days, "letter": letters})
    by_week = dg.MultiPartitionsDefinition({"week": weeks, "letter": letters})
    mapping = dg.MultiPartitionMapping(
        {
            "day": dg.DimensionPartitionMapping("week", dg.TimeWindowPartitionMapping()),
            "letter": dg.DimensionPartitionMapping("letter", dg.IdentityPartitionMapping()),
        }
    )
    assert taken(by_day, by_week, mapping, "a|2024-01-07") == [f"2024-01-{day:02}|a" for day in range(7, 14)]


def test_dynamic_partitions_upstream(dg, taken, letters):
    """`AllPartitionMapping` over dynamic partitions takes the keys that the run's instance knows."""
    instance = dg.DagsterInstance.ephemeral()
    instance.add_dynamic_partitions("test_mappings", ["x", "y"])
    partitions = dg.DynamicPartitionsDefinition(name="test_mappings")
    assert taken(partitions, letters, dg.AllPartitionMapping(), "a", instance=instance) == ["x", "y"]


def test_a_mapping_that_does_not_fit(dg, days, letters):
    """A mapping that cannot connect the two assets' partitions is found when definitions are checked."""

    @dg.asset(partitions_def=letters)
    def up():
        return 1

    @dg.asset(partitions_def=letters, ins={"up": dg.AssetIn(partition_mapping=dg.TimeWindowPartitionMapping())})
    def down(up):
        return up

    job = dg.define_asset_job("both")
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="up"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[up, down], jobs=[job]))


# -- in the context ----------------------------------------------------------------------------------------------------


def partitions_by_name(dg):
    """Partitions of each kind."""
    days, letters = dg.DailyPartitionsDefinition("2024-01-01"), dg.StaticPartitionsDefinition(["a"])
    return {
        "none": None,
        "days": days,
        "hours": dg.HourlyPartitionsDefinition("2024-01-01-00:00"),
        "days elsewhere": dg.DailyPartitionsDefinition("2024-01-01", timezone="US/Pacific"),
        "letters": letters,
        "other letters": dg.StaticPartitionsDefinition(["b"]),
        "dynamic": dg.DynamicPartitionsDefinition(name="d"),
        "both": dg.MultiPartitionsDefinition({"day": days, "letter": letters}),
    }


@pytest.mark.parametrize(
    ("upstream", "downstream", "fits"),
    [
        ("days", "hours", True),
        ("days", "none", True),
        ("none", "days", True),
        ("letters", "other letters", True),
        ("both", "letters", True),
        ("hours", "both", True),
        ("days", "days elsewhere", False),
        ("days", "letters", False),
        ("letters", "dynamic", False),
        ("both", "other letters", False),
    ],
)
def test_partitions_that_no_mapping_connects(dg, upstream, downstream, fits):
    """Two assets whose partitions have nothing in common are refused when definitions are checked."""
    partitions = partitions_by_name(dg)

    @dg.asset(partitions_def=partitions[upstream])
    def up(): ...

    @dg.asset(partitions_def=partitions[downstream], deps=[up])
    def down(): ...

    defs = dg.Definitions(assets=[up, down])
    if fits:
        dg.Definitions.validate_loadable(defs)
    else:
        with pytest.raises(dg.DagsterInvalidDefinitionError, match="down"):
            dg.Definitions.validate_loadable(defs)


@pytest.mark.parametrize(
    ("mapping", "arguments", "upstream", "downstream"),
    [
        ("IdentityPartitionMapping", (), "days", "hours"),
        ("IdentityPartitionMapping", (), "days", "none"),
        ("TimeWindowPartitionMapping", (), "days", "letters"),
        ("StaticPartitionMapping", ({"a": "a"},), "days", "letters"),
        ("StaticPartitionMapping", ({"a": "a"},), "letters", "dynamic"),
        ("StaticPartitionMapping", ({"a": "a"},), "letters", "none"),
        ("StaticPartitionMapping", ({"a": "z"},), "letters", "letters"),
        ("MultiToSingleDimensionPartitionMapping", ("letter",), "both", "other letters"),
        ("MultiToSingleDimensionPartitionMapping", (), "letters", "letters"),
    ],
)
def test_a_declared_mapping_that_cannot_connect(dg, mapping, arguments, upstream, downstream):
    """A declared mapping that does not fit is refused when definitions are checked, without any job."""
    partitions = partitions_by_name(dg)

    @dg.asset(partitions_def=partitions[upstream])
    def up(): ...

    declared = getattr(dg, mapping)(*arguments)

    @dg.asset(partitions_def=partitions[downstream], deps=[dg.AssetDep(up, partition_mapping=declared)])
    def down(): ...

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="down"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[up, down]))


def test_two_mappings_for_one_asset(dg, days):
    """The assets of one step declare the same mapping for an asset upstream of both."""

    def both(offset):
        mappings = [dg.TimeWindowPartitionMapping(start_offset=-1), dg.TimeWindowPartitionMapping(start_offset=offset)]
        specs = [
            dg.AssetSpec(name, deps=[dg.AssetDep("up", partition_mapping=mapping)])
            for name, mapping in zip("ab", mappings, strict=True)
        ]

        @dg.multi_asset(specs=specs, partitions_def=days)
        def both(): ...

        return both

    assert len(both(-1).keys) == 2
    with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"(?i)mapping"):
        both(-2)


def test_one_partition_of_an_input(seen, days):
    """A single upstream partition has a key, a range, a window and a definition."""

    def see(context):
        key_range = context.asset_partition_key_range_for_input("up")
        window = context.asset_partitions_time_window_for_input("up")
        assert context.asset_partitions_def_for_input("up") == days
        return (context.asset_partition_key_for_input("up"), key_range.start, key_range.end, window.start, window.end)

    key = "2024-01-05"
    assert seen(see, days, days, key=key) == (key, key, key, at(2024, 1, 5), at(2024, 1, 6))


def test_several_partitions_of_an_input(seen, days, weeks):
    """Several that follow one another have a range and a window, and no single key."""

    def see(context):
        key_range = context.asset_partition_key_range_for_input("up")
        window = context.asset_partitions_time_window_for_input("up")
        with pytest.raises(Exception, match=r"(?i)partition"):
            context.asset_partition_key_for_input("up")
        return (key_range.start, key_range.end, window.start, window.end)

    expected = ("2024-01-07", "2024-01-13", at(2024, 1, 7), at(2024, 1, 14))
    assert seen(see, days, weeks, key="2024-01-07") == expected


def test_partitions_with_gaps_have_no_range(dg, seen, days, letters):
    """Partitions that do not follow one another have keys, and no range."""

    def see(context):
        with pytest.raises(Exception, match=r"(?i)partition|range"):
            context.asset_partition_key_range_for_input("up")
        return sorted(context.asset_partition_keys_for_input("up"))

    mapping = dg.SpecificPartitionsPartitionMapping(["a", "c"])
    assert seen(see, letters, days, mapping, "2024-01-05") == ["a", "c"]


def test_an_asset_without_partitions_upstream(seen, letters):
    """Asking for the partitions of an asset that has none raises."""

    def see(context):
        with pytest.raises(Exception, match=r"(?i)partition"):
            context.asset_partition_keys_for_input("up")

    seen(see, None, letters, key="a")


def test_partitions_of_an_output(dg, days, log):
    """The partition that is made has a key, keys, a range, a window and a definition."""

    @dg.asset(partitions_def=days)
    def rows(context) -> None:
        key_range = context.asset_partition_key_range_for_output()
        log.append((context.asset_partition_key_for_output(), list(context.asset_partition_keys_for_output())))
        log.append((key_range.start, key_range.end, context.asset_partitions_time_window_for_output().end))
        assert context.asset_partitions_def_for_output() == days

    dg.materialize([rows], partition_key="2024-01-05")
    assert log == [("2024-01-05", ["2024-01-05"]), ("2024-01-05", "2024-01-05", at(2024, 1, 6))]


# -- values that IO managers load --------------------------------------------------------------------------------------


def test_an_io_manager_is_asked_for_what_the_mapping_says(dg, days, loading, log):
    """The IO manager of an input gets the partitions of the mapping."""

    @dg.asset(partitions_def=days)
    def up():
        return 1

    @dg.asset(
        partitions_def=days, ins={"before": dg.AssetIn("up", partition_mapping=dg.TimeWindowPartitionMapping(-2, -1))}
    )
    def down(before):
        log.append(before)

    dg.materialize([up, down], partition_key="2024-01-05", resources={"io_manager": loading})
    assert log == [["2024-01-03", "2024-01-04"]]


def test_a_running_total(dg, days, tmp_path):
    """A day takes what an earlier run stored of the day before."""

    @dg.asset(partitions_def=days)
    def count(context):
        return int(context.partition_key[-2:])

    @dg.asset(
        partitions_def=days, ins={"count": dg.AssetIn(partition_mapping=dg.TimeWindowPartitionMapping(start_offset=-1))}
    )
    def two_days(count):
        return count

    store = dg.FilesystemIOManager(base_dir=str(tmp_path))
    for day in ("2024-01-04", "2024-01-05"):
        dg.materialize([count], partition_key=day, resources={"io_manager": store})
    result = dg.materialize(
        [count, two_days], selection=["two_days"], partition_key="2024-01-05", resources={"io_manager": store}
    )
    assert result.asset_value("two_days") == {"2024-01-04": 4, "2024-01-05": 5}


@pytest.mark.not_carried("an op in the graph of an asset knows no partitions of other assets")
def test_a_mapping_of_an_asset_of_several_ops(dg, days, loading, log):
    """An op of a graph asset takes the partitions of the asset's mapping, and its context shows them."""

    @dg.asset(partitions_def=days)
    def up():
        return 1

    @dg.op
    def take(context, before):
        log.append((before, list(context.asset_partition_keys_for_input("before"))))
        log.append(context.asset_partition_key_for_output())
        return before

    mapping = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)

    @dg.graph_asset(partitions_def=days, ins={"before": dg.AssetIn("up", partition_mapping=mapping)})
    def down(before):
        return take(before)

    dg.materialize([up, down], partition_key="2024-01-05", resources={"io_manager": loading})
    dg.materialize([up, down], selection=["down"], partition_key="2024-01-05", resources={"io_manager": loading})
    assert log == [(["2024-01-04"], ["2024-01-04"]), "2024-01-05"] * 2


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_partitions_named_that_do_not_exist(dg, seen, days, letters, differs):
    """dagwire refuses a named partition that does not exist; Dagster passes it on."""
    mapping = dg.SpecificPartitionsPartitionMapping(["a", "z"])

    def see(context):
        return sorted(context.asset_partition_keys_for_input("up"))

    differs(
        lambda: seen(see, letters, days, mapping, "2024-01-05"),
        dagster=["a", "z"],
        dagwire=dg.DagsterInvariantViolationError,
    )


def test_a_dimension_that_does_not_exist(dg, seen, days, letters, differs):
    """dagwire refuses a dimension that does not exist; Dagster takes the one that fits."""
    both = dg.MultiPartitionsDefinition({"day": days, "letter": letters})
    mapping = dg.MultiToSingleDimensionPartitionMapping("lettr")

    def see(context):
        return len(context.asset_partition_keys_for_input("up"))

    differs(lambda: seen(see, both, letters, mapping, "a"), dagster=60, dagwire=dg.DagsterInvalidDefinitionError)


def test_different_mappings_are_not_equal(dg, differs):
    """dagwire distinguishes mappings of different kinds; in Dagster those without arguments are equal."""
    differs(lambda: dg.LastPartitionMapping() == dg.AllPartitionMapping(), dagster=True, dagwire=False)
