"""`@schedule` and `@sensor`: functions that ask for runs."""

import datetime as dt

import pytest

MIDNIGHT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def read(dg):
    """An asset to run."""

    @dg.asset
    def read():
        return 1

    return read


@pytest.fixture
def nightly(dg, read):
    """A job that runs it."""
    return dg.define_asset_job("nightly", selection=[read])


@pytest.fixture
def at_midnight(dg):
    """Build the context of a schedule that is due at MIDNIGHT."""
    return lambda **kwargs: dg.build_schedule_context(scheduled_execution_time=MIDNIGHT, **kwargs)


@pytest.fixture
def plain_class(dg):
    """A resource without a life cycle."""

    class Plain(dg.ConfigurableResource):
        name: str = "plain"

    return Plain


# -- schedules ---------------------------------------------------------------------------------------------------------


def test_a_schedule_called_with_a_context(dg, nightly, at_midnight):
    """A schedule called directly returns what its function returns; the context tells the time it was due."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context):
        return dg.RunRequest(run_key=context.scheduled_execution_time.isoformat())

    assert daily(at_midnight()).run_key == "2020-01-01T00:00:00+00:00"
    assert daily(context=at_midnight()).run_key == "2020-01-01T00:00:00+00:00"


def test_a_schedule_without_a_context_parameter(dg, nightly, at_midnight):
    """A schedule without a context parameter may be called with and without one."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily():
        return dg.RunRequest(run_key="k")

    assert daily().run_key == "k"
    assert daily(at_midnight()).run_key == "k"


def test_a_schedule_that_lacks_its_context(dg, nightly):
    """A schedule that takes a context must be given one."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context):
        return dg.RunRequest()

    with pytest.raises(dg.DagsterInvalidInvocationError):
        daily()


@pytest.mark.parametrize("kind", ["skip", "none", "list", "dict"])
def test_what_a_schedule_may_return(dg, nightly, at_midnight, kind):
    """A schedule may return a skip, nothing, several requests or a run config."""
    returned = {
        "skip": dg.SkipReason("holiday"),
        "none": None,
        "list": [dg.RunRequest(run_key="1"), dg.RunRequest(run_key="2")],
        "dict": {"ops": {}},
    }[kind]

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context):
        return returned

    assert daily(at_midnight()) == returned


def test_a_schedule_s_resources_by_keyword(dg, nightly, at_midnight, plain_class):
    """A schedule takes resources by annotation, given by keyword to a direct call."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context, db: plain_class):
        return dg.SkipReason(db.name)

    assert daily(at_midnight(), db=plain_class(name="n")).skip_message == "n"
    assert "db" in daily.required_resource_keys


def test_a_schedule_s_resources_through_the_context(dg, nightly, at_midnight, plain_class):
    """A schedule's resources may be given to `build_schedule_context`."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context, db: plain_class):
        return dg.SkipReason(db.name)

    assert daily(at_midnight(resources={"db": plain_class(name="n")})).skip_message == "n"


def test_a_schedule_s_resources_are_open_inside_with(dg, nightly, tracked, at_midnight, log):
    """A schedule context used by `with` opens its resources and closes them."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(db: tracked):
        log.append(f"tick {db.is_open}")
        return dg.SkipReason("x")

    with at_midnight(resources={"db": tracked()}) as context:
        daily(context)
    assert log == ["open db", "tick True", "close db"]


def test_a_schedule_that_lacks_a_resource(dg, nightly, at_midnight, plain_class):
    """A direct call of a schedule names the resource that is missing."""

    @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
    def daily(context, db: plain_class):
        return dg.SkipReason(db.name)

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        daily(at_midnight())


def test_a_schedule_s_attributes(dg, nightly):
    """A schedule has its name, cron line, job, zone and status."""

    @dg.schedule(cron_schedule="0 3 * * *", job=nightly)
    def daily():
        return dg.RunRequest()

    assert (daily.name, daily.cron_schedule, daily.job_name) == ("daily", "0 3 * * *", "nightly")
    assert daily.execution_timezone is None
    assert daily.default_status == dg.DefaultScheduleStatus.STOPPED


