"""Schedules and sensors: the resources, answers and errors of a tick."""

import datetime as dt

import pytest
from pydantic import PrivateAttr

import dagwire as dg
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, MissingResourceError, UnexpectedResultError

MIDNIGHT = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
happened = []


class Db(dg.ConfigurableResource):
    """A resource that knows whether it is open."""

    name: str = "db"
    _is_open: bool = PrivateAttr(default=False)

    def setup_for_execution(self, context):
        """Open."""
        happened.append(f"open {self.name}")
        self._is_open = True

    def teardown_after_execution(self, context):
        """Close."""
        happened.append(f"close {self.name}")


@pytest.fixture(autouse=True)
def _nothing_happened():
    happened.clear()


def test_a_tick_opens_what_it_needs_and_closes_it():
    """Resources are open for the function, generators included, and no others are opened."""

    @dg.sensor(job_name="load")
    def arrivals(db: Db):
        happened.append("asked")
        yield dg.RunRequest(run_key="1")

    context = dg.build_sensor_context(resources={"db": Db(), "other": Db(name="other")})
    assert [request.run_key for request in arrivals.evaluate_tick(context).run_requests] == ["1"]
    assert happened == ["open db", "asked", "close db"]


def test_a_failing_tick_closes_too():
    """The function's own exception is raised, and everything is closed."""

    @dg.sensor(job_name="load")
    def arrivals(db: Db):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        arrivals.evaluate_tick(dg.build_sensor_context(resources={"db": Db()}))
    assert happened == ["open db", "close db"]


@pytest.mark.parametrize(
    ("answer", "keys", "message"),
    [
        (dg.RunRequest("a"), ["a"], None),
        ([dg.RunRequest("a"), dg.RunRequest("b")], ["a", "b"], None),
        (dg.SensorResult(run_requests=[dg.RunRequest("a")]), ["a"], None),
        (dg.SensorResult(skip_reason="later"), [], "later"),
        (dg.SkipReason("holiday"), [], "holiday"),
        (None, [], "Sensor function returned an empty result"),
        ([], [], "Sensor function returned an empty result"),
    ],
    ids=repr,
)
def test_answers_of_a_tick(answer, keys, message):
    """A sensor returns requests, a reason, a result with both, or nothing."""
    tick = dg.sensor(job_name="load", name="arrivals")(lambda: answer)
    result = tick.evaluate_tick(dg.build_sensor_context(cursor="5"))
    assert [request.run_key for request in result.run_requests] == keys
    assert (result.skip_message, result.cursor) == (message, "5")


def test_an_answer_that_is_none_is_refused():
    """Any other answer is an error that names the sensor."""
    with pytest.raises(UnexpectedResultError, match="arrivals"):
        dg.sensor(job_name="load", name="arrivals")(lambda: 5).evaluate_tick(dg.build_sensor_context())


def test_requests_have_the_tags_of_their_tick():
    """Every request has the name of its schedule and its partition as tags; the schedule's own tags are its own."""

    @dg.schedule("0 0 1 * *", job_name="load", tags={"team": "a"})
    def monthly():
        return dg.RunRequest(partition_key="2024-02")

    [request] = monthly.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=MIDNIGHT)).run_requests
    assert request.tags == {"dagster/schedule_name": "monthly", "dagster/partition": "2024-02"}


def test_a_cursor_is_left_for_the_next_tick():
    """The cursor that the function sets, by context or result, is the cursor of the tick's result."""

    @dg.sensor(job_name="load")
    def arrivals(context):
        context.update_cursor("7")

    assert arrivals.evaluate_tick(dg.build_sensor_context(cursor="5")).cursor == "7"
    tick = dg.sensor(job_name="load", name="s")(lambda: dg.SensorResult(cursor="8"))
    assert tick.evaluate_tick(dg.build_sensor_context()).cursor == "8"


def test_a_tick_that_lacks_a_resource_opens_nothing():
    """The error names the missing key and the definition that requires it."""

    @dg.sensor(job_name="load", required_resource_keys={"other"})
    def arrivals(context, db: Db):
        pass

    with pytest.raises(MissingResourceError, match="'other', asked for by sensor 'arrivals'"):
        arrivals.evaluate_tick(dg.build_sensor_context(resources={"db": Db()}))
    assert happened == []


def test_what_a_tick_cannot_be_given_is_refused():
    """A second parameter that is not a resource is refused at declaration, with the fix; the first is the context."""
    with pytest.raises(InvalidDefinitionError, match="ResourceParam"):
        dg.sensor(job_name="load", name="arrivals")(lambda context, rows: None)
    with pytest.raises(InvalidDefinitionError, match="takes rows, more"):
        dg.asset_sensor("trips", job_name="load", name="arrivals")(lambda context, rows, more: None)


