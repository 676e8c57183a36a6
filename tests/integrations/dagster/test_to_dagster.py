"""dagwire's definitions executed by Dagster: values, events, config, partitions, retries, hooks, schedules, sensors."""

import datetime
import enum
from collections.abc import Iterator
from typing import Annotated, Any

import dagster
import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide

import dagwire as dg
from dagwire.errors import FaultsError, NotCarriedError
from dagwire.integrations.dagster import to_dagster

# Dagster copies a sensor by an argument of its own that is in beta.
pytestmark = pytest.mark.filterwarnings("ignore:Parameter `owners` of initializer `SensorDefinition")

journal: list[str] = []


@pytest.fixture(autouse=True)
def _empty_journal() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


class Database(dg.ConfigurableResource):
    url: str = "x"

    def yield_for_execution(self, context: Any) -> Any:
        journal.append("open")
        try:
            yield self
        except BaseException as error:
            journal.append(f"{type(error).__name__}: {error}")
            raise
        finally:
            journal.append("close")


class Container(containers.DeclarativeContainer):
    database = dg.ResourceProvider(Database)


def carried(**given: Any) -> dagster.Definitions:
    """Definitions of Dagster's, checked by it."""
    definitions = to_dagster(dg.Definitions(**{"resources": Container(), **given}))
    dagster.Definitions.validate_loadable(definitions)
    return definitions


def run_all(definitions: dagster.Definitions, **options: Any) -> dagster.ExecuteInProcessResult:
    return definitions.resolve_implicit_global_asset_job_def().execute_in_process(**options)


def run_job(definitions: dagster.Definitions, name: str, **options: Any) -> dagster.ExecuteInProcessResult:
    return definitions.resolve_job_def(name).execute_in_process(**options)


def materializations(result: dagster.ExecuteInProcessResult) -> dict[str, dagster.AssetMaterialization]:
    events = [event.materialization for event in result.get_asset_materialization_events()]
    return {event.asset_key.to_user_string(): event for event in events}


# -- assets ------------------------------------------------------------------------------------------------------------


class Size(enum.Enum):
    small = "S"
    large = "L"


class Trips(dg.Config):
    rows: int = 2
    since: datetime.date = datetime.date(2024, 1, 1)
    size: Size = Size.small
    note: str | None = None
    required: str


@dg.asset(group_name="raw", owners=["team:air"], tags={"a": "b"}, kinds={"duckdb"}, code_version="1", metadata={"m": 1})
def trips(context: dg.AssetExecutionContext, database: Database, config: Trips) -> int:
    """The trips."""
    context.add_output_metadata({"url": database.url, "since": str(config.since), "size": config.size.name})
    return config.rows


@dg.asset(deps=["elsewhere"])
def doubled(trips: int) -> int:
    return trips * 2


def test_an_asset_has_its_config_resources_context_and_metadata() -> None:
    """A body gets what it asks for, and its metadata is on Dagster's event."""
    definitions = carried(assets=[trips, doubled])
    given = {"ops": {"trips": {"config": {"rows": 4, "since": "2025-02-03", "size": "large", "required": "r"}}}}
    result = run_all(definitions, run_config=given)
    assert result.output_for_node("doubled") == 8
    metadata = materializations(result)["trips"].metadata
    assert {name: metadata[name].value for name in ("url", "since", "size")} == {
        "url": "x",
        "since": "2025-02-03",
        "size": "large",
    }
    assert journal == ["open", "close"]


def test_a_config_without_its_required_field_is_refused_by_dagster() -> None:
    """The schema is Dagster's own, so it reports what is missing before a run."""
    with pytest.raises(dagster.DagsterInvalidConfigError, match="required"):
        run_all(carried(assets=[trips, doubled]))


def test_the_facts_of_an_asset_are_carried() -> None:
    """Group, owners, tags, kinds, code version, metadata, description and dependencies arrive."""
    definitions = carried(assets=[trips, doubled, dg.AssetSpec("elsewhere", group_name="outside")])
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    spec = specs["trips"]
    assert (spec.group_name, spec.owners, spec.code_version, spec.description) == (
        "raw",
        ["team:air"],
        "1",
        "The trips.",
    )
    assert spec.tags == {"a": "b", "dagster/kind/duckdb": ""}
    assert spec.metadata["m"] == 1
    assert {dep.asset_key.to_user_string() for dep in specs["doubled"].deps} == {"trips", "elsewhere"}
    assert specs["elsewhere"].group_name == "outside"