def test_a_wrong_cron_line_is_refused(dg, nightly):
    """A cron line that is none is refused at declaration."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="nope"):

        @dg.schedule(cron_schedule="nope", job=nightly)
        def daily():
            return dg.RunRequest()


def test_a_schedule_definition(dg, nightly):
    """`ScheduleDefinition(job=, cron_schedule=)` is named after its job."""
    definition = dg.ScheduleDefinition(job=nightly, cron_schedule="0 3 * * *")
    assert (definition.name, definition.cron_schedule, definition.job_name) == (
        "nightly_schedule",
        "0 3 * * *",
        "nightly",
    )


def test_definitions_hand_a_schedule_back(dg, read, nightly):
    """`get_schedule_def` finds a schedule by name, and raises for an unknown one."""

    @dg.schedule(cron_schedule="0 3 * * *", job=nightly)
    def daily():
        return dg.RunRequest()

    defs = dg.Definitions(assets=[read], jobs=[nightly], schedules=[daily])
    assert defs.get_schedule_def("daily").name == "daily"
    with pytest.raises(Exception, match="weekly"):
        defs.get_schedule_def("weekly")


# -- sensors -----------------------------------------------------------------------------------------------------------


def test_a_sensor_called_directly(dg, nightly):
    """A sensor called directly returns what its function returns."""

    @dg.sensor(job=nightly)
    def arrivals():
        return dg.RunRequest(run_key="k", partition_key="2013-01", tags={"n": "1"})

    for request in (arrivals(), arrivals(dg.build_sensor_context())):
        assert (request.run_key, request.partition_key, request.tags["n"]) == ("k", "2013-01", "1")


def test_a_sensor_that_lacks_its_context(dg, nightly):
    """A sensor that takes a context must be given one."""

    @dg.sensor(job=nightly)
    def arrivals(context):
        return dg.SkipReason("x")

    with pytest.raises(dg.DagsterInvalidInvocationError):
        arrivals()


def test_a_sensor_s_cursor(dg, nightly):
    """A sensor's `context.cursor` is what was given or set last."""

    @dg.sensor(job=nightly)
    def arrivals(context):
        before = context.cursor
        context.update_cursor("7")
        return dg.SkipReason(f"{before} {context.cursor}")

    context = dg.build_sensor_context(cursor="5")
    assert arrivals(context).skip_message == "5 7"
    assert context.cursor == "7"
    assert arrivals(dg.build_sensor_context()).skip_message == "None 7"


def test_a_sensor_may_yield(dg, nightly):
    """A sensor may yield its requests."""

    @dg.sensor(job=nightly)
    def arrivals(context):
        yield dg.RunRequest(run_key="1")
        yield dg.RunRequest(run_key="2")

    assert [request.run_key for request in arrivals(dg.build_sensor_context())] == ["1", "2"]


def test_a_sensor_s_resources_by_keyword(dg, nightly, plain_class):
    """A sensor takes resources by annotation, given by keyword to a direct call."""

    @dg.sensor(job=nightly)
    def arrivals(context, db: plain_class):
        return dg.SkipReason(db.name)

    assert arrivals(dg.build_sensor_context(), db=plain_class(name="n")).skip_message == "n"
    assert "db" in arrivals.required_resource_keys


def test_a_sensor_s_resources_through_the_context(dg, nightly, plain_class):
    """A sensor's resources may be given to `build_sensor_context`."""

    @dg.sensor(job=nightly)
    def arrivals(context, db: plain_class):
        return dg.SkipReason(db.name)

    assert arrivals(dg.build_sensor_context(resources={"db": plain_class(name="n")})).skip_message == "n"


