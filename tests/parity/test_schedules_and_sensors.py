"""Schedules and sensors: functions that request runs at a time or after an event."""

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
    """A schedule called directly returns what its function returns; the context has the time at which it was due."""

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
    """An invalid cron line is refused at declaration."""
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
    """A sensor's `context.cursor` is the one that was passed or set last."""

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


@pytest.fixture
def watched(dg, request):
    """An asset that no other test makes."""

    @dg.asset(name=f"watched_by_{request.node.originalname}")
    def watched(context):
        context.add_output_metadata({"rows": 3})
        return 1

    return watched


@pytest.fixture
def instance(dg):
    """The instance that runs and sensors of one test share."""
    return dg.DagsterInstance.ephemeral()


def test_an_asset_sensor(dg, watched, nightly):
    """`@asset_sensor` makes a sensor of an asset and a job."""

    @dg.asset_sensor(asset_key=watched.key, job=nightly, description="D", minimum_interval_seconds=5)
    def made(context, asset_event):
        return dg.RunRequest()

    assert (made.name, made.description, made.job_name) == ("made", "D", nightly.name)
    assert (made.asset_key, made.minimum_interval_seconds) == (watched.key, 5)
    assert isinstance(made, dg.AssetSensorDefinition)
    assert isinstance(made, dg.SensorDefinition)


def test_an_asset_sensor_is_asked_when_the_asset_was_made(dg, watched, nightly, instance):
    """Without a new event an asset sensor skips with a reason; else its function gets the latest event."""
    told = []

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def made(context, asset_event):
        told.append(asset_event)
        yield dg.RunRequest(run_key=asset_event.run_id)

    def tick(cursor):
        return made.evaluate_tick(dg.build_sensor_context(instance=instance, cursor=cursor))

    before = tick(None)
    assert (list(before.run_requests), before.cursor) == ([], None)
    assert before.skip_message == f"No new materialization events found for asset key {watched.key}"
    runs = [dg.materialize([watched], instance=instance) for _ in range(2)]
    after = tick(before.cursor)
    assert [request.run_key for request in after.run_requests] == [runs[1].run_id]
    assert after.run_requests[0].tags["dagster/sensor_name"] == "made"
    again = tick(after.cursor)
    assert (list(again.run_requests), again.cursor) == ([], after.cursor)
    assert len(told) == 1


def test_what_an_asset_sensor_is_told(dg, watched, nightly, instance):
    """The event has the asset's key and materialization, the run, the job, the step and the time."""
    told = []

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def made(context, asset_event):
        told.append(asset_event)

    run = dg.materialize([watched], instance=instance)
    tick = made.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert tick.skip_message == "Sensor function returned an empty result"
    event = told[0]
    assert isinstance(event, dg.EventLogEntry)
    assert event.dagster_event.asset_key == watched.key
    assert event.asset_materialization.metadata["rows"].value == 3
    assert event.dagster_event.step_materialization_data.materialization.asset_key == watched.key
    assert (event.run_id, event.step_key) == (run.run_id, watched.key.path[0])
    assert (event.job_name, event.dagster_event.event_type_value) == (
        "__ephemeral_asset_job__",
        "ASSET_MATERIALIZATION",
    )
    assert event.timestamp > 0


def test_parameters_of_an_asset_sensor(dg, watched, nightly, instance, tracked):
    """Context and event are passed by position, resources by annotation; each may be left out."""

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def all_of_them(ctx, made, db: tracked):
        return dg.RunRequest(run_key=f"{made.run_id} {db.name} {db.is_open} {ctx.cursor}")

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def no_event(context, db: tracked):
        return dg.RunRequest(run_key=db.name)

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def nothing():
        return [dg.RunRequest(run_key="1"), dg.RunRequest(run_key="2")]

    run = dg.materialize([watched], instance=instance)
    keys = []
    for sensor in (all_of_them, no_event, nothing):
        context = dg.build_sensor_context(instance=instance, resources={"db": tracked()})
        with context:
            keys.append([request.run_key for request in sensor.evaluate_tick(context).run_requests])
    assert keys == [[f"{run.run_id} db True None"], ["db"], ["1", "2"]]


