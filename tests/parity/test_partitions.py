"""Partitions: months, runs of one partition, and runs of a range of them."""

import datetime as dt

import pytest

RANGE = {"dagster/asset_partition_range_start": "2013-02", "dagster/asset_partition_range_end": "2013-04"}


def at(year, month, day=1):
    """Midnight of a day, in UTC."""
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


@pytest.fixture
def months(dg):
    """The twelve months of 2013."""
    return dg.MonthlyPartitionsDefinition(start_date="2013-01", end_date="2014-01", fmt="%Y-%m")


# -- the definition ----------------------------------------------------------------------------------------------------


def test_keys_are_the_months_from_start_to_end(months):
    """Keys are the months from start to end, the end left out, in the form `fmt`."""
    assert list(months.get_partition_keys()) == [f"2013-{month:02}" for month in range(1, 13)]
    assert (months.get_first_partition_key(), months.get_last_partition_key()) == ("2013-01", "2013-12")


def test_the_default_form_is_a_date(dg):
    """Without `fmt` a key is the month's first day."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01-01", end_date="2013-03-01")
    assert list(months.get_partition_keys()) == ["2013-01-01", "2013-02-01"]


def test_start_and_end_are_read_in_the_form_of_the_keys(dg):
    """`start_date="2013-01-01"` with `fmt="%Y-%m"` is refused."""
    with pytest.raises(ValueError, match="2013-01-01"):
        dg.MonthlyPartitionsDefinition(start_date="2013-01-01", fmt="%Y-%m")


def test_start_and_end_may_be_datetimes(dg):
    """Start and end may be datetimes; without a zone they are in the definition's."""
    start, end = dt.datetime(2013, 1, 1), dt.datetime(2013, 3, 1)
    months = dg.MonthlyPartitionsDefinition(start_date=start, end_date=end, fmt="%Y-%m")
    assert list(months.get_partition_keys()) == ["2013-01", "2013-02"]


def test_only_whole_months_count(dg):
    """A start or end inside a month excludes that month."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01-15", end_date="2013-04-15")
    assert list(months.get_partition_keys()) == ["2013-02-01", "2013-03-01"]


def test_the_running_month_is_not_a_partition_yet(dg):
    """Without an end the last key is the last month that is over."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01", fmt="%Y-%m")
    assert list(months.get_partition_keys(current_time=at(2013, 3, 15))) == ["2013-01", "2013-02"]


def test_end_offset_adds_the_running_month(dg):
    """`end_offset=1` adds the running month."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01", fmt="%Y-%m", end_offset=1)
    assert list(months.get_partition_keys(current_time=at(2013, 3, 15))) == ["2013-01", "2013-02", "2013-03"]


def test_an_end_before_the_start_leaves_nothing(dg):
    """An end before the start leaves no key, and is not an error."""
    months = dg.MonthlyPartitionsDefinition(start_date="2013-01", end_date="2012-01", fmt="%Y-%m")
    assert list(months.get_partition_keys()) == []


def test_the_window_of_a_key(dg, months):
    """A key's window is from the month's first moment to the next month's."""
    window = months.time_window_for_partition_key("2013-02")
    assert (window.start, window.end) == (at(2013, 2), at(2013, 3))
    assert window == dg.TimeWindow(start=at(2013, 2), end=at(2013, 3))


def test_the_window_of_what_is_no_key(months):
    """The window of text in another form than `fmt` is a ValueError."""
    with pytest.raises(ValueError, match="zz"):
        months.time_window_for_partition_key("zz")


def test_a_time_zone(dg):
    """`timezone` is the zone of the windows."""
    months = dg.MonthlyPartitionsDefinition(
        start_date="2013-01", end_date="2014-01", fmt="%Y-%m", timezone="America/New_York"
    )
    window = months.time_window_for_partition_key("2013-07")
    assert window.start.utcoffset() == dt.timedelta(hours=-4)
    assert window.start == dt.datetime(2013, 7, 1, 4, tzinfo=dt.UTC)


def test_has_partition_key(months):
    """`has_partition_key` distinguishes a key from other text."""
    assert months.has_partition_key("2013-02")
    assert not months.has_partition_key("2014-02")


def test_keys_in_a_range(dg, months):
    """`get_partition_keys_in_range` includes both ends; a reversed range is empty."""
    assert list(months.get_partition_keys_in_range(dg.PartitionKeyRange("2013-02", "2013-04"))) == [
        "2013-02",
        "2013-03",
        "2013-04",
    ]
    assert list(months.get_partition_keys_in_range(dg.PartitionKeyRange("2013-04", "2013-02"))) == []


def test_the_cron_line(dg, months):
    """The cron line is just after the month is over; offsets and arguments move it."""
    assert months.get_cron_schedule() == "0 0 1 * *"
    assert months.get_cron_schedule(hour_of_day=3) == "0 3 1 * *"
    later = dg.MonthlyPartitionsDefinition(start_date="2013-01-01", minute_offset=7, hour_offset=5, day_offset=2)
    assert later.get_cron_schedule() == "7 5 2 * *"


def test_equal_arguments_make_equal_partitions(dg, months):
    """Two definitions of the same arguments are equal."""
    assert months == dg.MonthlyPartitionsDefinition(start_date="2013-01", end_date="2014-01", fmt="%Y-%m")
    assert months != dg.MonthlyPartitionsDefinition(start_date="2013-02", end_date="2014-01", fmt="%Y-%m")