@dg.multi_asset(
    specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])],
    can_subset=True,
    check_specs=[dg.AssetCheckSpec("counted", asset="first")],
)
def both(context: dg.AssetExecutionContext) -> Iterator[Any]:
    for key in sorted(context.selected_asset_keys):
        yield dg.MaterializeResult(key, metadata={"rows": 1}, tags={"t": "v"}, data_version=dg.DataVersion("7"))
    if dg.AssetKey("first") in context.selected_asset_keys:
        yield dg.AssetCheckResult(passed=True, asset_key="first", check_name="counted", metadata={"n": 2})


def test_several_assets_of_one_body() -> None:
    """Results, tags, versions, checks and the dependency between them are Dagster's."""
    definitions = carried(assets=[both])
    result = run_all(definitions)
    made = materializations(result)
    assert list(made) == ["first", "second"]
    assert made["first"].tags is not None
    assert made["first"].tags["t"] == "v"
    assert made["first"].tags["dagster/data_version"] == "7"
    [evaluation] = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.check_name, evaluation.metadata["n"].value) == (True, "counted", 2)
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    assert [dep.asset_key.to_user_string() for dep in specs["second"].deps] == ["first"]


def test_a_part_of_several_assets() -> None:
    """A run that selects one asset shows the body that one alone."""
    result = run_all(carried(assets=[both]), asset_selection=[dagster.AssetKey("second")])
    assert list(materializations(result)) == ["second"]


@dg.asset_check(asset=trips, blocking=True)
def enough(trips: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=trips > 2, severity=dg.AssetCheckSeverity.ERROR, description="few trips")


@pytest.mark.parametrize(("rows", "runs"), [(3, True), (1, False)])
def test_a_blocking_check(rows: int, runs: bool) -> None:  # a parameter of the test
    """An asset downstream of a failed blocking check does not run."""
    config = {"ops": {"trips": {"config": {"rows": rows, "required": "r"}}}}
    result = run_all(carried(assets=[trips, doubled], asset_checks=[enough]), run_config=config, raise_on_error=False)
    assert ("doubled" in materializations(result)) is runs
    [evaluation] = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.description) == (runs, "few trips")


@dg.asset
def nothing() -> None:
    journal.append("nothing")


@dg.asset
async def yielded() -> Any:
    yield dg.Output(5, metadata={"m": 1})


@dg.asset
def observed(context: dg.AssetExecutionContext) -> int:
    context.log_event(dg.AssetMaterialization("other", metadata={"rows": 3}))
    return 1


def test_bodies_of_every_kind() -> None:
    """Bodies that return nothing, wait, yield, or log events of other assets."""
    unneeded = dg.asset(name="after", deps=[nothing])(lambda: None)
    result = run_all(carried(assets=[nothing, unneeded, yielded, observed]))
    assert result.output_for_node("yielded") == 5
    assert materializations(result)["other"].metadata["rows"].value == 3
    assert journal == ["nothing"]


@dg.asset
async def awaited_alone(database: Database) -> str:
    return f"async {database.url}"


def test_a_coroutine_as_body() -> None:
    """A body may be a coroutine function; its resources are opened before, closed after."""
    assert run_all(carried(assets=[awaited_alone])).output_for_node("awaited_alone") == "async x"
    assert journal == ["open", "close"]


daily = dg.DailyPartitionsDefinition("2024-01-01")
weekly = dg.WeeklyPartitionsDefinition("2024-01-01")
both_dimensions = dg.MultiPartitionsDefinition({"day": daily, "place": dg.StaticPartitionsDefinition(["x", "y"])})


@dg.asset(partitions_def=daily)
def day(context: dg.AssetExecutionContext) -> str:
    return context.partition_key


@dg.asset(partitions_def=weekly)
def week(day: dict[str, str]) -> int:
    return len(day)


@dg.asset(partitions_def=both_dimensions)
def places(context: dg.AssetExecutionContext) -> Any:
    key: Any = context.partition_key
    return key.keys_by_dimension["place"]


def test_partitions(tmp_path: Any) -> None:
    """A run has its partition, windows map to windows, and a multi partition key knows its dimensions."""
    definitions = carried(assets=[day, week, places])
    with dagster.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        for number in range(7, 14):
            key = f"2024-01-{number:02d}"
            run_all(definitions, partition_key=key, asset_selection=[dagster.AssetKey("day")], instance=instance)
        chosen = [dagster.AssetKey("week")]
        result = run_all(definitions, partition_key="2024-01-07", asset_selection=chosen, instance=instance)
        assert result.output_for_node("week") == 7
        chosen = [dagster.AssetKey("places")]
        result = run_all(definitions, partition_key="2024-01-07|y", asset_selection=chosen, instance=instance)
        assert result.output_for_node("places") == "y"