def test_a_sensor_s_resources_are_open_inside_with(dg, nightly, tracked, log):
    """A sensor context used by `with` opens its resources and closes them."""

    @dg.sensor(job=nightly)
    def arrivals(db: tracked):
        log.append(f"tick {db.is_open}")
        return dg.SkipReason("x")

    with dg.build_sensor_context(resources={"db": tracked()}) as context:
        arrivals(context)
    assert log == ["open db", "tick True", "close db"]


def test_a_sensor_that_lacks_a_resource(dg, nightly, plain_class):
    """A direct call of a sensor names the resource that is missing."""

    @dg.sensor(job=nightly)
    def arrivals(context, db: plain_class):
        return dg.SkipReason(db.name)

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        arrivals(dg.build_sensor_context())


def test_a_sensor_s_attributes(dg, nightly):
    """A sensor has its name, job, interval and status."""

    @dg.sensor(job=nightly, minimum_interval_seconds=30)
    def arrivals():
        return dg.SkipReason("x")

    assert (arrivals.name, arrivals.job_name, arrivals.minimum_interval_seconds) == ("arrivals", "nightly", 30)
    assert arrivals.default_status == dg.DefaultSensorStatus.STOPPED


def test_definitions_hand_a_sensor_back(dg, read, nightly):
    """`get_sensor_def` finds a sensor by name, and raises for an unknown one."""

    @dg.sensor(job=nightly)
    def arrivals():
        return dg.SkipReason("x")

    defs = dg.Definitions(assets=[read], jobs=[nightly], sensors=[arrivals])
    assert defs.get_sensor_def("arrivals").name == "arrivals"
    with pytest.raises(Exception, match="departures"):
        defs.get_sensor_def("departures")


# -- requests ----------------------------------------------------------------------------------------------------------


def test_a_run_request_s_fields(dg):
    """A RunRequest's fields are optional, its tags text, its equality by value."""
    empty = dg.RunRequest()
    assert (empty.run_key, empty.partition_key, empty.job_name) == (None, None, None)
    assert dict(empty.tags) == {}
    assert dict(empty.run_config) == {}
    assert dg.RunRequest(tags={"n": 1}).tags["n"] == "1"
    assert dg.RunRequest("k") == dg.RunRequest(run_key="k") != dg.RunRequest("other")


def test_a_run_request_takes_a_run_config_object(dg):
    """A RunRequest turns a RunConfig into a dictionary."""
    run_config = dg.RunRequest(run_config=dg.RunConfig(ops={"read": {"config": {"n": 1}}})).run_config
    assert run_config["ops"] == {"read": {"config": {"n": 1}}}


def test_a_skip_reason_s_message(dg):
    """A SkipReason has one optional text; equality is by value."""
    assert dg.SkipReason("x").skip_message == "x"
    assert dg.SkipReason().skip_message is None
    assert dg.SkipReason("x") == dg.SkipReason("x") != dg.SkipReason("y")


@pytest.mark.absent("dagwire has no store of events that a sensor could look into")
def test_an_asset_sensor(dg, read, nightly):
    """`@asset_sensor` asks for a run when an asset was made."""

    @dg.asset_sensor(asset_key=read.key, job=nightly)
    def made(context, asset_event):
        return dg.RunRequest()

    assert made.name == "made"


# -- schedules of partitions -------------------------------------------------------------------------------------------

DAY_FIVE = dt.datetime(2024, 1, 5, tzinfo=dt.UTC)


@pytest.fixture
def tick_on_day_five():
    """Evaluate a schedule at the start of 2024-01-05."""

    def tick(dg, schedule):
        return schedule.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=DAY_FIVE))

    return tick


@pytest.fixture
def days(dg):
    """The days from 2024 on."""
    return dg.DailyPartitionsDefinition("2024-01-01")


def keys_of(tick):
    """What a tick asks for: `[(partition key, run key)]`."""
    return [(request.partition_key, request.run_key) for request in tick.run_requests]