# -- a run of one partition --------------------------------------------------------------------------------------------


@pytest.fixture
def look(dg, months):
    """An asset with monthly partitions that passes its context to a function and keeps the result."""

    def make(see, **options):
        @dg.asset(partitions_def=months, **options)
        def flights(context) -> None:
            see(context)

        return flights

    return make


def test_the_context_of_one_partition(dg, look, log):
    """In a run of one partition key, keys, range and window are those of the one month."""
    flights = look(
        lambda c: log.append((c.partition_key, list(c.partition_keys), c.partition_key_range, c.partition_time_window))
    )
    dg.materialize([flights], partition_key="2013-02")
    [(key, keys, key_range, window)] = log
    assert (key, keys) == ("2013-02", ["2013-02"])
    assert (key_range.start, key_range.end) == ("2013-02", "2013-02")
    assert (window.start, window.end) == (at(2013, 2), at(2013, 3))


def test_one_partition_says_so(dg, look, log):
    """A run of one partition has a key, no range, and a tag that names it."""
    flights = look(
        lambda c: log.append((c.has_partition_key, c.has_partition_key_range, c.run.tags["dagster/partition"]))
    )
    dg.materialize([flights], partition_key="2013-02")
    assert log == [(True, False, "2013-02")]


def test_the_materialization_names_its_partition(dg, look):
    """A materialization's `partition` is the key."""
    result = dg.materialize([look(lambda context: None)], partition_key="2013-02")
    assert [m.partition for m in result.asset_materializations_for_node("flights")] == ["2013-02"]


def test_values_go_downstream_within_a_partition(dg, months):
    """The child of the same month gets the parent's value."""

    @dg.asset(partitions_def=months)
    def flights(context):
        return context.partition_key

    @dg.asset(partitions_def=months)
    def delays(flights):
        return flights

    result = dg.materialize([flights, delays], partition_key="2013-02")
    assert result.asset_value("delays") == "2013-02"


def test_an_unpartitioned_asset_beside_a_partitioned_one(dg, look, log):
    """An unpartitioned asset runs beside partitioned ones; the run's key shows on its context too."""
    flights = look(lambda context: None)

    @dg.asset(deps=[flights])
    def report(context):
        log.append(context.has_partition_key)

    assert dg.materialize([flights, report], partition_key="2013-02").success
    assert log == [True]


def test_an_unknown_key_is_refused(dg, look, log):
    """A run of an unknown key is refused, and nothing runs."""
    with pytest.raises(dg.DagsterUnknownPartitionError, match="2033-01"):
        dg.materialize([look(log.append)], partition_key="2033-01")
    assert log == []


def test_a_key_where_nothing_is_partitioned_is_refused(dg):
    """`partition_key` needs an asset with partitions."""

    @dg.asset
    def report():
        return 1

    with pytest.raises(Exception, match=r"(?i)partition"):
        dg.materialize([report], partition_key="2013-02")


def test_a_partitioned_asset_without_a_key(dg, look, log):
    """A partitioned asset runs without a key; asking its context for one raises."""

    def see(context):
        log.append(context.has_partition_key)
        with pytest.raises(dg.DagsterInvariantViolationError):
            _ = context.partition_key

    assert dg.materialize([look(see)]).success
    assert log == [False]


# -- a run of a range --------------------------------------------------------------------------------------------------


def test_the_context_of_a_range(dg, look, log):
    """Two tags make one run of several months: keys, range and window of all, and no single key."""

    def see(context):
        log.append((list(context.partition_keys), context.partition_key_range, context.partition_time_window))
        log.append((context.has_partition_key, context.has_partition_key_range))
        with pytest.raises(dg.DagsterInvariantViolationError):
            _ = context.partition_key

    dg.materialize([look(see, backfill_policy=dg.BackfillPolicy.single_run())], tags=RANGE)
    (keys, key_range, window), has = log
    assert keys == ["2013-02", "2013-03", "2013-04"]
    assert (key_range.start, key_range.end) == ("2013-02", "2013-04")
    assert (window.start, window.end) == (at(2013, 2), at(2013, 5))
    assert has == (False, True)


def test_a_range_s_materializations(dg, months):
    """A run of a range makes one materialization for each month, each with the metadata."""

    @dg.asset(partitions_def=months, backfill_policy=dg.BackfillPolicy.single_run())
    def flights(context):
        return dg.MaterializeResult(metadata={"rows": 3})

    found = dg.materialize([flights], tags=RANGE).asset_materializations_for_node("flights")
    assert [(m.partition, m.metadata["rows"].value) for m in found] == [
        ("2013-02", 3),
        ("2013-03", 3),
        ("2013-04", 3),
    ]


def test_a_range_goes_downstream(dg, look, months, log):
    """An asset downstream by `deps` sees the same range."""
    flights = look(lambda context: None, backfill_policy=dg.BackfillPolicy.single_run())

    @dg.asset(partitions_def=months, deps=[flights], backfill_policy=dg.BackfillPolicy.single_run())
    def delays(context) -> None:
        log.append(list(context.partition_keys))

    dg.materialize([flights, delays], tags=RANGE)
    assert log == [["2013-02", "2013-03", "2013-04"]]


def test_half_a_range_is_refused(dg, look):
    """One tag of a range without the other raises."""
    flights = look(lambda context: context.partition_keys, backfill_policy=dg.BackfillPolicy.single_run())
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.materialize([flights], tags={"dagster/asset_partition_range_start": "2013-02"})