PARTITIONS = [
    daily,
    weekly,
    dg.HourlyPartitionsDefinition("2024-03-30-00:00", timezone="Europe/Berlin", end_date="2024-04-01-00:00"),
    dg.MonthlyPartitionsDefinition("2024/01", fmt="%Y/%m", end_offset=1),
    dg.TimeWindowPartitionsDefinition("2024-01-01", "%Y-%m-%d", cron_schedule="0 0 * * 1-5", exclusions=["0 0 * * 3"]),
    dg.StaticPartitionsDefinition(["a", "b"]),
]


@pytest.mark.parametrize("partitions", PARTITIONS, ids=str)
def test_partition_keys_are_equal(partitions: dg.PartitionsDefinition) -> None:
    """Dagster's partitions have the keys that dagwire's have."""
    one = dg.asset(name="one", partitions_def=partitions)(lambda: 1)
    there: Any = carried(assets=[one]).resolve_assets_def("one").partitions_def
    now = datetime.datetime(2024, 6, 1, tzinfo=datetime.UTC)
    assert there.get_partition_keys(current_time=now) == list(partitions.get_partition_keys(now))


MAPPINGS: list[Any] = [
    dg.AllPartitionMapping(),
    dg.IdentityPartitionMapping(),
    dg.LastPartitionMapping(),
    dg.SpecificPartitionsPartitionMapping(["2024-01-02"]),
    dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=0),
]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=lambda mapping: type(mapping).__name__)
def test_partition_mappings_are_carried(mapping: Any) -> None:
    """A mapping of an input, and one of a dependency without a value, are Dagster's namesakes."""
    taking = dg.asset(name="taking", partitions_def=daily, ins={"day": dg.AssetIn(partition_mapping=mapping)})(
        lambda day: day
    )
    after = dg.asset(name="after", partitions_def=daily, deps=[dg.AssetDep("day", partition_mapping=mapping)])(
        lambda: None
    )
    definitions = carried(assets=[day, taking, after])
    for name in ("taking", "after"):
        found = definitions.resolve_assets_def(name).get_partition_mapping(dagster.AssetKey("day"))
        assert type(found).__name__ == type(mapping).__name__


class Lunar(dg.StaticPartitionsDefinition):
    """Partitions of a class of its own is still a list of keys."""


class Phases(dg.PartitionsDefinition):
    """Partitions that only their own class knows."""

    def get_partition_keys(self, current_time: Any = None, dynamic_partitions_store: Any = None) -> list[str]:
        return ["new", "full"]


def test_what_cannot_be_carried_is_refused_together() -> None:
    """Each part is named, and nothing is dropped."""
    moon = dg.asset(name="moon", partitions_def=Phases())(lambda: 1)
    tide = dg.asset(name="tide", partitions_def=Phases())(lambda: 1)
    with pytest.raises(FaultsError) as caught:
        carried(assets=[moon, tide])
    first, second = caught.value.faults
    assert str(first) == (
        "asset 'moon': partitions of the class Phases cannot be carried: Dagster stores them by its own classes."
    )
    assert "tide" in str(second)
    with pytest.raises(NotCarriedError):
        carried(assets=[moon])


