"""Sensors of runs and of several assets, beside Dagster's."""

import json

import pytest


@pytest.fixture
def jobs(dg):
    """Two jobs that go well and one whose op fails."""

    @dg.op
    def fine():
        return 1

    @dg.op
    def broken():
        msg = "no"
        raise ValueError(msg)

    @dg.job
    def good():
        fine()

    @dg.job
    def other():
        fine()

    @dg.job
    def bad():
        broken()

    return good, other, bad


def run(dg, job, instance, **options):
    return job.execute_in_process(instance=instance, raise_on_error=False, **options)


def tick(dg, sensor, instance, cursor, *jobs):
    """The result of one tick, with definitions that have the jobs."""
    definitions = dg.Definitions(jobs=list(jobs), sensors=[sensor])
    with dg.build_sensor_context(instance=instance, cursor=cursor, definitions=definitions) as context:
        return sensor.evaluate_tick(context)


def number_in(cursor):
    return json.loads(cursor)["record_id"]


# -- runs --------------------------------------------------------------------------------------------------------------


def test_a_run_failure_sensor_is_called_with_the_failure(dg, jobs):
    """The context has the run, the event with its message, and the events of the steps that failed."""
    instance = dg.DagsterInstance.ephemeral()
    seen = []

    @dg.run_failure_sensor
    def alert(context):
        events = context.get_step_failure_events()
        seen.append((type(context).__name__, context.sensor_name, context.dagster_run.job_name, context.partition_key))
        seen.append((context.failure_event.message, [event.step_key for event in events]))

    result = run(dg, jobs[2], instance)
    context = dg.build_run_status_sensor_context("alert", result.get_run_failure_event(), instance, result.dagster_run)
    alert(context)
    alert(context.for_run_failure())
    assert seen[0] == seen[2] == ("RunFailureSensorContext", "alert", "bad", None)
    assert seen[1] == seen[3] == ("Execution of run for \"bad\" failed. Steps failed: ['broken'].", ["broken"])
    assert isinstance(alert, dg.RunStatusSensorDefinition)
    assert (alert.name, alert.minimum_interval_seconds, alert.description) == ("alert", 30, None)


def test_a_run_status_sensor_takes_resources(dg, jobs):
    """Resources come from its context or by keyword; it may take no context at all."""
    instance = dg.DagsterInstance.ephemeral()
    result = run(dg, jobs[0], instance)
    event = result.get_run_success_event()

    class Bell(dg.ConfigurableResource):
        tone: str = "c"

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS)
    def ring(context: dg.RunStatusSensorContext, bell: Bell):
        return dg.SkipReason(bell.tone)

    @dg.run_status_sensor(dg.DagsterRunStatus.SUCCESS, name="other")
    def silent():
        return dg.SkipReason("silent")

    held = dg.build_run_status_sensor_context(
        "ring", event, instance, result.dagster_run, resources={"bell": Bell(tone="d")}
    )
    assert ring(held).skip_message == "d"
    assert held.instance is instance
    assert held.dagster_event.event_type_value == "PIPELINE_SUCCESS"
    empty = dg.build_run_status_sensor_context("ring", event, instance, result.dagster_run, partition_key="eu")
    assert ring(empty, bell=Bell(tone="e")).skip_message == "e"
    assert empty.partition_key == "eu"
    assert silent().skip_message == "silent"
    assert silent.name == "other"
    with pytest.raises(Exception, match="context"):
        ring(bell=Bell())


def test_the_first_tick_of_a_run_status_sensor_looks_at_no_run(dg, jobs):
    """It sets the cursor to the latest change; a cursor of another form begins anew."""
    instance = dg.DagsterInstance.ephemeral()

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS)
    def watch(context):
        raise AssertionError

    before = tick(dg, watch, instance, None, jobs[0])
    run(dg, jobs[0], instance)
    for cursor in (None, "of another sensor"):
        first = tick(dg, watch, instance, cursor, jobs[0])
        assert first.skip_message.startswith("Initiating watch. Set cursor to ")
        assert first.run_requests == []
        assert number_in(first.cursor) > number_in(before.cursor)


