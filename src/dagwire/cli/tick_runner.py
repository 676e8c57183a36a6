"""Evaluate a schedule or sensor once, run what it requests, keep its state for the next tick."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import typer

from dagwire.cli.exit_codes import refuse_unknown
from dagwire.cli.failures import summary_of
from dagwire.cli.job_runner import run_with_progress
from dagwire.cli.launch import Launch, RunSettings
from dagwire.cli.run_summary import Run
from dagwire.cli.session import Session
from dagwire.cli.signals import Interrupts
from dagwire.definitions.automation.due_times import last_due, next_due, zone_of
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.schedule_context import build_schedule_context
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.sensor_context import build_sensor_context
from dagwire.definitions.automation.tick import TickDefinition
from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.automation.tick_results import TickResult
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.lineage import resolved_schedules
from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.errors import DagwireError, TickFailedError
from dagwire.history.ticks import TickRecord, TickState
from dagwire.resources.instance import DagsterInstance

AnyTick = ScheduleDefinition | SensorDefinition


@dataclass(slots=True)
class TickReport:
    """The result of one tick."""

    tick: AnyTick
    scheduled_for: str | None = None
    """The moment that a schedule was asked for."""
    result: TickResult | None = None
    """The answer; None if it was not evaluated."""
    requests: Sequence[RunRequest] = ()
    """The requests that were new."""
    known_run_keys: list[str] = field(default_factory=list[str])
    """The run keys of requests that were not new: their runs ended in an earlier tick."""
    why_none: str | None = None
    """Why nothing was requested."""
    runs: list[Run] = field(default_factory=list[Run])
    not_started: list[str] = field(default_factory=list[str])
    """Why runs could not start."""

    @property
    def failures(self) -> list[str]:
        """The failures of a run status sensor, each for one run."""
        reactions = () if self.result is None else self.result.dagster_run_reactions
        return [
            f"{self.tick.label} failed for run {one.dagster_run and one.dagster_run.run_id}: {summary_of(one.error)}"
            for one in reactions
            if one.error is not None
        ]

    @property
    def is_fine(self) -> bool:
        """Whether every run that was requested went well."""
        return not self.not_started and not self.failures and all(run.is_fine for run in self.runs)


def all_ticks(defs: Definitions) -> list[AnyTick]:
    """Every schedule and sensor."""
    return [*resolved_schedules(defs), *defs.sensors]


def find_tick(defs: Definitions, name: str, *, traceback: bool = False) -> AnyTick:
    """The schedule or sensor of that name.

    Raises:
        typer.Exit: There is none, which ends the command.
    """
    by_name = {tick.name: tick for tick in all_ticks(defs)}
    refuse_unknown("schedule or sensor", name, by_name, traceback=traceback)
    return by_name[name]


class Ticker:
    """Ticks one schedule or sensor; lives as long as the command."""

    def __init__(
        self, defs: Definitions, tick: AnyTick, session: Session, interrupts: Interrupts, settings: RunSettings
    ) -> None:
        """`session` has what earlier ticks left."""
        self._defs = defs
        self._tick = tick
        self._session = session
        self._interrupts = interrupts
        self._settings = settings

    def tick(self, at: datetime | None = None) -> TickReport:
        """Ask, run what is requested, and keep cursor and run keys.

        The cursor is kept when all that was requested has run, well or not. Where a run could not start, or the process
        ends before, the next tick is given the old one; run keys keep it from running twice what has ended.

        Args:
            at: The moment, of a schedule, to ask for; the last one it was due at by default, and that once only.

        Raises:
            AlreadyTickingError: Another process is at it.
            DagwireError: It could not be asked. Nothing was run or kept.
        """
        instance = self._session.instance
        with self._record() as record:
            state = record.state
            ticked = self._asked(state, at, instance)
            state.ticked_at = time.time()
            if ticked.result is None:
                return ticked
            for change in ticked.result.dynamic_partitions_requests:
                change.apply_to(instance)
            for event in ticked.result.asset_events:
                if isinstance(event, AssetMaterialization):  # an instance keeps nothing of the others
                    instance.report_runless_asset_event(event)
            for request in ticked.requests:
                if self._run(request, ticked) and request.run_key is not None:
                    state.run_keys.append(request.run_key)
                    record.save()
            if not ticked.not_started:
                state.cursor = ticked.result.cursor
                if ticked.scheduled_for is not None:
                    state.remember_tick(datetime.fromisoformat(ticked.scheduled_for), by_hand=at is not None)
                record.save()
            self._session.flush()
            return ticked

    def ask(self, at: datetime | None = None) -> TickReport:
        """Ask alone: nothing is run, and nothing is kept."""
        known = self._session.instance
        with self._record() as record:
            copied = DagsterInstance(known.dynamic_partitions, known.latest_materializations)
            return self._asked(record.state, at, copied)

    def is_due(self) -> bool:
        """Whether the time between two ticks of a sensor has passed; a schedule knows itself when it is due."""
        if not isinstance(self._tick, SensorDefinition):
            return True
        with self._record() as record:
            ticked_at = record.state.ticked_at
            return ticked_at is None or time.time() - ticked_at >= self._tick.minimum_interval_seconds

    def _record(self) -> AbstractContextManager[TickRecord]:
        state = self._session.needed_state("`dagwire tick`")
        return TickRecord.locked(state.connection, state.file, self._tick)

    def _asked(self, state: TickState, at: datetime | None, instance: DagsterInstance) -> TickReport:
        if isinstance(self._tick, SensorDefinition):
            sensor_context = build_sensor_context(
                instance, state.cursor, resources=self._defs.container, definitions=self._defs
            )
            return self._answered(_evaluated(self._tick, sensor_context), state, None)
        now = datetime.now(UTC)
        moment = last_due(self._tick, now) if at is None else _in_zone(at, self._tick)
        if state.has_ticked_for(moment, by_hand=at is not None):
            then = next_due(self._tick, now).isoformat()
            why = f"it was asked for {moment.isoformat()} before; it is due again at {then}"
            return TickReport(self._tick, moment.isoformat(), why_none=why)
        schedule_context = build_schedule_context(instance, moment, self._defs.container, self._defs)
        return self._answered(_evaluated(self._tick, schedule_context), state, moment.isoformat())

    def _answered(self, result: TickResult, state: TickState, scheduled_for: str | None) -> TickReport:
        new: list[RunRequest] = []
        known: list[str] = []
        keys = set(state.run_keys)
        for request in result.run_requests:
            if request.run_key in keys:
                known.append(request.run_key)
            else:
                new.append(request)
                keys.update([request.run_key] if request.run_key else ())
        return TickReport(self._tick, scheduled_for, result, new, known, result.skip_message)

    def _run(self, request: RunRequest, ticked: TickReport) -> bool:
        """Run what is requested. If it cannot start, report that and return False: the others have their turn."""
        name = request.job_name or self._tick.job_name
        shown = f"{name}, partition {request.partition_key}" if request.partition_key else name
        typer.echo(f"{self._tick.label} requests {shown}:")
        try:
            job = self._defs.resolve_job_def(name).subset(asset_selection=request.asset_selection)
            launch = Launch(job, request.partition_key, request.tags, request.run_config)
            ticked.runs.append(run_with_progress(launch, self._settings, self._session, self._interrupts))
        except DagwireError as error:
            ticked.not_started.append(f"{shown}: {type(error).__name__}: {error}")
            typer.echo(f"Not started: {ticked.not_started[-1]}", err=True)
            return False
        return True


def _evaluated(tick: TickDefinition[Any], context: TickContext) -> TickResult:
    """Evaluate `tick`.

    Raises:
        TickFailedError: Its function raised. The cause is chained.
    """
    try:
        return tick.evaluate_tick(context)
    except DagwireError:
        raise
    except Exception as cause:
        raise TickFailedError(tick.label, cause) from cause


def _in_zone(moment: datetime, schedule: ScheduleDefinition) -> datetime:
    zone = zone_of(schedule)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