def test_faults_of_the_definitions_are_reported_first() -> None:
    """`to_dagster` checks the definitions as every entry point does."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="database"):
        to_dagster(dg.Definitions(assets=[trips], resources={}))


# -- failures ----------------------------------------------------------------------------------------------------------


@dg.asset
def failing(database: Database) -> None:
    raise KeyError("no row")


def test_a_bodys_own_exception_reaches_the_resources() -> None:
    """A resource gets the exception itself, although Dagster keeps only its text."""
    assert not run_all(carried(assets=[failing]), raise_on_error=False).success
    assert journal == ["open", "KeyError: 'no row'", "close"]


@dg.asset
def leaving(database: Database) -> None:
    raise SystemExit(3)


def test_an_exit_of_a_body_fails_its_step() -> None:
    """`sys.exit()` in a body is a failure of the step."""
    assert not run_all(carried(assets=[leaving]), raise_on_error=False).success
    assert journal[1].startswith("StepExitError")


attempts: list[int] = []


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=2))
def flaky(context: dg.AssetExecutionContext, database: Database) -> int:
    attempts.append(context.retry_number)
    if context.retry_number < 2:
        raise ConnectionError
    return 7


def test_a_retry_policy_is_dagsters() -> None:
    """A failed step is tried again; resources are told of no failure if the last attempt succeeds."""
    attempts.clear()
    assert run_all(carried(assets=[flaky])).output_for_node("flaky") == 7
    assert attempts == [0, 1, 2]
    assert journal == ["open", "close"]


asked: list[int] = []


@dg.op
def asks_for_a_retry(context: dg.OpExecutionContext) -> int:
    asked.append(context.retry_number)
    if not context.retry_number:
        raise dg.RetryRequested(max_retries=1)
    return 1


@dg.op
def fails_on_purpose() -> None:
    raise dg.Failure("bad rows", metadata={"rows": 3}, allow_retries=False)


@dg.failure_hook
def noted(context: dg.HookContext, database: Database) -> None:
    journal.append(f"hook {context.op.name} {type(context.op_exception).__name__} {database.url}")


@dg.job(hooks={noted})
def purposely() -> None:
    fails_on_purpose()


@dg.job
def again() -> None:
    asks_for_a_retry()


def test_failures_and_retries_on_purpose() -> None:
    """`Failure` keeps its metadata, `RetryRequested` its count, and a hook gets the exception that was raised."""
    asked.clear()
    definitions = carried(jobs=[purposely, again])
    result = run_job(definitions, "purposely", raise_on_error=False)
    data = result.failure_data_for_node("fails_on_purpose")
    assert data is not None
    assert data.user_failure_data is not None
    assert (data.user_failure_data.description, data.user_failure_data.metadata["rows"].value) == ("bad rows", 3)
    assert "hook fails_on_purpose Failure x" in journal
    assert run_job(definitions, "again").output_for_node("asks_for_a_retry") == 1
    assert asked == [0, 1]


# -- ops and jobs ------------------------------------------------------------------------------------------------------


@dg.op(out=dg.DynamicOut())
def many() -> Iterator[dg.DynamicOutput[int]]:
    for number in range(3):
        yield dg.DynamicOutput(number, str(number))


@dg.op(config_schema={"by": dg.Field(int, default_value=1)})
def plus(context: dg.OpExecutionContext, number: int, database: Database) -> int:
    return number + context.op_config["by"]


@dg.op
def total(numbers: list[int]) -> int:
    return sum(numbers)


@dg.graph
def plus_twice(number: int) -> int:
    return plus.alias("again")(plus(number))


@dg.job(tags={"team": "air"}, config={"ops": {"plus_twice": {"ops": {"again": {"config": {"by": 10}}}}}})
def mapped() -> None:
    total(many().map(plus_twice).collect())


def test_a_job_of_ops() -> None:
    """Dynamic outputs, nested graphs, aliases, config and collected lists are as in dagwire's own run."""
    definitions = carried(jobs=[mapped])
    result = run_job(definitions, "mapped")
    expected = mapped.execute_in_process(resources={"database": Database()}).output_for_node("total")
    assert result.output_for_node("total") == expected == 36
    assert definitions.resolve_job_def("mapped").tags["team"] == "air"


@dg.op(out={"odd": dg.Out(is_required=False), "even": dg.Out(is_required=False)})
def sorted_out() -> Iterator[dg.Output[int]]:
    yield dg.Output(3, "odd", metadata={"n": 1})


@dg.op(ins={"after": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing))
def last() -> None:
    journal.append("last")


@dg.job
def branches() -> None:
    odd, even = sorted_out()
    total.alias("odds")([odd])
    total.alias("evens")([even])
    last(odd)


def test_optional_outputs_and_nothing() -> None:
    """An output that is not given skips its steps; an input of nothing orders two steps."""
    result = run_job(carried(jobs=[branches]), "branches")
    assert result.output_for_node("odds") == 3
    assert not [event for event in result.events_for_node("evens") if event.is_step_success]
    assert journal == ["last"]


@dg.config_mapping(config_schema={"by": int})
def simple(given: Any) -> Any:
    return {"plus": {"config": {"by": given["by"]}}}


@dg.op
def five() -> int:
    return 5


@dg.op
def difference(larger: int, smaller: int) -> int:
    return larger - smaller


@dg.graph
def pair() -> int:
    return difference(plus(five()), five())


