"""Ticks: schedules and sensors made by hand, their targets, answers, tags, contexts and the partitions of requests."""

import datetime as dt

import pytest

MIDNIGHT = dt.datetime(2024, 1, 6, tzinfo=dt.UTC)


@pytest.fixture
def acting(dg):
    """A job of one op."""

    @dg.op
    def act():
        return 1

    @dg.job
    def acting():
        act()

    return acting


@pytest.fixture
def other(dg):
    """Another job."""

    @dg.job(name="other")
    def other():
        pass

    return other


@pytest.fixture
def made(dg):
    """An asset."""

    @dg.asset
    def made():
        return 1

    return made


@pytest.fixture
def daily(dg):
    """An asset that is made day by day."""

    @dg.asset(partitions_def=dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01"))
    def daily():
        return 1

    return daily


@pytest.fixture
def sensor(dg, acting):
    """Make a sensor of a function; its job is `acting`, unless it is given another target."""

    def make(function, **options):
        targets = {"job", "jobs", "job_name", "target", "asset_selection"}
        target = {} if targets & options.keys() else {"job": acting}
        return dg.SensorDefinition(name="s", evaluation_fn=function, **target, **options)

    return make


@pytest.fixture
def schedule(dg, acting):
    """Make a schedule of a function by the decorator."""

    def make(function, **options):
        function.__name__ = "s"
        return dg.schedule(cron_schedule="@daily", job=acting, **options)(function)

    return make


def requests(result):
    """The requests of a tick: `[(run key, tags without the tick's own)]`."""
    own = ("dagster/schedule_name", "dagster/sensor_name", "dagster/partition_set")
    return [
        (request.run_key, {name: value for name, value in request.tags.items() if name not in own})
        for request in result.run_requests or ()
    ]


# -- targets -----------------------------------------------------------------------------------------------------------


def test_the_jobs_of_a_sensor(sensor, acting, other):
    """`job` and `job_name` are those of one job; of several jobs, or of none, they are refused."""
    assert (sensor(lambda context: None).job_name, sensor(lambda context: None).job) == ("acting", acting)
    assert sensor(lambda context: None, jobs=[acting, other]).jobs == [acting, other]
    assert sensor(lambda context: None, job_name="named").job_name == "named"


@pytest.mark.parametrize("read", ["job", "job_name", "jobs"])
@pytest.mark.parametrize("target", ["none", "several", "name"])
def test_jobs_that_a_sensor_does_not_have(dg, sensor, acting, other, read, target):
    """A sensor without a job, with several, or with a name alone refuses what it cannot give."""
    options = {"none": {"jobs": []}, "several": {"jobs": [acting, other]}, "name": {"job_name": "named"}}[target]
    if (read, target) in {("jobs", "several"), ("job_name", "name")}:
        return
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        getattr(sensor(lambda context: None, **options), read)


@pytest.mark.parametrize("second", ["jobs", "job_name", "target", "asset_selection"])
def test_a_sensor_has_one_target(dg, sensor, acting, other, made, second):
    """More than one target of a sensor is refused."""
    value = {"jobs": [other], "job_name": "named", "target": [made], "asset_selection": [made]}[second]
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        sensor(lambda context: None, job=acting, **{second: value})


@pytest.mark.parametrize("second", ["job_name", "target"])
def test_a_schedule_has_one_target(dg, acting, made, second):
    """More than one target of a schedule is refused."""
    value = {"job_name": "named", "target": [made]}[second]
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.ScheduleDefinition("s", job=acting, cron_schedule="@daily", **{second: value})


def test_a_graph_in_place_of_a_job(dg, acting):
    """A graph as a target becomes its job, with a deprecation warning."""

    @dg.graph
    def composed():
        pass

    with pytest.warns(DeprecationWarning, match=r"(?i)graph|job"):
        made_of_graph = dg.ScheduleDefinition(job=composed, cron_schedule="@daily")
    assert made_of_graph.job_name == "composed"


def test_jobs_are_replaced(dg, acting, other, sensor):
    """`with_updated_job`, `with_updated_jobs` and `with_attributes` return copies with other jobs."""
    scheduled = dg.ScheduleDefinition("s", job=acting, cron_schedule="@daily")
    assert (scheduled.with_updated_job(other).job_name, scheduled.job_name) == ("other", "acting")
    watching = sensor(lambda context: None)
    assert watching.with_updated_jobs([other]).job_name == "other"
    changed = watching.with_attributes(metadata={"n": 1})
    assert (changed.job_name, changed.metadata["n"].value, watching.metadata) == ("acting", 1, {})


def test_a_sensor_of_assets(dg, sensor, made, daily):
    """A sensor of an `asset_selection` runs the job of all assets for all of them, or for some that a request names."""
    defs = dg.Definitions(assets=[made, daily])
    instance = dg.DagsterInstance.ephemeral()

    def evaluate(request, selection):
        watching = sensor(lambda context: request, asset_selection=selection)
        context = dg.build_sensor_context(instance=instance, definitions=defs)
        [completed] = watching.evaluate_tick(context).run_requests
        return completed.job_name, {key.to_user_string() for key in completed.asset_selection}

    assert evaluate(dg.RunRequest(), [made]) == ("__ASSET_JOB", {"made"})
    assert evaluate(dg.RunRequest(asset_selection=[made.key]), [made, daily]) == ("__ASSET_JOB", {"made"})
    assert evaluate(dg.RunRequest(partition_key="2024-01-02"), [daily]) == ("__ASSET_JOB", {"daily"})
    with pytest.raises(dg.DagsterInvalidSubsetError):
        evaluate(dg.RunRequest(asset_selection=[daily.key]), [made])


# -- definitions by hand -----------------------------------------------------------------------------------------------


def test_a_sensor_by_hand(dg, acting):
    """A sensor made by its class has the name of its function, and the defaults of a decorated one."""

    def watching(context):
        """Watch."""

    made_by_hand = dg.SensorDefinition(evaluation_fn=watching, job=acting, tags={"n": 1}, owners=["team:air"])
    assert (made_by_hand.name, made_by_hand.minimum_interval_seconds) == ("watching", 30)
    assert made_by_hand.default_status is dg.DefaultSensorStatus.STOPPED
    assert (made_by_hand.tags, made_by_hand.owners) == ({"n": "1"}, ["team:air"])
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.SensorDefinition("s", job=acting)


def test_an_asset_sensor_by_hand(dg, made, acting):
    """An asset sensor made by its class is evaluated with the event of its asset."""
    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([made], instance=instance)
    seen = []
    watching = dg.AssetSensorDefinition(
        "watching", made.key, None, lambda context, event: seen.append(event.dagster_event.asset_key), job=acting
    )
    watching.evaluate_tick(dg.build_sensor_context(instance=instance))
    assert seen == [made.key]
    assert (watching.asset_key, watching.job_name) == (made.key, "acting")


def test_a_decorated_function_keeps_its_name(schedule, dg, acting):
    """A definition under a decorator has the name and the docstring of its function."""

    @dg.sensor(job=acting)
    def watching(context):
        """Watch."""

    assert (watching.__name__, watching.__doc__) == ("watching", "Watch.")
    assert schedule(lambda: None).__name__ == "s"


WRONG_SCHEDULES = {
    "no line": {"cron_schedule": []},
    "no cron": {"cron_schedule": None},
    "a wrong line": {"cron_schedule": ["@daily", "every day"]},
    "an interval": {"cron_schedule": "@every 5m"},
    "time zone": {"execution_timezone": "Mars/Olympus"},
    "status": {"default_status": "RUNNING"},
    "owner": {"owners": ["somebody"]},
    "two configs": {"run_config": {"ops": {}}, "run_config_fn": lambda context: {}},
    "config and function": {"run_config": {"ops": {}}, "execution_fn": lambda context: None},
    "tags and function": {"tags_fn": lambda context: {}, "execution_fn": lambda context: None},
    "condition and function": {"should_execute": lambda context: True, "execution_fn": lambda context: None},
}


@pytest.mark.parametrize("wrong", WRONG_SCHEDULES)
def test_wrong_schedules(dg, acting, wrong):
    """Cron lines, time zones, owners and arguments that exclude each other are refused when a schedule is made."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # some are CheckErrors in Dagster, which are not public
        dg.ScheduleDefinition("s", job=acting, **{"cron_schedule": "@daily", **WRONG_SCHEDULES[wrong]})


def test_facts_of_a_schedule(dg, acting):
    """A schedule keeps its owners, variables and several cron lines."""
    made_by_hand = dg.ScheduleDefinition(
        "s", job=acting, cron_schedule=["@daily", "30 1 * * 1"], owners=["team:air"], environment_vars={"A": "b"}
    )
    assert made_by_hand.cron_schedule == ["@daily", "30 1 * * 1"]
    assert (made_by_hand.owners, made_by_hand.environment_vars) == (["team:air"], {"A": "b"})


def test_a_schedule_of_assets_needs_a_name(dg, made):
    """A schedule of assets has no job to be named after."""
    with pytest.raises(Exception, match="name"):
        dg.ScheduleDefinition(target=[made], cron_schedule="@daily")
    assert dg.ScheduleDefinition("s", target=[made], cron_schedule="@daily").job_name == "__anonymous_asset_job_s"


def test_a_schedule_by_hand_is_not_called(dg, acting):
    """Only a schedule under the decorator is called."""
    by_hand = dg.ScheduleDefinition("s", job=acting, cron_schedule="@daily", execution_fn=lambda context: None)
    with pytest.raises(dg.DagsterInvalidInvocationError):
        by_hand(dg.build_schedule_context())


# -- answers -----------------------------------------------------------------------------------------------------------


def test_the_tags_of_a_schedule(schedule):
    """A schedule keeps its tags as text."""
    assert schedule(lambda: None, tags={"n": 1}).tags == {"n": "1"}


@pytest.mark.parametrize("answer", ["config", "request"])
@pytest.mark.parametrize("tags", [{"tags": {"a": "1"}}, {"tags_fn": lambda context: {"a": "1"}}], ids=["tags", "fn"])
def test_tags_of_the_runs_of_a_schedule(dg, schedule, answer, tags):
    """A run config gets the tags of the schedule; a request has its own."""
    answers = {"config": {}, "request": dg.RunRequest(tags={"b": "2"})}
    tick = schedule(lambda: answers[answer], **tags).evaluate_tick(dg.build_schedule_context())
    assert requests(tick) == [(None, {"a": "1"} if answer == "config" else {"b": "2"})]


def test_tags_of_the_runs_of_a_sensor(dg, sensor):
    """A sensor's tags are its own; a run has those of its request, and the sensor's name."""
    tick = sensor(lambda context: dg.RunRequest(tags={"b": "2"}), tags={"a": "1"}).evaluate_tick(
        dg.build_sensor_context()
    )
    assert requests(tick) == [(None, {"b": "2"})]
    assert tick.run_requests[0].tags["dagster/sensor_name"] == "s"


def test_several_requests_of_a_schedule_have_run_keys(dg, schedule):
    """Several requests of one tick of a schedule need a run key each."""
    keyed = schedule(lambda: [dg.RunRequest(run_key="1"), dg.RunRequest(run_key="2")])
    assert requests(keyed.evaluate_tick(dg.build_schedule_context())) == [("1", {}), ("2", {})]
    with pytest.raises(Exception, match="run_key"):
        schedule(lambda: [dg.RunRequest(), dg.RunRequest()]).evaluate_tick(dg.build_schedule_context())


@pytest.mark.parametrize("answer", ["two reasons", "both", "two results", "result and request", "number", "config"])
def test_wrong_answers_of_a_sensor(dg, sensor, answer):
    """A sensor returns requests alone, one reason or one result."""
    answers = {
        "two reasons": [dg.SkipReason("a"), dg.SkipReason("b")],
        "both": [dg.SkipReason("a"), dg.RunRequest()],
        "two results": [dg.SensorResult(), dg.SensorResult()],
        "result and request": [dg.SensorResult(), dg.RunRequest()],
        "number": 5,
        "config": {"ops": {}},
    }
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError or a bare Exception in Dagster
        sensor(lambda context: answers[answer]).evaluate_tick(dg.build_sensor_context())


@pytest.mark.parametrize("wrong", ["both", "requests", "members", "cursor", "events", "changes"])
def test_wrong_sensor_results(dg, wrong):
    """The parts of a SensorResult are checked when it is made."""
    arguments = {
        "both": {"run_requests": [dg.RunRequest()], "skip_reason": "none"},
        "requests": {"run_requests": 5},
        "members": {"run_requests": [5]},
        "cursor": {"cursor": 5},
        "events": {"asset_events": [5]},
        "changes": {"dynamic_partitions_requests": [5]},
    }[wrong]
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster, which is not public
        dg.SensorResult(**arguments)


def test_a_sensor_result_is_normalised(dg):
    """Text becomes a SkipReason; what is left out is empty."""
    assert dg.SensorResult(skip_reason="none").skip_reason == dg.SkipReason("none")
    empty = dg.SensorResult()
    assert (empty.run_requests, empty.dynamic_partitions_requests, empty.asset_events) == ([], [], [])
    assert dg.SensorResult(cursor="5") == dg.SensorResult(cursor="5")


def test_events_of_assets_in_a_sensor_result(dg, sensor):
    """A sensor without a job reports events of assets made elsewhere."""
    events = [dg.AssetMaterialization("elsewhere"), dg.AssetObservation("elsewhere")]
    reporting = sensor(lambda context: dg.SensorResult(asset_events=events), jobs=[])
    tick = reporting.evaluate_tick(dg.build_sensor_context())
    assert list(tick.asset_events) == events
    assert tick.skip_message == "Sensor function returned an empty result"


def test_a_request_of_a_sensor_without_a_job(dg, sensor):
    """A sensor without a job cannot request a run."""
    with pytest.raises(Exception, match="job"):
        sensor(lambda context: dg.RunRequest(), jobs=[]).evaluate_tick(dg.build_sensor_context())


def test_two_cursors_of_one_tick(dg, sensor):
    """A sensor updates its cursor by the context or by its result, not by both."""

    def both(context):
        context.update_cursor("1")
        return dg.SensorResult(cursor="2")

    with pytest.raises(dg.DagsterInvariantViolationError, match="cursor"):
        sensor(both).evaluate_tick(dg.build_sensor_context())


def test_a_cursor_is_text(dg):
    """A cursor that is not text is refused, in a context and by `update_cursor`."""
    with pytest.raises(Exception, match="cursor"):
        dg.build_sensor_context(cursor=5)
    with pytest.raises(Exception, match="cursor"):
        dg.build_sensor_context().update_cursor(5)


def test_a_config_object_of_a_schedule(dg, acting, differs):
    """dagwire takes a RunConfig that a schedule returns, as it takes a dict; Dagster refuses it."""

    @dg.schedule(cron_schedule="@daily", job=acting)
    def daily_run():
        return dg.RunConfig()

    def evaluate():
        return len(daily_run.evaluate_tick(dg.build_schedule_context()).run_requests)

    differs(evaluate, dagster=Exception, dagwire=1)


def test_the_exception_of_a_schedule(dg, schedule, differs):
    """dagwire raises the exception of a schedule's function as that of a sensor's; Dagster wraps the schedule's."""

    def failing():
        raise KeyError("lost")

    tick = schedule(failing)
    differs(
        lambda: tick.evaluate_tick(dg.build_schedule_context()),
        dagster=dg.DagsterUserCodeExecutionError,
        dagwire=KeyError,
    )


def test_the_description_of_a_tick(dg, acting, differs):
    """dagwire describes a schedule or sensor by its docstring, as it does every definition; Dagster leaves it out."""

    @dg.sensor(job=acting)
    def watching(context):
        """Watch."""

    differs(lambda: watching.description, dagster=None, dagwire="Watch.")


# -- partitions of requests --------------------------------------------------------------------------------------------


@pytest.fixture
def partitioned(dg, daily, made):
    """Definitions with a job that is made day by day, and one that is not."""
    jobs = [dg.define_asset_job("days", [daily]), dg.define_asset_job("plain", [made])]
    return dg.Definitions(assets=[daily, made], jobs=jobs)


def test_the_partition_of_a_request(dg, sensor, partitioned):
    """Among definitions the request of a partition has the tags of the partition and of its job."""
    watching = sensor(lambda context: dg.RunRequest(partition_key="2024-01-02"), job_name="days")
    context = dg.build_sensor_context(definitions=partitioned, instance=dg.DagsterInstance.ephemeral())
    [request] = watching.evaluate_tick(context).run_requests
    assert request.tags["dagster/partition"] == "2024-01-02"
    assert request.tags["dagster/partition_set"] == "days_partition_set"


@pytest.mark.parametrize("job", ["days", "plain"])
def test_a_partition_that_does_not_exist(dg, sensor, partitioned, job):
    """A request of a partition that does not exist is refused, and one of a job without partitions."""
    watching = sensor(lambda context: dg.RunRequest(partition_key="2034-01-02"), job_name=job)
    context = dg.build_sensor_context(definitions=partitioned, instance=dg.DagsterInstance.ephemeral())
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster for a job without partitions
        watching.evaluate_tick(context)


def test_a_partition_that_the_tick_adds(dg, sensor, differs):
    """dagwire accepts a request of a dynamic partition that the same result adds; Dagster finds no instance."""
    towns = dg.DynamicPartitionsDefinition(name="towns")

    @dg.asset(partitions_def=towns)
    def town():
        return 1

    job = dg.define_asset_job("all_towns", [town])
    change = towns.build_add_request(["linz"])
    result = dg.SensorResult([dg.RunRequest(partition_key="linz")], dynamic_partitions_requests=[change])
    founded = sensor(lambda context: result, job=job)
    context = dg.build_sensor_context(
        definitions=dg.Definitions(assets=[town], jobs=[job]), instance=dg.DagsterInstance.ephemeral()
    )
    differs(lambda: len(founded.evaluate_tick(context).run_requests), dagster=Exception, dagwire=1)


def test_the_config_of_a_requested_partition(dg, sensor):
    """The request of a partition has the run config that its job has for it."""

    @dg.static_partitioned_config(["a", "b"])
    def by_letter(letter):
        return {"ops": {"spell": {"config": {"letter": letter}}}}

    @dg.op(config_schema={"letter": str})
    def spell(context):
        return context.op_config["letter"]

    @dg.job(config=by_letter)
    def spelling():
        spell()

    watching = sensor(lambda context: dg.RunRequest(partition_key="b"), job=spelling)
    context = dg.build_sensor_context(
        definitions=dg.Definitions(jobs=[spelling]), instance=dg.DagsterInstance.ephemeral()
    )
    [request] = watching.evaluate_tick(context).run_requests
    assert request.run_config == {"ops": {"spell": {"config": {"letter": "b"}}}}


# -- contexts ----------------------------------------------------------------------------------------------------------


def test_arguments_of_a_sensor_context(dg, partitioned):
    """A sensor context has its repository, its start time, and no earlier tick."""
    context = dg.build_sensor_context(repository_name="r", last_sensor_start_time=5.0)
    assert (context.repository_name, context.last_sensor_start_time) == ("r", 5.0)
    assert (context.last_tick_completion_time, context.last_completion_time, context.last_run_key) == (None,) * 3
    assert context.is_first_tick_since_sensor_start
    assert context.repository_def is None
    assert dg.build_sensor_context(definitions=partitioned).repository_def.has_job("days")


def test_wrong_arguments_of_contexts(dg, partitioned):
    """Definitions and their repository exclude each other; a time is a datetime."""
    with pytest.raises(Exception, match="definitions"):
        dg.build_sensor_context(definitions=partitioned, repository_def=partitioned.get_repository_def())
    with pytest.raises(Exception, match="datetime"):
        dg.build_schedule_context(scheduled_execution_time="2024-01-01")


# -- requests ----------------------------------------------------------------------------------------------------------


def test_the_parts_of_a_request(dg):
    """A request has assets, checks and tags, of which those that are not text are JSON."""
    check = dg.AssetCheckKey(dg.AssetKey("made"), "good")
    request = dg.RunRequest(
        asset_selection=[dg.AssetKey("made")], asset_check_keys=[check], tags={"n": 1, "nested": {"a": [1]}}
    )
    assert list(request.entity_keys) == [dg.AssetKey("made"), check]
    assert request.tags == {"n": "1", "nested": '{"a": [1]}'}
    assert not dg.RunRequest().stale_assets_only


def test_a_changed_request(dg):
    """`with_replaced_attrs` returns a request that differs."""
    request = dg.RunRequest(run_key="1", tags={"a": "1"})
    changed = request.with_replaced_attrs(tags={"b": "2"}, job_name="j")
    assert (changed.run_key, changed.tags, changed.job_name) == ("1", {"b": "2"}, "j")
    assert request.tags == {"a": "1"}


def test_the_partitions_of_a_request(dg):
    """A request knows whether its tags have its partition, and the range that they name."""
    assert not dg.RunRequest(partition_key="a").has_resolved_partition()
    assert dg.RunRequest(partition_key="a", tags={"dagster/partition": "a"}).has_resolved_partition()
    tags = {"dagster/asset_partition_range_start": "a", "dagster/asset_partition_range_end": "b"}
    assert dg.RunRequest(tags=tags).partition_key_range == dg.PartitionKeyRange("a", "b")


@pytest.mark.parametrize("argument", ["run_key", "run_config", "partition_key", "job_name", "asset_check_keys"])
def test_wrong_arguments_of_a_request(dg, argument):
    """An argument of a request has its type."""
    with pytest.raises(Exception, match=argument):
        dg.RunRequest(**{argument: 5})


def test_a_schedule_of_partitions_has_owners(dg, daily):
    """`build_schedule_from_partitioned_job` takes owners and tags; the tags are those of the runs."""
    job = dg.define_asset_job("days", [daily], partitions_def=daily.partitions_def)
    built = dg.build_schedule_from_partitioned_job(job, owners=["team:air"], tags={"a": "1"})
    defs = dg.Definitions(assets=[daily], jobs=[job], schedules=[built])
    built = defs.resolve_schedule_def("days_schedule")
    assert built.owners == ["team:air"]
    [request] = built.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=MIDNIGHT, repository_def=defs.get_repository_def())
    ).run_requests
    assert request.tags["a"] == "1"