def test_a_schedule_of_a_job_with_config_by_partition(dg, tick_on_day_five):
    """The request has the config of the partition that has just ended."""

    @dg.op(config_schema={"what": str})
    def told():
        pass

    @dg.daily_partitioned_config(start_date="2024-01-01")
    def by_day(start, _end):
        return {"ops": {"told": {"config": {"what": start.strftime("%d")}}}}

    @dg.job(config=by_day)
    def daily():
        told()

    schedule = dg.build_schedule_from_partitioned_job(daily, tags={"a": "b"})
    assert (schedule.name, schedule.cron_schedule, schedule.execution_timezone) == (
        "daily_schedule",
        "0 0 * * *",
        "UTC",
    )
    tick = tick_on_day_five(dg, schedule)
    assert keys_of(tick) == [("2024-01-04", "2024-01-04")]
    [request] = tick.run_requests
    assert request.run_config["ops"] == {"told": {"config": {"what": "04"}}}
    assert (request.tags["a"], request.tags["dagster/partition"]) == ("b", "2024-01-04")


def test_a_schedule_of_assets_partitions(dg, days, tick_on_day_five):
    """A job of assets that is given no partitions has those of its assets: `Definitions` completes its schedule."""

    @dg.asset(partitions_def=days)
    def rows():
        pass

    schedule = dg.build_schedule_from_partitioned_job(dg.define_asset_job("daily", selection=[rows]), hour_of_day=3)
    assert schedule.name == "daily_schedule"
    resolved = dg.Definitions(assets=[rows], schedules=[schedule]).resolve_schedule_def("daily_schedule")
    assert (resolved.name, resolved.cron_schedule, resolved.job_name) == ("daily_schedule", "0 3 * * *", "daily")
    assert keys_of(tick_on_day_five(dg, resolved)) == [("2024-01-04", "2024-01-04")]


def test_a_schedule_of_assets_without_partitions(dg, read, nightly):
    """A schedule of partitions whose assets have none is refused when it is resolved."""
    defs = dg.Definitions(assets=[read], schedules=[dg.build_schedule_from_partitioned_job(nightly)])
    with pytest.raises(Exception, match="nightly"):
        defs.resolve_schedule_def("nightly_schedule")


def test_a_schedule_of_a_fixed_list(dg, tick_on_day_five):
    """A fixed list of partitions is asked for whole, at each tick of a `cron_schedule`, which it needs."""

    @dg.job(partitions_def=dg.StaticPartitionsDefinition(["x", "y"]))
    def letters():
        pass

    schedule = dg.build_schedule_from_partitioned_job(
        letters, cron_schedule="0 3 * * *", execution_timezone="Europe/Berlin"
    )
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 3 * * *", "Europe/Berlin")
    assert keys_of(tick_on_day_five(dg, schedule)) == [("x", "x"), ("y", "y")]
    with pytest.raises(Exception, match=r"(?i)cron.schedule"):
        dg.build_schedule_from_partitioned_job(letters)
    with pytest.raises(Exception, match="hour"):
        dg.build_schedule_from_partitioned_job(letters, cron_schedule="0 3 * * *", hour_of_day=3)


def test_a_schedule_of_several_dimensions(dg, days, tick_on_day_five):
    """Of several dimensions, one of which is time, all partitions of the last span are asked for."""
    letters = dg.StaticPartitionsDefinition(["x", "y"])

    @dg.job(partitions_def=dg.MultiPartitionsDefinition({"day": days, "letter": letters}))
    def both():
        pass

    schedule = dg.build_schedule_from_partitioned_job(both)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 0 * * *", "UTC")
    tick = tick_on_day_five(dg, schedule)
    assert keys_of(tick) == [("2024-01-04|x", "2024-01-04|x"), ("2024-01-04|y", "2024-01-04|y")]
    assert tick.run_requests[1].tags["dagster/partition/letter"] == "y"