@dg.job
def retried_graph() -> None:
    pair.with_retry_policy(dg.RetryPolicy(max_retries=1))()


def test_arguments_of_an_op_by_place() -> None:
    """Arguments by place are those of the op's parameters, in their order."""
    in_order = dg.job(name="in_order")(lambda: (pair(), None)[1])
    config = {"ops": {"pair": {"ops": {"plus": {"config": {"by": 2}}}}}}
    assert run_job(carried(jobs=[in_order]), "in_order", run_config=config).output_for_node("pair") == 2


def test_the_retry_policy_of_a_graph_is_refused() -> None:
    """Dagster ignores it, so the definitions are not carried without it."""
    with pytest.raises(NotCarriedError, match=r"^graph 'pair': its retry policy cannot be carried: Dagster follows"):
        carried(jobs=[retried_graph])


@dg.graph(config=simple)
def configured(number: int) -> int:
    return plus(number)


@dg.job
def through_mapping() -> None:
    configured(five())


def test_a_config_mapping_of_a_graph() -> None:
    """The config of a graph becomes that of its ops."""
    definitions = carried(jobs=[through_mapping])
    result = run_job(definitions, "through_mapping", run_config={"ops": {"configured": {"config": {"by": 4}}}})
    assert result.output_for_node("configured") == 9


@dg.graph_asset(group_name="made", check_specs=[])
def from_graph(trips: int) -> int:
    return plus(trips)


def test_a_graph_asset() -> None:
    """The graph's ops are Dagster's, and the asset has its facts."""
    definitions = carried(assets=[trips, from_graph])
    result = run_all(definitions, run_config={"ops": {"trips": {"config": {"required": "r"}}}})
    assert result.output_for_node("from_graph") == 3
    specs = {spec.key.to_user_string(): spec.group_name for spec in definitions.resolve_all_asset_specs()}
    assert specs["from_graph"] == "made"


chosen = dg.define_asset_job(
    "chosen",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("doubled"),
    tags={"a": "b"},
    config=dg.RunConfig(ops={"trips": Trips(required="r", rows=9)}),
    executor_def=dg.multiprocess_executor.configured({"max_concurrent": 1}),
)


def test_a_job_of_assets() -> None:
    """A selection of any kind, config and executor are carried."""
    definitions = carried(assets=[trips, doubled], asset_checks=[enough], jobs=[chosen])
    job = definitions.resolve_job_def("chosen")
    assert job.executor_def.name == "multiprocess"
    result = run_job(definitions, "chosen")
    assert list(materializations(result)) == ["trips"]
    assert result.output_for_node("trips") == 9
    assert [one.check_name for one in result.get_asset_check_evaluations()] == ["enough"]


@dg.daily_partitioned_config(start_date="2024-01-01")
def of_day(start: datetime.datetime, _end: datetime.datetime) -> Any:
    return {"ops": {"plus": {"config": {"by": start.day}}}}


@dg.job(config=of_day)
def by_day() -> None:
    plus(five())


def test_a_partitioned_config() -> None:
    """Each partition of a job has its config."""
    result = run_job(carried(jobs=[by_day]), "by_day", partition_key="2024-01-09")
    assert result.output_for_node("plus") == 14


@dg.logger(config_schema={"level": str})
def audit(context: dg.InitLoggerContext) -> Any:
    import logging  # of this logger alone

    made = logging.getLogger("audit")
    made.setLevel(context.logger_config["level"])
    return made


@dg.op
def logs(context: dg.OpExecutionContext) -> None:
    context.log.error("seen")


@dg.job(logger_defs={"audit": audit})
def logged() -> None:
    logs()


def test_a_logger_of_a_job(caplog: pytest.LogCaptureFixture) -> None:
    """A run's config turns the logger on, and `context.log` writes to it."""
    run_job(carried(jobs=[logged]), "logged", run_config={"loggers": {"audit": {"config": {"level": "ERROR"}}}})
    assert any("seen" in record.getMessage() for record in caplog.records if record.name == "audit")


# -- what lives for a step ---------------------------------------------------------------------------------------------


def session(database: Database) -> Iterator[str]:
    journal.append("begin")
    try:
        yield f"session of {database.url}"
    except BaseException as error:
        journal.append(f"roll back {type(error).__name__}")
        raise
    journal.append("commit")


class WithSessions(containers.DeclarativeContainer):
    database = dg.ResourceProvider(Database)
    session = dg.ResourceProvider(session, database).set_lifetime("step")