def test_the_cursor_of_an_asset_sensor_is_its_own(dg, watched, nightly, instance):
    """An asset sensor refuses a SensorResult with a cursor, and replaces the cursor of its context."""

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def mine(context, asset_event):
        return dg.SensorResult(run_requests=[dg.RunRequest()], cursor="mine")

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def updated(context, asset_event):
        context.update_cursor("mine")
        return dg.SensorResult(run_requests=[dg.RunRequest()])

    dg.materialize([watched], instance=instance)
    with pytest.raises(dg.DagsterInvariantViolationError, match="cursor"):
        mine.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert updated.evaluate_tick(dg.build_sensor_context(instance=instance)).cursor != "mine"


def test_a_direct_call_of_an_asset_sensor(dg, watched, nightly, instance):
    """An asset sensor called directly needs a context with an instance, and yields the answers one by one."""

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def made(context, asset_event):
        return dg.RunRequest(run_key=asset_event.run_id)

    assert [type(answer) for answer in made(dg.build_sensor_context(instance=instance))] == [dg.SkipReason]
    run = dg.materialize([watched], instance=instance)
    assert [answer.run_key for answer in made(dg.build_sensor_context(instance=instance))] == [run.run_id]
    with pytest.raises(dg.DagsterInvalidInvocationError):
        made()
    with pytest.raises(dg.DagsterInvariantViolationError, match="instance"):
        list(made(dg.build_sensor_context()))


def test_the_latest_materialization(dg, watched, instance):
    """`get_latest_materialization_event` has the run that made an asset last, or is None."""
    assert instance.get_latest_materialization_event(watched.key) is None
    runs = [dg.materialize([watched], instance=instance) for _ in range(2)]
    assert instance.get_latest_materialization_event(watched.key).run_id == runs[1].run_id


def test_an_asset_that_was_made_elsewhere(dg, watched, nightly, instance):
    """`report_runless_asset_event` records an asset that no run here made."""

    @dg.asset_sensor(asset_key=watched.key, job=nightly)
    def made(context, asset_event):
        return dg.RunRequest(run_key=asset_event.asset_materialization.partition)

    instance.report_runless_asset_event(dg.AssetMaterialization(watched.key, partition="p"))
    tick = made.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert [request.run_key for request in tick.run_requests] == ["p"]


@pytest.fixture
def jobs(dg):
    """Two jobs."""

    @dg.op
    def one():
        return 1

    @dg.job
    def first():
        one()

    @dg.job
    def second():
        one()

    return [first, second]


def test_a_sensor_of_several_jobs(dg, jobs):
    """`jobs` lists the jobs of a sensor; each request names one of them."""

    @dg.sensor(jobs=jobs)
    def both(context):
        return [dg.RunRequest(job_name="first"), dg.RunRequest(job_name="second")]

    tick = both.evaluate_tick(dg.build_sensor_context())
    assert [request.job_name for request in tick.run_requests] == ["first", "second"]
    assert [job.name for job in both.jobs] == ["first", "second"]
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        both.job_name  # noqa: B018  # reading it is what raises
    defs = dg.Definitions(sensors=[both])
    assert defs.get_job_def("second").name == "second"


@pytest.mark.parametrize("job_name", [None, "third"])
def test_a_request_of_another_job(dg, jobs, job_name):
    """A request that names none of several jobs, or a job that the sensor does not run, is refused; jobs are named."""

    @dg.sensor(jobs=jobs)
    def both(context):
        return dg.RunRequest(job_name=job_name)

    with pytest.raises(Exception, match="first"):
        both.evaluate_tick(dg.build_sensor_context())


def test_a_sensor_s_context(dg, nightly):
    """A sensor context has a log, the sensor's name if one is passed, and whether the cursor was updated."""

    @dg.sensor(job=nightly, metadata={"m": 1})
    def told(context):
        context.log.info("asked")
        context.update_cursor("next")

    context = dg.build_sensor_context(cursor="c", sensor_name="told")
    assert (context.sensor_name, context.cursor_updated) == ("told", False)
    told.evaluate_tick(context)
    assert (context.cursor, context.cursor_updated) == ("next", True)
    assert told.metadata["m"].value == 1
    with pytest.raises(Exception, match="sensor"):
        dg.build_sensor_context().sensor_name  # noqa: B018  # reading it is what raises