def test_a_range_beyond_the_end_is_refused(dg, look):
    """A range that ends in an unknown key is refused."""
    flights = look(lambda context: context.partition_keys, backfill_policy=dg.BackfillPolicy.single_run())
    with pytest.raises(Exception, match="2033-01"):
        dg.materialize([flights], tags={**RANGE, "dagster/asset_partition_range_end": "2033-01"})


def test_the_kinds_of_backfill_policy(dg):
    """`single_run()` has no limit, `multi_run(n)` n partitions a run, 1 by default."""
    assert dg.BackfillPolicy.single_run().max_partitions_per_run is None
    assert dg.BackfillPolicy.multi_run().max_partitions_per_run == 1
    assert dg.BackfillPolicy.multi_run(3).max_partitions_per_run == 3


# -- jobs --------------------------------------------------------------------------------------------------------------


def test_a_job_of_partitioned_assets(dg, look, months, log):
    """A job has the partitions of its assets; `execute_in_process(partition_key=...)` runs one."""
    flights = look(lambda context: log.append(context.partition_key))
    job = dg.Definitions(assets=[flights], jobs=[dg.define_asset_job("monthly")]).get_job_def("monthly")
    assert job.partitions_def == months
    assert job.execute_in_process(partition_key="2013-03").success
    assert log == ["2013-03"]


def test_a_job_s_range(dg, look, log):
    """`execute_in_process(tags=...)` of a job runs a range."""
    flights = look(lambda c: log.append(list(c.partition_keys)), backfill_policy=dg.BackfillPolicy.single_run())
    job = dg.Definitions(assets=[flights], jobs=[dg.define_asset_job("monthly")]).get_job_def("monthly")
    assert job.execute_in_process(tags=RANGE).success
    assert log == [["2013-02", "2013-03", "2013-04"]]


def test_a_job_refuses_an_unknown_key(dg, look):
    """`execute_in_process` refuses an unknown partition key."""
    job = dg.Definitions(assets=[look(print)], jobs=[dg.define_asset_job("monthly")]).get_job_def("monthly")
    with pytest.raises(dg.DagsterUnknownPartitionError):
        job.execute_in_process(partition_key="2033-01")


def test_a_schedule_from_a_partitioned_job(dg, months):
    """`build_schedule_from_partitioned_job` takes its cron line from the partitions, its name from the job."""
    job = dg.define_asset_job("monthly", selection="*", partitions_def=months)
    schedule = dg.build_schedule_from_partitioned_job(job)
    assert (schedule.name, schedule.cron_schedule, schedule.job_name) == ("monthly_schedule", "0 0 1 * *", "monthly")


def test_a_partition_in_a_direct_call(dg, months):
    """`build_asset_context(partition_key=...)` gives key, range and window."""

    @dg.asset(partitions_def=months)
    def flights(context):
        return (context.partition_key, context.partition_key_range.end, context.partition_time_window.start)

    assert flights(dg.build_asset_context(partition_key="2013-02")) == ("2013-02", "2013-02", at(2013, 2))


def test_a_range_in_a_direct_call(dg, months):
    """`build_asset_context(partition_key_range=...)` gives keys and range."""

    @dg.asset(partitions_def=months)
    def flights(context):
        return (list(context.partition_keys), context.partition_key_range.end, context.has_partition_key)

    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange("2013-02", "2013-03"))
    assert flights(context) == (["2013-02", "2013-03"], "2013-03", False)


# -- other partitions --------------------------------------------------------------------------------------------------


def test_days_weeks_and_hours(dg):
    """The keys that exist at a moment, their windows and their cron lines."""
    now = at(2024, 3, 5)
    days = dg.DailyPartitionsDefinition("2024-03-01", hour_offset=2)
    weeks = dg.WeeklyPartitionsDefinition("2024-02-01", day_offset=2)
    hours = dg.HourlyPartitionsDefinition("2024-03-04-20:00", minute_offset=15)
    assert list(days.get_partition_keys(now)) == ["2024-03-01", "2024-03-02", "2024-03-03"]
    assert list(weeks.get_partition_keys(now)) == ["2024-02-06", "2024-02-13", "2024-02-20", "2024-02-27"]
    assert list(hours.get_partition_keys(now)) == ["2024-03-04-20:15", "2024-03-04-21:15", "2024-03-04-22:15"]
    assert [d.get_cron_schedule() for d in (days, weeks, hours)] == ["0 2 * * *", "0 0 * * 2", "15 * * * *"]
    assert weeks.time_window_for_partition_key("2024-02-13").end == at(2024, 2, 20)


def test_spans_that_are_left_out(dg):
    """`exclusions` are starts of time windows, or cron lines that fire at starts; those windows are not partitions."""
    days = dg.DailyPartitionsDefinition(
        "2024-01-01", end_date="2024-01-15", exclusions=["0 0 * * 6", "0 0 * * 0", dt.datetime(2024, 1, 3)]
    )
    assert [key[-2:] for key in days.get_partition_keys()] == ["01", "02", "04", "05", "08", "09", "10", "11", "12"]
    assert days.get_num_partitions() == 9
    assert (days.get_first_partition_key(), days.get_last_partition_key()) == ("2024-01-01", "2024-01-12")
    assert [days.has_partition_key(f"2024-01-0{day}") for day in (3, 4, 6)] == [False, True, False]
    in_range = days.get_partition_keys_in_range(dg.PartitionKeyRange("2024-01-02", "2024-01-08"))
    assert list(in_range) == ["2024-01-02", "2024-01-04", "2024-01-05", "2024-01-08"]
    assert days != dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-15")