def test_a_schedule_of_spans_takes_no_cron_line(dg, days):
    """Spans of time say themselves when they are complete: `cron_schedule` is refused."""

    @dg.job(partitions_def=days)
    def daily():
        pass

    for given in ({"cron_schedule": "0 3 * * *"}, {"execution_timezone": "Europe/Berlin"}):
        with pytest.raises(Exception, match="cron_schedule"):
            dg.build_schedule_from_partitioned_job(daily, **given)


def test_partitions_that_no_schedule_follows(dg):
    """Dynamic partitions, several dimensions without time, and a job without partitions are refused."""
    letters = dg.StaticPartitionsDefinition(["x", "y"])
    strange = [
        dg.DynamicPartitionsDefinition(name="d"),
        dg.MultiPartitionsDefinition({"a": letters, "b": letters}),
        None,
    ]
    for partitions in strange:

        @dg.job(partitions_def=partitions)
        def job():
            pass

        with pytest.raises(Exception, match=r"(?i)partition"):
            dg.build_schedule_from_partitioned_job(job, cron_schedule="0 3 * * *")


def test_before_the_first_span_is_over(dg, days):
    """Before the first span is over a tick asks for nothing, and says why."""

    @dg.job(partitions_def=days)
    def daily():
        pass

    early = dg.build_schedule_context(scheduled_execution_time=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    tick = dg.build_schedule_from_partitioned_job(daily).evaluate_tick(early)
    assert list(tick.run_requests) == []
    assert "partition" in tick.skip_message.lower()


# -- better on purpose -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["schedule", "sensor"])
def test_required_resource_keys_in_a_direct_call(dg, nightly, differs, kind):
    """dagwire calls a function that takes resources through the context; Dagster passes it an unknown keyword."""
    if kind == "schedule":

        @dg.schedule(cron_schedule="0 0 * * *", job=nightly, required_resource_keys={"clock"})
        def tick(context):
            return dg.SkipReason(str(context.resources.clock))

        context = dg.build_schedule_context(resources={"clock": 12})
    else:

        @dg.sensor(job=nightly, required_resource_keys={"clock"})
        def tick(context):
            return dg.SkipReason(str(context.resources.clock))

        context = dg.build_sensor_context(resources={"clock": 12})
    differs(lambda: tick(context).skip_message, dagster=TypeError, dagwire="12")


@pytest.mark.parametrize("kind", ["schedule", "sensor"])
def test_a_resource_with_a_life_cycle_by_keyword(dg, nightly, tracked, log, differs, kind):
    """dagwire opens a resource given by keyword for the call; Dagster wants a context used by `with`."""
    if kind == "schedule":

        @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
        def tick(db: tracked):
            return dg.SkipReason(str(db.is_open))
    else:

        @dg.sensor(job=nightly)
        def tick(db: tracked):
            return dg.SkipReason(str(db.is_open))

    differs(lambda: tick(db=tracked()).skip_message, dagster=Exception, dagwire="True")
    assert log == ["open db", "close db"]


@pytest.mark.parametrize("kind", ["schedule", "sensor"])
def test_a_missing_resource_is_found_when_definitions_are_checked(dg, read, nightly, plain_class, differs, kind):
    """dagwire's check of definitions covers schedules and sensors; Dagster finds what they lack at the first tick."""
    if kind == "schedule":

        @dg.schedule(cron_schedule="0 0 * * *", job=nightly)
        def tick(db: plain_class):
            return dg.SkipReason(db.name)

        defs = dg.Definitions(assets=[read], jobs=[nightly], schedules=[tick])
    else:

        @dg.sensor(job=nightly)
        def tick(db: plain_class):
            return dg.SkipReason(db.name)

        defs = dg.Definitions(assets=[read], jobs=[nightly], sensors=[tick])
    differs(lambda: dg.Definitions.validate_loadable(defs), dagster=None, dagwire=dg.DagsterInvalidDefinitionError)