@dg.asset
def written(session: dg.ResourceParam[str]) -> str:
    journal.append("write")
    return session


@dg.asset(deps=[written], retry_policy=dg.RetryPolicy(max_retries=1))
def written_later(context: dg.AssetExecutionContext, session: dg.ResourceParam[str]) -> str:
    if not context.retry_number:
        raise ConnectionError
    return session


@dg.asset
async def awaited_session(session: dg.ResourceParam[str]) -> str:
    return session


def test_a_resource_of_a_step_lives_for_each_attempt() -> None:
    """Each attempt of a body opens its own, which gets the attempt's failure; what it is made of lives for the run."""
    assert run_all(carried(assets=[written, written_later], resources=WithSessions())).success
    assert journal == [
        *("open", "begin", "write", "commit"),
        *("begin", "roll back ConnectionError", "begin", "commit"),
        "close",
    ]


def test_a_resource_of_a_step_for_a_coroutine() -> None:
    """Dagster's loop runs when the body of a coroutine begins, so the resource is opened with those of the run."""
    result = run_all(carried(assets=[awaited_session], resources=WithSessions()))
    assert result.output_for_node("awaited_session") == "session of x"
    assert journal == ["open", "begin", "commit", "close"]


@dg.success_hook(required_resource_keys={"session"})
def noting(context: Any) -> None:
    journal.append(context.resources.session)


def test_a_resource_of_a_step_for_a_hook() -> None:
    """A hook opens its own, as in dagwire's run."""
    hooked = dg.asset(name="hooked", hooks={noting})(lambda: 1)
    assert run_all(carried(assets=[hooked], resources=WithSessions())).success
    assert journal == ["open", "begin", "session of x", "commit", "close"]


# -- resources of one definition ---------------------------------------------------------------------------------------


class Reader(dg.ConfigurableResource):
    database: dg.ResourceDependency[Database]


class Linked(containers.DeclarativeContainer):
    database = dg.ResourceProvider(Database)
    reader = dg.ResourceProvider(Reader, database=database)


@dg.asset(resource_defs={"database": Database(url="own")})
def bound(reader: Reader, database: Database) -> Any:
    return reader.database.url, database.url


@dg.asset
def unbound(reader: Reader) -> str:
    return reader.database.url


def test_a_resource_that_is_bound_to_one_definition() -> None:
    """It reaches whatever the step asks for, and no other step."""
    result = run_all(carried(assets=[bound, unbound], resources=Linked()))
    assert result.output_for_node("bound") == ("own", "own")
    assert result.output_for_node("unbound") == "x"


@dg.op
def reads(reader: Reader) -> str:
    return reader.database.url


@dg.job(resource_defs={"database": Database(url="the job's")})
def own_resources() -> None:
    reads()


def test_a_resource_that_is_bound_to_a_job() -> None:
    """It reaches what depends on it in that job."""
    assert run_job(carried(jobs=[own_resources], resources=Linked()), "own_resources").output_for_node("reads") == (
        "the job's"
    )


# -- schedules and sensors ---------------------------------------------------------------------------------------------


@dg.schedule(cron_schedule="0 6 * * *", job=mapped, execution_timezone="Europe/Berlin", tags={"s": "t"})
def mornings(context: dg.ScheduleEvaluationContext, database: Database) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{context.scheduled_execution_time:%F}",
        run_config={"resources": {"database": {"config": {"url": "y"}}}},
        tags={"url": database.url},
    )


@dg.schedule(cron_schedule="0 6 * * *", job=mapped)
def never() -> dg.SkipReason:
    return dg.SkipReason("not today")


@dg.sensor(job=mapped, minimum_interval_seconds=45)
def counting(context: dg.SensorEvaluationContext, database: Database) -> dg.SensorResult:
    number = int(context.cursor or 0) + 1
    return dg.SensorResult([dg.RunRequest(run_key=f"{number}")], cursor=str(number))


@dg.asset_sensor("trips", job=mapped)
def when_made(context: dg.SensorEvaluationContext, event: Any) -> dg.RunRequest:
    return dg.RunRequest(run_key=event.run_id)


@pytest.fixture(scope="module")
def ticking() -> dagster.Definitions:
    return carried(assets=[trips], schedules=[mornings, never], sensors=[counting, when_made])