def test_spans_of_every_kind_can_be_left_out(dg):
    """Hours, weeks and months take `exclusions` too; a time at which no window starts excludes nothing."""
    hours = dg.HourlyPartitionsDefinition("2024-01-01-00:00", end_date="2024-01-02-00:00", exclusions=["0 1-22 * * *"])
    weeks = dg.WeeklyPartitionsDefinition(
        "2024-01-01", end_date="2024-02-06", exclusions=[at(2024, 1, 14), at(2024, 1, 22)]
    )
    months = dg.MonthlyPartitionsDefinition("2024-01", end_date="2024-06", fmt="%Y-%m", exclusions=["0 0 1 4 *"])
    assert list(hours.get_partition_keys()) == ["2024-01-01-00:00", "2024-01-01-23:00"]
    assert list(weeks.get_partition_keys()) == ["2024-01-07", "2024-01-21", "2024-01-28"]
    assert list(months.get_partition_keys()) == ["2024-01", "2024-02", "2024-03", "2024-05"]


def test_what_cannot_be_left_out_is_refused(dg):
    """An exclusion that is neither a time nor a cron line is refused; a date as text is not a cron line."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="2024-01-03"):
        dg.DailyPartitionsDefinition("2024-01-01", exclusions=["2024-01-03"])


def test_what_is_left_out_cannot_be_run(dg, log):
    """A run of a partition that is left out is refused."""

    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01", exclusions=[at(2024, 1, 3)]))
    def rows(context):
        log.append(context.partition_key)

    with pytest.raises(dg.DagsterUnknownPartitionError):
        dg.materialize([rows], partition_key="2024-01-03")
    assert log == []


def test_windows_of_spans(dg, months):
    """The first and the last window, the start and end of a key, the keys of a time."""
    assert months.get_first_partition_window().start == at(2013, 1)
    assert months.get_last_partition_window().end == at(2014, 1)
    assert months.start_time_for_partition_key("2013-02") == at(2013, 2)
    assert months.end_time_for_partition_key("2013-02") == at(2013, 3)
    window = dg.TimeWindow(at(2013, 2), at(2013, 4))
    assert list(months.get_partition_keys_in_time_window(window)) == ["2013-02", "2013-03"]
    key_range = months.get_partition_key_range_for_time_window(window)
    assert (key_range.start, key_range.end) == ("2013-02", "2013-03")


def test_how_many_partitions_there_are(dg, months):
    """`get_num_partitions` counts what there is now."""
    letters = dg.StaticPartitionsDefinition(["x", "y"])
    combined = dg.MultiPartitionsDefinition({"month": months, "letter": letters})
    assert [each.get_num_partitions() for each in (months, letters, combined)] == [12, 2, 24]


def test_static_partitions_of_a_run(dg, log):
    """A list of keys; a run makes one of them."""

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["x", "y"]))
    def rows(context):
        log.append(context.partition_key)

    dg.materialize([rows], partition_key="y")
    assert log == ["y"]


@pytest.mark.parametrize("key", ["a|b", "a,b", "[a", "a]"])
def test_keys_of_dimensions_without_reserved_characters(dg, key):
    """A key of a dimension has no `|`, comma or square bracket."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.MultiPartitionsDefinition(
            {"x": dg.StaticPartitionsDefinition([key]), "y": dg.StaticPartitionsDefinition(["z"])}
        )


def test_multi_partitions_have_two_dimensions(dg):
    """Multi partitions have two dimensions, neither more nor fewer."""
    with pytest.raises(dg.DagsterInvalidInvocationError):
        dg.MultiPartitionsDefinition({name: dg.StaticPartitionsDefinition(["a"]) for name in "xyz"})


def test_partitions_of_several_dimensions(dg, log):
    """Keys are joined in the order of the dimensions' names, and known by dimension."""
    partitions = dg.MultiPartitionsDefinition(
        {"b": dg.StaticPartitionsDefinition(["1", "2"]), "a": dg.StaticPartitionsDefinition(["x"])}
    )
    assert sorted(partitions.get_partition_keys()) == ["x|1", "x|2"]
    key = dg.MultiPartitionKey({"b": "2", "a": "x"})
    assert (key, key.keys_by_dimension) == ("x|2", {"a": "x", "b": "2"})

    @dg.asset(partitions_def=partitions)
    def rows(context) -> None:
        log.append(context.partition_key)

    dg.materialize([rows], partition_key="x|2")
    assert log == ["x|2"]


def test_a_run_s_key_knows_its_dimensions(dg, months, log):
    """The key of a run is a `MultiPartitionKey`, and the run has a tag for each dimension."""

    @dg.asset(
        partitions_def=dg.MultiPartitionsDefinition({"m": months, "s": dg.StaticPartitionsDefinition(["x", "y"])})
    )
    def rows(context) -> None:
        log.append(context.partition_key.keys_by_dimension)
        log.append({name: context.run_tags[f"dagster/partition/{name}"] for name in "ms"})

    dg.materialize([rows], partition_key="2013-02|x")
    assert log == [{"m": "2013-02", "s": "x"}] * 2