def test_a_schedule_s_context_has_a_log(dg, nightly):
    """`context.log` is a logger."""

    @dg.schedule(cron_schedule="@daily", job=nightly)
    def told(context):
        context.log.warning("asked")
        return dg.SkipReason("logged")

    assert told.evaluate_tick(dg.build_schedule_context()).skip_message == "logged"


def test_should_execute_of_a_schedule(dg, nightly):
    """A schedule's function is called only if `should_execute` returns true."""

    @dg.schedule(
        cron_schedule="@daily",
        job=nightly,
        should_execute=lambda context: context.scheduled_execution_time == MIDNIGHT,
        metadata={"m": 1},
    )
    def daily(context):
        return {}

    context = dg.build_schedule_context(scheduled_execution_time=MIDNIGHT + dt.timedelta(days=1))
    tick = daily.evaluate_tick(context)
    assert (list(tick.run_requests), tick.skip_message) == ([], "should_execute function for daily returned false.")
    assert len(daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=MIDNIGHT)).run_requests) == 1
    assert daily.metadata["m"].value == 1


def test_tags_of_a_tick(dg, nightly):
    """`tags_fn` makes the tags of a run config that is returned; a request has its own; `tags` excludes it."""

    @dg.schedule(cron_schedule="@daily", job=nightly, tags_fn=lambda _: {"made": "then"})
    def plain(context):
        return {}

    @dg.schedule(cron_schedule="@daily", job=nightly, tags_fn=lambda _: {"made": "then"})
    def request(context):
        return dg.RunRequest(tags={"own": "1"})

    def tags(schedule):
        return schedule.evaluate_tick(dg.build_schedule_context()).run_requests[0].tags

    assert tags(plain) == {"made": "then", "dagster/schedule_name": "plain"}
    assert tags(request) == {"own": "1", "dagster/schedule_name": "request"}
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="tags_fn"):
        dg.schedule(cron_schedule="@daily", job=nightly, name="both", tags={"own": "1"}, tags_fn=lambda _: {})(
            lambda: None
        )


def test_a_request_for_some_assets(dg):
    """`RunRequest(asset_selection=)` selects assets of the job."""
    request = dg.RunRequest(asset_selection=[dg.AssetKey("a")])
    assert request.asset_selection == [dg.AssetKey("a")]
    assert dg.RunRequest().asset_selection is None


def test_a_context_goes_by_its_place(dg, nightly):
    """The first parameter of a schedule or sensor that is not a resource is the context, whatever it is named."""

    @dg.sensor(job=nightly)
    def sensed(ctx):
        return dg.SkipReason(ctx.cursor)

    @dg.schedule(cron_schedule="@daily", job=nightly)
    def timed(ctx):
        return dg.SkipReason(str(ctx.scheduled_execution_time.year))

    assert sensed.evaluate_tick(dg.build_sensor_context(cursor="c")).skip_message == "c"
    context = dg.build_schedule_context(scheduled_execution_time=MIDNIGHT)
    assert timed.evaluate_tick(context).skip_message == "2020"


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
    """The requests of a tick: `[(partition key, run key)]`."""
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
    """An asset job without its own partitions has those of its assets: `Definitions` completes its schedule."""

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
    """A static set of partitions is requested whole at each tick of a `cron_schedule`, which it needs."""

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
    """If one of several dimensions is time, all partitions of the last time window are requested."""
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
    """Time windows have their own times: `cron_schedule` is refused."""

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
    """Before the end of the first time window a tick is skipped, with a reason."""

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


def test_a_sensor_of_several_assets(dg):
    """`@multi_asset_sensor` is evaluated when any of several assets was made."""

    @dg.multi_asset_sensor(monitored_assets=[dg.AssetKey("left"), dg.AssetKey("right")])
    def either(_context):
        return dg.SkipReason("nothing new")

    assert either.name == "either"


def test_a_sensor_of_failed_runs(dg):
    """`@run_failure_sensor` is evaluated for each run that failed."""
    told = []

    @dg.run_failure_sensor
    def alert(context):
        told.append(context.failure_event.message)

    @dg.op
    def fails():
        raise ValueError

    @dg.job
    def nightly():
        fails()

    with dg.DagsterInstance.ephemeral() as instance:
        result = nightly.execute_in_process(instance=instance, raise_on_error=False)
        event = result.get_run_failure_event()
        alert(dg.build_run_status_sensor_context("alert", event, instance, result.dagster_run).for_run_failure())
    assert len(told) == 1