# -- direct calls ------------------------------------------------------------------------------------------------------


def test_a_context_behind_a_resource(dg, acting):
    """The context of a sensor may follow its resources; a sensor without a context takes one by keyword."""

    class Named(dg.ConfigurableResource):
        name: str

    @dg.sensor(job=acting)
    def late(named: Named, context):
        return dg.RunRequest(run_key=f"{named.name} {context.cursor}")

    @dg.sensor(job=acting)
    def without(named: Named, other: Named):
        return dg.RunRequest(run_key=f"{named.name} {other.name}")

    context = dg.build_sensor_context(cursor="5", resources={"other": Named(name="held")})
    assert late(context, named=Named(name="n")).run_key == "n 5"
    assert without(context=context, named=Named(name="n")).run_key == "n held"
    resources = {"named": Named(name="r")}
    tick = late.evaluate_tick(dg.build_sensor_context(cursor="6", resources=resources))
    assert [request.run_key for request in tick.run_requests] == ["r 6"]


def test_a_schedule_at_the_end_of_an_excluded_day(dg):
    """At the end of an excluded time window a schedule of partitions is skipped; it does not repeat the one before."""
    days = dg.DailyPartitionsDefinition("2024-01-01", exclusions=[dt.datetime(2024, 1, 4)])  # as Dagster takes it

    @dg.op
    def act():
        pass

    @dg.job(partitions_def=days)
    def acting():
        act()

    built = dg.build_schedule_from_partitioned_job(acting)
    repository = dg.Definitions(jobs=[acting], schedules=[built]).get_repository_def()

    def due(day):
        time = dt.datetime(2024, 1, day, tzinfo=dt.UTC)
        context = dg.build_schedule_context(scheduled_execution_time=time, repository_def=repository)
        return [request.partition_key for request in built.evaluate_tick(context).run_requests]

    assert (due(4), due(5), due(6)) == (["2024-01-03"], [], ["2024-01-05"])