def test_dimensions_by_name(dg, months):
    """The partitions of a dimension, and the keys that have one value in it."""
    letters = dg.StaticPartitionsDefinition(["x", "y"])
    combined = dg.MultiPartitionsDefinition({"m": months, "s": letters})
    assert combined.get_partitions_def_for_dimension("s") == letters
    of_february = combined.get_multipartition_keys_with_dimension_value("m", "2013-02")
    assert list(of_february) == ["2013-02|x", "2013-02|y"]


def test_a_range_of_several_dimensions(dg, months):
    """A range is all combinations of what lies between its ends in each dimension."""
    combined = dg.MultiPartitionsDefinition({"m": months, "s": dg.StaticPartitionsDefinition(["x", "y", "z"])})
    in_range = combined.get_partition_keys_in_range(dg.PartitionKeyRange("2013-02|x", "2013-03|y"))
    assert list(in_range) == ["2013-02|x", "2013-02|y", "2013-03|x", "2013-03|y"]


def test_a_job_asks_for_a_partition(dg, months):
    """`run_request_for_partition` makes a request of the job and the key."""
    job = dg.define_asset_job("monthly", partitions_def=months)
    request = job.run_request_for_partition("2013-03", run_key="q")
    assert (request.partition_key, request.run_key) == ("2013-03", "q")


# -- dynamic partitions ------------------------------------------------------------------------------------------------


@pytest.fixture
def instance(dg):
    """An instance; on Dagster's side the tests share one, so each names its partitions after itself."""
    return dg.DagsterInstance.ephemeral()


@pytest.fixture
def airlines(dg, request):
    """Dynamic partitions that no other test knows."""
    return dg.DynamicPartitionsDefinition(name=request.node.name)


def test_an_instance_knows_dynamic_partitions(instance, airlines):
    """Keys are kept in the order they were added, each once; deleting an unknown key is not an error."""
    instance.add_dynamic_partitions(airlines.name, ["b", "a"])
    instance.add_dynamic_partitions(airlines.name, ["a", "c"])
    assert list(instance.get_dynamic_partitions(airlines.name)) == ["b", "a", "c"]
    instance.delete_dynamic_partition(airlines.name, "b")
    instance.delete_dynamic_partition(airlines.name, "never")
    assert list(instance.get_dynamic_partitions(airlines.name)) == ["a", "c"]
    assert instance.has_dynamic_partition(airlines.name, "a")
    assert not instance.has_dynamic_partition(airlines.name, "b")
    assert list(instance.get_dynamic_partitions("unheard of")) == []


def test_dynamic_partitions_ask_an_instance(dg, instance, airlines):
    """`get_partition_keys(dynamic_partitions_store=...)` asks the instance given; without one it raises."""
    instance.add_dynamic_partitions(airlines.name, ["b", "a"])
    assert list(airlines.get_partition_keys(dynamic_partitions_store=instance)) == ["b", "a"]
    with pytest.raises(Exception, match=r"(?i)instance"):
        airlines.get_partition_keys()


def test_a_block_in_which_an_instance_is_asked(dg, instance, airlines):
    """Inside `partition_loading_context` every question goes to its instance; an inner block inherits it."""
    instance.add_dynamic_partitions(airlines.name, ["b", "a"])
    combined = dg.MultiPartitionsDefinition({"line": airlines, "half": dg.StaticPartitionsDefinition(["1"])})
    with dg.partition_loading_context(dynamic_partitions_store=instance), dg.partition_loading_context():
        assert list(airlines.get_partition_keys()) == ["b", "a"]
        assert (airlines.get_first_partition_key(), airlines.get_last_partition_key()) == ("b", "a")
        assert airlines.get_num_partitions() == 2
        assert airlines.has_partition_key("a")
        assert not airlines.has_partition_key("z")
        assert list(airlines.get_partition_keys_in_range(dg.PartitionKeyRange("b", "a"))) == ["b", "a"]
        assert list(combined.get_partition_keys()) == ["1|b", "1|a"]


def test_a_block_at_another_time(dg):
    """Inside `partition_loading_context` spans of time are those that exist at its time."""
    days = dg.DailyPartitionsDefinition("2024-03-01")
    with dg.partition_loading_context(effective_dt=at(2024, 3, 3)):
        assert list(days.get_partition_keys()) == ["2024-03-01", "2024-03-02"]
        assert days.get_num_partitions() == 2
        assert not days.has_partition_key("2024-03-03")


def test_a_run_of_a_dynamic_partition(dg, instance, airlines, log):
    """A run of a dynamic partition asks the run's `instance` for the key; bodies see that very instance."""

    @dg.asset(partitions_def=airlines)
    def delays(context):
        log.append((context.partition_key, context.instance is instance))

    instance.add_dynamic_partitions(airlines.name, ["a"])
    assert dg.materialize([delays], instance=instance, partition_key="a").success
    assert dg.materialize_to_memory([delays], instance=instance, partition_key="a").success
    job = dg.Definitions(assets=[delays], jobs=[dg.define_asset_job("all")]).get_job_def("all")
    assert job.execute_in_process(instance=instance, partition_key="a").success
    assert log == [("a", True)] * 3
    with pytest.raises(dg.DagsterUnknownPartitionError):
        dg.materialize([delays], instance=instance, partition_key="b")
    with pytest.raises(Exception, match=r"(?i)instance"):
        dg.materialize([delays], partition_key="a")