def test_a_schedule(ticking: dagster.Definitions) -> None:
    """Its function gets open resources; its requests have config and tags."""
    schedule = ticking.resolve_schedule_def("mornings")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 * * *", "Europe/Berlin")
    moment = datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC)
    resources = {"database": (ticking.resources or {})["database"]}
    with dagster.build_schedule_context(scheduled_execution_time=moment, resources=resources) as context:
        result = schedule.evaluate_tick(context)
    assert result.run_requests is not None
    [request] = result.run_requests
    assert (request.run_key, request.tags["url"]) == ("2024-05-06", "x")
    assert request.run_config == {"resources": {"database": {"config": {"url": "y"}}}}
    assert journal == ["open", "close"]


def test_a_schedule_that_skips(ticking: dagster.Definitions) -> None:
    """The reason is Dagster's."""
    moment = datetime.datetime(2024, 5, 6, tzinfo=datetime.UTC)
    context = dagster.build_schedule_context(scheduled_execution_time=moment)
    assert ticking.resolve_schedule_def("never").evaluate_tick(context).skip_message == "not today"


def test_a_sensor(ticking: dagster.Definitions) -> None:
    """Cursor and requests are Dagster's."""
    sensor = ticking.resolve_sensor_def("counting")
    assert sensor.minimum_interval_seconds == 45
    resources = {"database": (ticking.resources or {})["database"]}
    with dagster.build_sensor_context(cursor="4", resources=resources) as context:
        result = sensor.evaluate_tick(context)
    assert result.run_requests is not None
    assert ([request.run_key for request in result.run_requests], result.cursor) == (["5"], "5")


def test_a_sensor_of_an_asset(ticking: dagster.Definitions) -> None:
    """Dagster's event reaches the function, and Dagster keeps the cursor."""
    with dagster.DagsterInstance.ephemeral() as instance:
        made = run_all(ticking, run_config={"ops": {"trips": {"config": {"required": "r"}}}}, instance=instance)
        context = dagster.build_sensor_context(instance=instance, definitions=ticking)
        result = ticking.resolve_sensor_def("when_made").evaluate_tick(context)
    assert result.run_requests is not None
    assert [request.run_key for request in result.run_requests] == [made.run_id]