def test_the_return_value_of_a_generator(dg, sensor):
    """A sensor that is a generator may return its answer, too."""

    def returning(context):
        yield from ()
        return dg.SkipReason("nothing new")

    assert sensor(returning).evaluate_tick(dg.build_sensor_context()).skip_message == "nothing new"


def test_the_job_of_all_assets_of_different_partitions(dg, daily, made):
    """The job of all assets has no partitions if its assets have different ones; other jobs of these are refused."""

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def letters():
        return 1

    defs = dg.Definitions(assets=[daily, made, letters])
    assert "__ASSET_JOB" in [job.name for job in defs.resolve_all_job_defs()]
    assert defs.resolve_implicit_global_asset_job_def().partitions_def is None
    mixed = dg.define_asset_job("mixed", [daily, letters], partitions_def=daily.partitions_def)
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="mixed"):
        dg.Definitions(assets=[daily, letters], jobs=[mixed]).resolve_job_def("mixed")


# -- called directly ---------------------------------------------------------------------------------------------------


def test_a_sensor_that_yields_opens_its_resources(dg, tracked, log):
    """A sensor that is a generator has its resources open until it ends."""

    @dg.sensor(job_name="anything")
    def asks(context, db: tracked):
        log.append(f"asked {db.name}")
        yield dg.SkipReason("nothing")

    with dg.build_sensor_context(resources={"db": tracked()}) as context:
        assert [type(item).__name__ for item in asks(context)] == ["SkipReason"]
    assert "asked db" in log


MISUSED = {
    "a context that is none": lambda dg, tick: tick(3),
    "too many": lambda dg, tick: tick(dg.build_schedule_context(), 1, 2, 3),
    "nothing": lambda dg, tick: tick(),
}


@pytest.mark.parametrize("call", MISUSED.values(), ids=MISUSED)
def test_a_schedule_called_with_other_arguments(dg, call):
    """A schedule that takes a context is called with a context and nothing else."""

    @dg.schedule(cron_schedule="@daily", job_name="anything")
    def tick(context):
        return dg.RunRequest()

    with pytest.raises(Exception, match=r"(?i)context|argument|positional"):
        call(dg, tick)