def test_a_range_of_dynamic_partitions(dg, instance, airlines, log):
    """A range follows the order in which keys were added."""

    @dg.asset(partitions_def=airlines, backfill_policy=dg.BackfillPolicy.single_run())
    def delays(context) -> None:
        log.append(list(context.partition_keys))

    instance.add_dynamic_partitions(airlines.name, ["2013-02", "x", "2013-04"])
    dg.materialize([delays], instance=instance, tags=RANGE)
    assert log == [["2013-02", "x", "2013-04"]]


def test_a_body_adds_partitions(dg, instance, airlines):
    """A body adds partitions through `context.instance`, for runs to come."""

    @dg.asset
    def found(context) -> None:
        context.instance.add_dynamic_partitions(airlines.name, ["new"])

    dg.materialize([found], instance=instance)
    assert list(instance.get_dynamic_partitions(airlines.name)) == ["new"]


def test_every_run_has_an_instance(dg, log):
    """A run without `instance=` has one of its own, shared by all of its steps."""

    @dg.op
    def one(context):
        context.instance.add_dynamic_partitions("of the run", ["x"])

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def two(context):
        log.append(list(context.instance.get_dynamic_partitions("of the run")))

    @dg.job
    def both():
        two(one())

    both.execute_in_process()
    assert log == [["x"]]


def test_a_resource_sees_the_instance(dg, instance, log):
    """A resource's `context.instance` is the run's, and that of `build_resources(instance=...)`."""

    class Seeing(dg.ConfigurableResource):
        def setup_for_execution(self, context):
            log.append(context.instance is instance)

    @dg.asset
    def rows(seeing: Seeing):
        return 1

    dg.materialize([rows], instance=instance, resources={"seeing": Seeing()})
    with dg.build_resources({"seeing": Seeing()}, instance=instance):
        pass
    assert log == [True, True]


def test_contexts_built_by_hand_have_an_instance(dg, instance):
    """Contexts built by hand show the instance given; those of steps have one all the same."""
    for build in (dg.build_asset_context, dg.build_op_context, dg.build_sensor_context, dg.build_init_resource_context):
        assert build(instance=instance).instance is instance
    assert dg.build_hook_context(instance=instance).instance is instance
    assert list(dg.build_asset_context().instance.get_dynamic_partitions("none yet")) == []
    assert list(dg.build_op_context().instance.get_dynamic_partitions("none yet")) == []


def test_a_tick_without_an_instance(dg):
    """A sensor's or a schedule's context that was built without an instance raises when asked for one."""
    for context in (dg.build_sensor_context(), dg.build_schedule_context()):
        with pytest.raises(dg.DagsterInvariantViolationError, match="instance"):
            _ = context.instance


def test_a_sensor_asks_for_partitions(dg, instance, airlines):
    """A sensor's `dynamic_partitions_requests` are passed on unchanged; the tick itself adds nothing."""

    @dg.sensor(job_name="all")
    def new_airlines(context):
        requests = [airlines.build_add_request(["a", "b"]), airlines.build_delete_request(["c"])]
        return dg.SensorResult(run_requests=[dg.RunRequest("k")], dynamic_partitions_requests=requests)

    tick = new_airlines.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert list(tick.dynamic_partitions_requests) == [
        dg.AddDynamicPartitionsRequest(airlines.name, ["a", "b"]),
        dg.DeleteDynamicPartitionsRequest(airlines.name, ["c"]),
    ]
    assert list(instance.get_dynamic_partitions(airlines.name)) == []


def test_dynamic_partitions_of_a_function(dg):
    """`partition_fn` returns the keys; it needs no instance, and no key can be added."""
    partitions = dg.DynamicPartitionsDefinition(lambda _time: ["x", "y"])
    assert list(partitions.get_partition_keys()) == ["x", "y"]
    with pytest.raises(Exception, match="name"):
        partitions.build_add_request(["z"])


def test_dynamic_partitions_have_a_name_or_a_function(dg):
    """Dynamic partitions with neither or both of `name` and `partition_fn` are refused."""
    for arguments in ({}, {"name": "both", "partition_fn": lambda _time: ["x"]}):
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            dg.DynamicPartitionsDefinition(**arguments)


def test_equal_names_make_equal_dynamic_partitions(dg):
    """Two dynamic partitions of one name are equal."""
    assert dg.DynamicPartitionsDefinition(name="x") == dg.DynamicPartitionsDefinition(name="x")
    assert dg.DynamicPartitionsDefinition(name="x") != dg.DynamicPartitionsDefinition(name="y")


def test_one_text_is_no_list_of_keys(dg, airlines):
    """A text where a list of keys belongs is refused: its letters would become keys."""
    with pytest.raises(Exception, match=r"(?i)str|text"):
        airlines.build_add_request("abc")


# -- config by partition -----------------------------------------------------------------------------------------------


@pytest.fixture
def told(dg, log):
    """An op that takes `{"what": str}`, and records it with the run's partition."""

    @dg.op(config_schema={"what": str})
    def told(context):
        log.append((context.op_config["what"], context.partition_key if context.has_partition_key else None))

    return told


def config_of(what):
    """The run config of the op `told`."""
    return {"ops": {"told": {"config": {"what": what}}}}


