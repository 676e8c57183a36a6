"""The failure of a Dagster step, for the resources that are closed after it: Dagster raises it in none of them."""

import os
import sys
import time
from typing import Any

import dagster as dg

from dagwire.errors import DagsterStepError

_ENDS = {dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.STEP_UP_FOR_RETRY, dg.DagsterEventType.STEP_SUCCESS}


class StepWatch:
    """The time and the error in force when the resources of a pass were opened; lives as long as they are open."""

    def __init__(self, context: dg.InitResourceContext) -> None:
        """Note both, so that an earlier failure is not taken for this step's."""
        self._context = context
        self._opened_at = time.time()
        self._error_before = sys.exc_info()[1]

    def failure(self) -> BaseException | None:
        """The error that ends the step: the real one where Python still has it, else one with Dagster's text of it."""
        error = sys.exc_info()[1]
        if error is not None and error is not self._error_before and not isinstance(error, GeneratorExit):
            return error
        return self._recorded()

    def _recorded(self) -> DagsterStepError | None:
        run_id, instance = run_id_of(self._context), self._context.instance
        if run_id is None or instance is None:
            return None
        ends: list[Any] = [one.dagster_event for one in instance.all_logs(run_id, of_type=_ENDS) if self._is_ours(one)]
        last_by_step = {event.step_key: event for event in ends}  # an attempt that was tried again may have succeeded
        return next((_error_of(event) for event in last_by_step.values() if not event.is_step_success), None)

    def _is_ours(self, entry: Any) -> bool:
        """Whether `entry` is about the step of this process: other processes write into the same record."""
        log: Any = self._context.log
        step = (log.metadata if log is not None else {}).get("step_key")
        event = entry.dagster_event
        is_here = event.pid == os.getpid() and entry.timestamp >= self._opened_at
        return is_here and step in {None, event.step_key}


def run_id_of(context: dg.InitResourceContext) -> str | None:
    """The run's id; None outside a run, as in a tick. The attribute of this name is deprecated."""
    run: Any = context.run
    return None if run is None else run.run_id


def _error_of(event: Any) -> DagsterStepError:
    error = event.event_specific_data.error
    cause = error.cause or error
    return DagsterStepError(event.step_key, cause.message.strip())