def test_all_runs_are_looked_at_if_none_is_requested(dg, jobs):
    """In one tick, in order; those of monitored jobs alone, if jobs are named; and each once."""
    instance = dg.DagsterInstance.ephemeral()
    good, other, bad = jobs
    seen = []

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS)
    def all_of_them(context):
        seen.append(context.dagster_run.job_name)

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, monitored_jobs=[other])
    def some(context):
        seen.append(f"some: {context.dagster_run.job_name}")

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.STARTED)
    def started(context):
        seen.append(f"started: {context.dagster_run.job_name} {context.dagster_run.status.value}")

    sensors = (all_of_them, some, started)
    cursors = {sensor: tick(dg, sensor, instance, None, *jobs).cursor for sensor in sensors}
    for job in (good, other, bad):
        run(dg, job, instance)
    results = [tick(dg, sensor, instance, cursors[sensor], *jobs) for sensor in sensors]
    assert seen == [
        *("good", "other", "some: other"),
        *("started: good SUCCESS", "started: other SUCCESS", "started: bad FAILURE"),
    ]
    assert [len(result.dagster_run_reactions) for result in results] == [2, 1, 3]
    for sensor, result in zip(sensors, results, strict=True):
        again = tick(dg, sensor, instance, result.cursor, *jobs)
        assert again.skip_message == "Sensor function returned an empty result"
        assert again.cursor == result.cursor


def test_requests_are_made_for_one_run_at_a_time(dg, jobs):
    """The runs after it are left to the next tick; a reason for none counts as an answer, too."""
    instance = dg.DagsterInstance.ephemeral()

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, request_job=jobs[1])
    def follow(context):
        return [dg.RunRequest(run_key="a"), dg.RunRequest(run_key="b")]

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, request_job=jobs[1])
    def decline(context):
        yield dg.SkipReason("not today")

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, request_jobs=[jobs[1]])
    def answer(context):
        return dg.SensorResult([dg.RunRequest("c")])

    cursors = {sensor: tick(dg, sensor, instance, None, *jobs).cursor for sensor in (follow, decline, answer)}
    for _ in range(2):
        run(dg, jobs[0], instance)
    first = tick(dg, follow, instance, cursors[follow], *jobs)
    second = tick(dg, follow, instance, first.cursor, *jobs)
    for result in (first, second):
        assert [(request.run_key, request.tags) for request in result.run_requests] == [
            *(("a", {"dagster/sensor_name": "follow"}), ("b", {"dagster/sensor_name": "follow"}))
        ]
    assert tick(dg, follow, instance, second.cursor, *jobs).run_requests == []
    assert tick(dg, decline, instance, cursors[decline], *jobs).skip_message == "not today"
    assert [request.run_key for request in tick(dg, answer, instance, cursors[answer], *jobs).run_requests] == ["c"]


def test_what_a_run_status_sensor_raises_belongs_to_its_run(dg, jobs):
    """The others have their turn, and the cursor moves on."""
    instance = dg.DagsterInstance.ephemeral()

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS)
    def stumble(context):
        if context.dagster_run.job_name == "good":
            msg = "x"
            raise KeyError(msg)

    cursor = tick(dg, stumble, instance, None, *jobs).cursor
    for job in jobs:
        run(dg, job, instance)
    result = tick(dg, stumble, instance, cursor, *jobs)
    assert [reaction.error is not None for reaction in result.dagster_run_reactions] == [True, False]
    assert number_in(result.cursor) > number_in(cursor)


def test_a_run_status_sensor_keeps_its_own_cursor(dg, jobs):
    """A cursor that the function returns is refused."""
    instance = dg.DagsterInstance.ephemeral()

    @dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, request_job=jobs[0])
    def own(context):
        return dg.SensorResult([dg.RunRequest("x")], cursor="mine")

    cursor = tick(dg, own, instance, None, *jobs).cursor
    run(dg, jobs[0], instance)
    with pytest.raises(Exception, match="cursor"):
        tick(dg, own, instance, cursor, *jobs)