def test_config_by_month(dg):
    """`monthly_partitioned_config` decorates a function of start and end that returns the config of each key."""

    @dg.monthly_partitioned_config(start_date="2013-01-01")
    def by_month(start, end):
        return {"from": start.isoformat(), "to": end.isoformat()}

    assert by_month(at(2013, 1), at(2013, 2))["to"] == "2013-02-01T00:00:00+00:00"
    config = by_month.get_run_config_for_partition_key("2013-02-01")
    assert config == {"from": "2013-02-01T00:00:00+00:00", "to": "2013-03-01T00:00:00+00:00"}
    assert by_month.partitions_def == dg.MonthlyPartitionsDefinition("2013-01-01")
    assert list(by_month.get_partition_keys(at(2013, 3, 15))) == ["2013-01-01", "2013-02-01"]


@pytest.mark.parametrize(
    ("kind", "start", "key"),
    [
        ("hourly", "2013-01-01-00:00", "2013-01-01-00:00"),
        ("daily", "2013-01-01", "2013-01-01"),
        ("weekly", "2013-01-01", "2013-01-06"),
        ("monthly", "2013-01-01", "2013-01-01"),
    ],
)
def test_config_by_spans_of_every_kind(dg, kind, start, key):
    """Hours, days, weeks and months: start and end of the span, and tags by `tags_for_partition_fn`."""
    by_span = getattr(dg, f"{kind}_partitioned_config")

    @by_span(start_date=start, tags_for_partition_fn=lambda start, end: {"length": str(end - start)})
    def config(start, end):
        return {"from": str(start), "to": str(end)}

    window = config.partitions_def.time_window_for_partition_key(key)
    assert config.get_run_config_for_partition_key(key) == {"from": str(window.start), "to": str(window.end)}
    tags = config.get_tags_for_partition_key(key)
    assert tags == {"length": str(window.end - window.start), "dagster/partition": key}


def test_config_by_key(dg):
    """`static_partitioned_config`, `dynamic_partitioned_config`, `partitioned_config` decorate functions of a key."""
    partitions = dg.StaticPartitionsDefinition(["x", "y"])
    for decorator in (
        dg.static_partitioned_config(["x", "y"]),
        dg.dynamic_partitioned_config(lambda _time: ["x", "y"]),
        dg.partitioned_config(partitions_def=partitions),
    ):
        config = decorator(config_of)
        assert config("x") == config_of("x")
        assert config.get_run_config_for_partition_key("x") == config_of("x")
        assert list(config.get_partition_keys()) == ["x", "y"]


def test_config_by_key_as_a_run_config(dg):
    """The function may return a `RunConfig`; the config of a key is a dict all the same."""

    @dg.static_partitioned_config(["x"])
    def config(key):
        return dg.RunConfig(ops={"told": {"config": {"what": key}}})

    assert config.get_run_config_for_partition_key("x")["ops"] == config_of("x")["ops"]


def test_tags_by_key(dg):
    """`tags_for_partition_key_fn` returns the tags of a key's run; names that Dagster uses itself are refused."""
    config = dg.static_partitioned_config(["x"], tags_for_partition_key_fn=lambda key: {"letter": key})(config_of)
    assert config.get_tags_for_partition_key("x") == {"letter": "x", "dagster/partition": "x"}
    nested = dg.static_partitioned_config(["x"], tags_for_partition_key_fn=lambda key: {"is": {"a": key}})(config_of)
    assert nested.get_tags_for_partition_key("x")["is"] == '{"a": "x"}'
    own = dg.static_partitioned_config(["x"], tags_for_partition_key_fn=lambda key: {"dagster/mine": key})(config_of)
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        own.get_tags_for_partition_key("x")


def test_config_made_without_a_decorator(dg):
    """A `PartitionedConfig` made by hand returns the config of a key; it cannot be called."""
    config = dg.PartitionedConfig(
        partitions_def=dg.StaticPartitionsDefinition(["x"]), run_config_for_partition_key_fn=config_of
    )
    assert config.get_run_config_for_partition_key("x") == config_of("x")
    with pytest.raises(dg.DagsterInvalidInvocationError):
        config("x")


def test_a_job_with_config_by_partition(dg, told, log):
    """The job has the partitions of its config; a run has the config, and the tags, of its partition."""

    @dg.job(config=dg.static_partitioned_config(["x"], tags_for_partition_key_fn=lambda key: {"is": key})(config_of))
    def letters():
        told()

    assert list(letters.partitions_def.get_partition_keys()) == ["x"]
    result = letters.execute_in_process(partition_key="x")
    assert log == [("x", "x")]
    assert result.dagster_run.tags["is"] == "x"
    with pytest.raises(dg.DagsterUnknownPartitionError):
        letters.execute_in_process(partition_key="z")


def test_a_graph_s_job_with_config_by_partition(dg, told, log):
    """`to_job(config=...)` takes it too."""

    @dg.graph
    def letters():
        told()

    letters.to_job(config=dg.static_partitioned_config(["x"])(config_of)).execute_in_process(partition_key="x")
    assert log == [("x", "x")]


def test_the_run_s_own_config_is_stronger(dg, told, log):
    """Config given to the run is stronger than that of its partition, and serves a run without one."""

    @dg.job(config=dg.static_partitioned_config(["x"])(config_of))
    def letters():
        told()

    letters.execute_in_process(partition_key="x", run_config=config_of("mine"))
    letters.execute_in_process(run_config=config_of("mine"))
    assert log == [("mine", "x"), ("mine", None)]
    with pytest.raises(dg.DagsterInvalidConfigError):
        letters.execute_in_process()