@dg.sensor(asset_selection=[dg.AssetKey("trips")])
def growing(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    keys = dg.DynamicPartitionsDefinition(name="places")
    known = context.instance.get_dynamic_partitions("places")
    change = keys.build_add_request([f"place {len(known)}"])
    event = dg.AssetMaterialization("outside", metadata={"rows": 1})
    return dg.SensorResult(
        [dg.RunRequest(asset_selection=["trips"])], dynamic_partitions_requests=[change], asset_events=[event]
    )


def test_a_sensor_that_adds_partitions_and_reports_events() -> None:
    """It reads Dagster's dynamic partitions, and its changes and events are Dagster's."""
    definitions = carried(assets=[trips], sensors=[growing])
    with dagster.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("places", ["place 0"])
        context = dagster.build_sensor_context(instance=instance, definitions=definitions)
        result = definitions.resolve_sensor_def("growing").evaluate_tick(context)
    [change] = result.dynamic_partitions_requests or []
    assert (change.partitions_def_name, list(change.partition_keys)) == ("places", ["place 1"])
    [event] = result.asset_events
    assert event.asset_key == dagster.AssetKey("outside")
    assert result.run_requests is not None
    assert result.run_requests[0].asset_selection == [dagster.AssetKey("trips")]


@dg.sensor(job=mapped)
def asking(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    trips, outside = dg.AssetKey("trips"), dg.AssetKey("reported")
    instance = context.instance
    before = (instance.has_asset_key(trips), instance.has_asset_key(outside), trips in instance.get_asset_keys())
    instance.report_runless_asset_event(dg.AssetMaterialization("reported", metadata={"rows": 5}))
    latest, previous = instance.latest_two_materializations(outside)
    assert latest is not None
    events = instance.get_latest_materialization_events([trips])
    journal.append(f"{before} {latest.asset_materialization.metadata['rows'].value} {previous} {len(events)}")
    instance.wipe_assets([outside])
    journal.append(f"{instance.has_asset_key(outside)} {instance.is_ephemeral}")
    return dg.SkipReason("looked")


def test_an_instance_answers_by_dagsters_record() -> None:
    """A function of dagwire's that asks its instance gets what Dagster's has recorded, in dagwire's classes."""
    definitions = carried(assets=[trips], sensors=[asking])
    with dagster.DagsterInstance.ephemeral() as instance:
        run_all(definitions, run_config={"ops": {"trips": {"config": {"required": "r"}}}}, instance=instance)
        journal.clear()
        context = dagster.build_sensor_context(instance=instance, definitions=definitions)
        definitions.resolve_sensor_def("asking").evaluate_tick(context)
    assert journal == ["(True, False, True) 5 None 1", "False True"]


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS)
def after_runs(context: dg.RunStatusSensorContext) -> None: ...


@dg.multi_asset_sensor(monitored_assets=[dg.AssetKey("trips")])
def after_assets(context: dg.MultiAssetSensorEvaluationContext) -> None: ...


def test_sensors_that_read_dagwires_own_record_are_refused() -> None:
    """Sensors of runs and of several assets are named, since they would never see anything on Dagster."""
    with pytest.raises(FaultsError) as caught:
        carried(assets=[trips], sensors=[after_runs, after_assets])
    first, second = map(str, caught.value.faults)
    assert first == (
        "sensor 'after_runs' cannot be carried: it reads of runs in dagwire's own instance. Declare it with Dagster."
    )
    assert second.startswith("sensor 'after_assets' cannot be carried: it reads of several assets")


# -- what Dagster's daemon does ----------------------------------------------------------------------------------------


CONDITIONS = [
    (dg.AutomationCondition.eager(), dagster.AutomationCondition.eager()),
    (dg.AutomationCondition.on_cron("0 6 * * *"), dagster.AutomationCondition.on_cron("0 6 * * *")),
    (
        dg.AutomationCondition.missing() & ~dg.AutomationCondition.in_progress()
        | dg.AutomationCondition.newly_updated(),
        dagster.AutomationCondition.missing() & ~dagster.AutomationCondition.in_progress()
        | dagster.AutomationCondition.newly_updated(),
    ),
    (
        dg.AutomationCondition.any_deps_match(dg.AutomationCondition.missing()).since(
            dg.AutomationCondition.on_missing()
        ),
        dagster.AutomationCondition.any_deps_match(dagster.AutomationCondition.missing()).since(
            dagster.AutomationCondition.on_missing()
        ),
    ),
]


@pytest.mark.parametrize(("ours", "theirs"), CONDITIONS, ids=lambda condition: str(condition)[:30])
def test_automation_conditions(ours: Any, theirs: Any) -> None:
    """The recorded calls make Dagster's own condition."""
    one = dg.asset(name="one", automation_condition=ours)(lambda: 1)
    [spec] = carried(assets=[one]).resolve_all_asset_specs()
    assert spec.automation_condition == theirs


def test_freshness_policies() -> None:
    """Both kinds become Dagster's."""
    hour = datetime.timedelta(hours=1)
    window = dg.asset(name="window", freshness_policy=dg.FreshnessPolicy.time_window(hour))(lambda: 1)
    cron = dg.asset(name="cron", freshness_policy=dg.FreshnessPolicy.cron("0 6 * * *", hour))(lambda: 1)
    specs = {spec.key.to_user_string(): spec for spec in carried(assets=[window, cron]).resolve_all_asset_specs()}
    assert specs["window"].freshness_policy == dagster.FreshnessPolicy.time_window(hour)
    assert specs["cron"].freshness_policy == dagster.FreshnessPolicy.cron("0 6 * * *", hour)


class OwnCondition(dg.AutomationCondition):
    """A rule that only its class knows."""

    def evaluate(self, context: Any) -> Any:
        raise NotImplementedError


def test_a_condition_of_a_class_of_its_own_is_refused() -> None:
    """Dagster could not evaluate it."""
    one = dg.asset(name="one", automation_condition=OwnCondition())(lambda: 1)
    with pytest.raises(
        NotCarriedError, match=r"^asset 'one': the automation condition .* Give it in Dagster's definitions"
    ):
        carried(assets=[one])


class Outer(containers.DeclarativeContainer):
    inner = providers.Container(Container)


@dg.asset
def asks(database: Annotated[Database, Provide["inner.database"]]) -> str:
    return database.url


def test_names_with_dots_are_dagsters_names() -> None:
    """The key of a nested container is asked for under Dagster's name."""
    assert run_all(carried(assets=[asks], resources=Outer())).output_for_node("asks") == "x"


def test_an_observable_source_asset_is_refused() -> None:
    """The function that looks at an asset stays here, so an asset that has one is refused."""

    @dg.observable_source_asset
    def prices() -> dg.DataVersion:
        return dg.DataVersion("1")

    with pytest.raises(NotCarriedError, match="prices"):
        to_dagster(dg.Definitions([prices]))