@pytest.mark.parametrize(
    "options",
    [
        {"run_status": "SUCCESS"},
        {"monitored_jobs": ["x"]},
        {"monitored_jobs": "jobs", "monitor_all_code_locations": True},
    ],
)
def test_arguments_of_run_status_sensors_are_checked(dg, jobs, options):
    """A status, jobs, and not jobs beside all."""

    def watch(context):
        return None

    options = {"run_status": dg.DagsterRunStatus.SUCCESS, **options}
    if options.get("monitored_jobs") == "jobs":
        options["monitored_jobs"] = [jobs[0]]
    with pytest.raises(Exception, match=r"(?i)run_status|monitored_jobs|job"):
        dg.run_status_sensor(**options)(watch)


# -- several assets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def assets(dg):
    """Two assets, and one with partitions."""

    @dg.asset
    def a():
        return 1

    @dg.asset
    def b():
        return 1

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["x", "y", "z"]))
    def p():
        return 1

    return a, b, p


def monitoring(dg, assets, names, instance, **options):
    keys = [dg.AssetKey(name) for name in names]
    return dg.build_multi_asset_sensor_context(
        monitored_assets=keys, instance=instance, definitions=dg.Definitions(assets), **options
    )


def test_a_sensor_of_several_assets_waits_for_all(dg, jobs):
    """It sees what was made since the cursor, and moves the cursor by what it has handled."""
    instance = dg.DagsterInstance.ephemeral()
    # Of its own: Dagster's instances in memory may share a store.
    assets = [dg.asset(name=name)(lambda: 1) for name in ("left_one", "right_one")]

    @dg.multi_asset_sensor(monitored_assets=[dg.AssetKey("left_one"), dg.AssetKey("right_one")], job=jobs[0])
    def both(context):
        if all(context.latest_materialization_records_by_key().values()):
            context.advance_all_cursors()
            return dg.RunRequest(run_key="r")
        return dg.SkipReason("not yet")

    def call(cursor=None):
        context = monitoring(dg, assets, ["left_one", "right_one"], instance, cursor=cursor)
        return both(context), context

    assert call()[0].skip_message == "not yet"
    dg.materialize([assets[0]], instance=instance)
    assert call()[0].skip_message == "not yet"
    dg.materialize([assets[1]], instance=instance)
    request, context = call()
    assert request.run_key == "r"
    assert context.cursor_updated
    assert list(json.loads(context.cursor)) == ["AssetKey(['left_one'])", "AssetKey(['right_one'])"]
    assert call(context.cursor)[0].skip_message == "not yet"
    definitions = dg.Definitions(assets, jobs=[jobs[0]], sensors=[both])
    first = both.evaluate_tick(dg.build_sensor_context(instance=instance, definitions=definitions))
    assert [one.run_key for one in first.run_requests] == ["r"]
    second = both.evaluate_tick(
        dg.build_sensor_context(instance=instance, cursor=first.cursor, definitions=definitions)
    )
    assert (second.run_requests, second.skip_message) == ([], "not yet")
    assert isinstance(both, dg.MultiAssetSensorDefinition)


def test_requests_without_a_moved_cursor_are_refused(dg, assets, jobs):
    """The next tick would request them again."""

    @dg.multi_asset_sensor(monitored_assets=[dg.AssetKey("a")], job=jobs[0])
    def forgetful(context):
        return dg.RunRequest()

    @dg.multi_asset_sensor(monitored_assets=[dg.AssetKey("a")], job=jobs[0])
    def stubborn(context):
        return dg.SensorResult([dg.RunRequest()], cursor="mine")

    definitions = dg.Definitions(assets, jobs=[jobs[0]], sensors=[forgetful, stubborn])
    for sensor in (forgetful, stubborn):
        with pytest.raises(Exception, match="cursor"):
            sensor.evaluate_tick(
                dg.build_sensor_context(instance=dg.DagsterInstance.ephemeral(), definitions=definitions)
            )