def test_a_job_of_assets_with_config_by_partition(dg, log):
    """`define_asset_job(config=...)` takes config by partition."""
    days = dg.DailyPartitionsDefinition("2013-01-01")

    @dg.asset(partitions_def=days, config_schema={"what": str})
    def rows(context):
        log.append((context.op_config["what"], context.partition_key))

    @dg.partitioned_config(partitions_def=days)
    def by_day(key):
        return {"ops": {"rows": {"config": {"what": f"of {key}"}}}}

    job = dg.Definitions(assets=[rows], jobs=[dg.define_asset_job("daily", config=by_day)]).get_job_def("daily")
    job.execute_in_process(partition_key="2013-01-02")
    assert log == [("of 2013-01-02", "2013-01-02")]


def test_config_and_job_have_the_same_partitions(dg, told):
    """`partitions_def=` beside config by other partitions is refused, at the latest when the job's are asked for."""
    by_day = dg.daily_partitioned_config(start_date="2024-01-01")(lambda start, _end: config_of(str(start)))

    def declare():
        @dg.job(config=by_day, partitions_def=dg.StaticPartitionsDefinition(["x"]))
        def letters():
            told()

        return letters.partitions_def

    with pytest.raises(Exception, match=r"(?i)partitions"):
        declare()


def test_a_request_has_the_config_of_its_partition(dg, told):
    """`run_request_for_partition` puts config and tags of the partition into the request; own config is kept."""

    @dg.job(config=dg.static_partitioned_config(["x"], tags_for_partition_key_fn=lambda key: {"is": key})(config_of))
    def letters():
        told()

    request = letters.run_request_for_partition("x", run_key="k", tags={"more": "1"})
    assert (request.run_key, request.run_config["ops"]) == ("k", config_of("x")["ops"])
    assert {name: request.tags[name] for name in ("is", "more")} == {"is": "x", "more": "1"}
    own = letters.run_request_for_partition("x", run_config=config_of("mine"))
    assert own.run_config["ops"] == config_of("mine")["ops"]
    with pytest.raises(dg.DagsterUnknownPartitionError):
        letters.run_request_for_partition("z")


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_the_window_of_a_range_in_a_direct_call(dg, months, differs):
    """dagwire spans the range, as in a run; in Dagster the run has no partitions."""

    @dg.asset(partitions_def=months)
    def flights(context):
        return (context.partition_time_window.start, context.partition_time_window.end)

    context = dg.build_asset_context(partition_key_range=dg.PartitionKeyRange("2013-02", "2013-03"))
    differs(lambda: flights(context), dagster=Exception, dagwire=(at(2013, 2), at(2013, 4)))


def test_the_window_of_what_is_left_out(dg, differs):
    """dagwire gives the window that the key names, partition or not; Dagster gives the next one."""
    days = dg.DailyPartitionsDefinition("2024-01-01", exclusions=[at(2024, 1, 3)])
    differs(
        lambda: days.time_window_for_partition_key("2024-01-03").start,
        dagster=at(2024, 1, 4),
        dagwire=at(2024, 1, 3),
    )


def test_a_range_that_ends_in_what_is_left_out(dg, differs):
    """dagwire refuses a range that ends in no partition; Dagster goes on to the next one."""
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-09", exclusions=[at(2024, 1, 3)])
    differs(
        lambda: list(days.get_partition_keys_in_range(dg.PartitionKeyRange("2024-01-02", "2024-01-03"))),
        dagster=["2024-01-02", "2024-01-04"],
        dagwire=dg.DagsterUnknownPartitionError,
    )


def test_a_partition_named_by_its_tag_has_its_config(dg, told, log, differs):
    """dagwire gives a run whose tag names a partition that partition's config; Dagster finds the config missing."""

    @dg.job(config=dg.static_partitioned_config(["x"])(config_of))
    def letters():
        told()

    differs(
        lambda: letters.execute_in_process(tags={"dagster/partition": "x"}).success and log[-1],
        dagster=dg.DagsterInvalidConfigError,
        dagwire=("x", "x"),
    )


def test_config_by_functions_of_a_partition(dg):
    """A PartitionedConfig made by hand takes functions of a Partition, which has its key as name and value."""
    names = dg.StaticPartitionsDefinition(["a", "b"])
    config = dg.PartitionedConfig(
        names,
        lambda partition: {"ops": {"o": {"config": {"name": partition.name, "value": partition.value}}}},
        tags_for_partition_fn=lambda partition: {"own": partition.name},
    )
    assert config.get_run_config_for_partition_key("a") == {"ops": {"o": {"config": {"name": "a", "value": "a"}}}}
    assert config.get_tags_for_partition_key("b")["own"] == "b"
    for functions in ({}, {"run_config_for_partition_fn": dict, "run_config_for_partition_key_fn": dict}):
        with pytest.raises(Exception, match=r"exactly one|one function|needs a function"):
            dg.PartitionedConfig(names, **functions)


def test_a_materialization_of_a_run_has_tags(dg):
    """They are a dict, whatever is in it."""
    made = dg.materialize([dg.asset(name="plain")(lambda: 1)]).asset_materializations_for_node("plain")[0]
    assert {name for name in made.tags if "version" not in name} == set()