def test_what_a_tick_takes_for_its_context_is_held_to_it():
    """A first parameter whose annotation no context fits is refused: it was meant to be a resource."""

    def arrivals(db: int) -> None:
        """Return nothing."""

    with pytest.raises(InvalidDefinitionError, match="annotates 'db' as int, and that is not a context"):
        dg.sensor(job_name="load")(arrivals)


def test_a_tick_without_a_job_is_refused():
    """A schedule without a job is refused, and the request of a sensor without one; the message has the ways out."""
    with pytest.raises(InvalidDefinitionError, match="names no job; pass `job=`"):
        dg.ScheduleDefinition("daily", cron_schedule="@daily")
    arrivals = dg.sensor(name="arrivals")(lambda: dg.RunRequest(run_key="1"))
    with pytest.raises(UnexpectedResultError, match="has no job; pass `job=`"):
        arrivals.evaluate_tick(dg.build_sensor_context())


@pytest.mark.parametrize("line", ["nope", "61 * * * *", "0 0 31 2 *", "* * *", "0 0 * * * *", "@never"])
def test_wrong_cron_lines_are_refused(line):
    """A cron line is refused for too few or too many fields, values out of range, or days that never come."""
    with pytest.raises(InvalidDefinitionError, match="not a cron line"):
        dg.ScheduleDefinition("daily", cron_schedule=line, job_name="load")


@pytest.mark.parametrize("line", ["0 3 * * *", "*/5 * * * MON-FRI", "@daily", ["0 3 * * *", "0 4 1 * *"]])
def test_cron_lines_that_are_taken(line):
    """Cron lines, cron words, and lists of lines are accepted."""
    assert dg.ScheduleDefinition("daily", cron_schedule=line, job_name="load").cron_schedule == line


def test_a_schedule_of_parts():
    """Config, tags and whether to run may be functions of the context, or of nothing."""
    runs = dg.ScheduleDefinition(
        "daily",
        cron_schedule="0 3 * * *",
        job_name="load",
        run_config_fn=lambda context: {"ops": {"x": {"config": {"day": context.scheduled_execution_time.day}}}},
        tags_fn=lambda: {"a": "b"},
        should_execute=lambda context: context.scheduled_execution_time.day == 1,
    )
    [request] = runs.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=MIDNIGHT)).run_requests
    assert request.run_config["ops"] == {"x": {"config": {"day": 1}}}
    assert request.tags["a"] == "b"
    skipped = runs.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=MIDNIGHT + dt.timedelta(days=1)))
    assert (skipped.run_requests, skipped.skip_message) == ([], "should_execute function for daily returned false.")
    with pytest.raises(InvalidInvocationError, match="evaluate_tick"):
        runs()


def test_a_schedule_of_partitions():
    """Each tick requests the time window that has just ended, under its own run key."""
    months = dg.MonthlyPartitionsDefinition("2024-01", fmt="%Y-%m")
    job = dg.define_asset_job("load", partitions_def=months)
    monthly = dg.build_schedule_from_partitioned_job(job, hour_of_day=3)
    assert (monthly.name, monthly.cron_schedule, monthly.execution_timezone) == ("load_schedule", "0 3 1 * *", "UTC")
    [request] = monthly.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=MIDNIGHT)).run_requests
    assert (request.partition_key, request.run_key) == ("2024-02", "2024-02")
    early = monthly.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    )
    assert early.skip_message == "The job's PartitionsDefinition has no partitions"


def test_a_schedule_of_partitions_is_checked_with_its_definitions():
    """`validate_loadable` finds a schedule that follows partitions which its assets do not have."""
    rows = dg.asset(lambda: 3, name="rows")
    job = dg.define_asset_job("load", selection=[rows])
    defs = dg.Definitions(assets=[rows], schedules=[dg.build_schedule_from_partitioned_job(job)])
    with pytest.raises(InvalidDefinitionError, match="'load'"):
        dg.Definitions.validate_loadable(defs)
    assert defs.job_names == ["load"]


def test_a_target_is_a_job_of_assets():
    """`target=` of a schedule or sensor makes a job of the selected assets, which `Definitions` knows."""
    rows = dg.asset(lambda: 3, name="rows")
    daily = dg.ScheduleDefinition("daily", cron_schedule="0 3 * * *", target=[rows])
    defs = dg.Definitions(assets=[rows], schedules=[daily])
    assert defs.get_job_def(daily.job_name).execute_in_process().asset_value("rows") == 3