def test_partitions_of_several_assets(dg, assets):
    """The latest of each, the earliest first; by partition and asset; and whether all were made."""
    instance = dg.DagsterInstance.ephemeral()
    key = dg.AssetKey("p")
    for partition in "xyx":
        dg.materialize([assets[2]], instance=instance, partition_key=partition)
    context = monitoring(dg, assets, "p", instance)
    assert list(context.latest_materialization_records_by_partition(key)) == ["y", "x"]
    assert list(context.latest_materialization_records_by_partition_and_asset()) == ["y", "x"]
    assert context.latest_materialization_records_by_key([key])[key].partition_key == "x"
    assert [event.partition_key for event in context.materialization_records_for_key(key, limit=2)] == ["x", "y"]
    assert not context.all_partitions_materialized(key)
    assert context.all_partitions_materialized(key, ["x", "y"])
    assert context.get_downstream_partition_keys("x", key, key) == ["x"]
    latest = monitoring(dg, assets, "p", instance, cursor_from_latest_materializations=True)
    assert latest.get_cursor_partition(key) == "x"
    with pytest.raises(Exception, match=r"\w"):
        latest.get_cursor_partition(None)
    assert list(latest.assets_defs_by_key) == [key]
    assert latest.get_trailing_unconsumed_events(key) == []


def test_events_that_were_not_handled_are_shown_again(dg):
    """An event before the cursor of another partition stays until it is handled."""
    instance = dg.DagsterInstance.ephemeral()
    key = dg.AssetKey("handled")  # of its own: Dagster's instances in memory may share a store

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["x", "y", "z"]))
    def handled():
        return 1

    @dg.multi_asset_sensor(monitored_assets=[key])
    def one_at_a_time(context):
        events = context.latest_materialization_records_by_partition(key)
        wanted = sorted(events)[-1:]
        for partition in wanted:
            context.advance_cursor({key: events[partition]})
        return dg.SkipReason(",".join(events))

    for partition in "xyz":
        dg.materialize([handled], instance=instance, partition_key=partition)
    cursor = None
    seen = []
    for _ in range(3):
        context = monitoring(dg, [handled], ["handled"], instance, cursor=cursor)
        seen.append(one_at_a_time(context).skip_message)
        cursor = context.cursor
    assert seen[0] == "x,y,z"
    assert seen[1] == "x,y"


def test_contexts_of_several_assets_are_checked(dg, assets):
    """An asset that is not monitored, an ordinary context, or none is refused."""
    instance = dg.DagsterInstance.ephemeral()

    @dg.multi_asset_sensor(monitored_assets=dg.AssetSelection.keys("a"))
    def watch(context, note: dg.ResourceParam[str]):
        return dg.SkipReason(note + "".join(key.to_user_string() for key in context.asset_keys))

    context = dg.build_multi_asset_sensor_context(
        monitored_assets=dg.AssetSelection.keys("a"),
        instance=instance,
        definitions=dg.Definitions(assets),
        resources={"note": "of "},
    )
    assert watch(context).skip_message == "of a"
    for refused in (
        watch,
        lambda: context.latest_materialization_records_by_partition(dg.AssetKey("b")),
        lambda: context.materialization_records_for_key(dg.AssetKey("b"), 1),
        lambda: dg.build_multi_asset_sensor_context(monitored_assets=[dg.AssetKey("a")], instance=instance),
        lambda: dg.multi_asset_sensor(monitored_assets=["a"])(watch.evaluate_tick),
        lambda: monitoring(dg, assets, "a", instance, cursor="x", cursor_from_latest_materializations=True),
    ):
        with pytest.raises(Exception, match=r"\w"):
            refused()
