"""The loggers that the config of a run names: checked with the plan, made with the run."""

import atexit
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.errors import DagwireError, InvalidConfigError
from dagwire.execution.current_step import current_context
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.resources.console_loggers import default_loggers
from dagwire.resources.default_console import SilentHandler, console, is_shown
from dagwire.resources.log_manager import DagsterLogManager, Loggers, get_dagster_logger, log
from dagwire.resources.logger_definition import LoggerDefinition
from dagwire.suggestions import nearest

_FAILURES = frozenset({DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE, DagsterEventType.HOOK_ERRORED})


class ConfiguredLogger(NamedTuple):
    """A logger with its checked config; it is not made yet."""

    definition: LoggerDefinition
    config: Any


def configured_loggers(
    job: JobDefinition, sections: Mapping[str, object]
) -> tuple[tuple[ConfiguredLogger, ...], list[DagwireError]]:
    """Return the loggers that run config names, and the faults of their config.

    Args:
        job: The job that runs.
        sections: `{name: {"config": config}}`, the section "loggers" of its run config.
    """
    if not sections:
        return (), []
    known = job.logger_defs or default_loggers()
    found: list[ConfiguredLogger] = []
    faults: list[DagwireError] = []
    for name, section in sections.items():
        try:
            found.append(_configured(job, known, name, section))
        except InvalidConfigError as fault:
            faults.append(fault)
    return tuple(found), faults


def _configured(
    job: JobDefinition, known: Mapping[str, LoggerDefinition], name: str, section: object
) -> ConfiguredLogger:
    if name not in known:
        guess = nearest(name, known)
        hint = f" Did you mean '{guess}'?" if guess else f" There are: {', '.join(known)}."
        raise InvalidConfigError(f"job '{job.name}'", [f"loggers.{name}: the job has no such logger.{hint}"])
    if section is not None and not (is_mapping(section) and section.keys() <= {"config"}):
        raise InvalidConfigError(f"job '{job.name}'", [f'loggers.{name}: write its config under "config"'])
    given = section.get("config") if section else None
    return ConfiguredLogger(known[name], known[name].config_from(given, f"logger '{name}'"))


def made_loggers(configured: tuple[ConfiguredLogger, ...], job: JobDefinition, run_id: str) -> list[logging.Logger]:
    """Make the loggers of a run; the logger `dagwire` if its config names none."""
    _forward_module_loggers()
    return [one.definition.make(one.config, job, run_id) for one in configured] or [log]


class _ForwardToRun(SilentHandler):
    """Passes records of `get_dagster_logger` to where `context.log` of the current step writes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record to the loggers of the run in whose step it was logged."""
        context = current_context()
        if context is None:
            _write_outside_runs(record)
        elif log not in context.loggers:
            _write_to(context.log, record)
        elif not is_shown(_MODULE_LOGGERS):
            _write_to(DagsterLogManager(context.log.extra or {}, (console,)), record)


def _write_to(run_log: DagsterLogManager, record: logging.LogRecord) -> None:
    run_log.log(record.levelno, "%s", record.getMessage(), exc_info=record.exc_info)


def _write_outside_runs(record: logging.LogRecord) -> None:
    """Do the work of `logging.lastResort`, which a program without handlers would get if this one were not there."""
    last = logging.lastResort
    if last is not None and record.levelno >= last.level and not logging.root.handlers:
        last.handle(record)


_FORWARD = _ForwardToRun()
_MODULE_LOGGERS = get_dagster_logger()


def _forward_module_loggers() -> None:
    if _FORWARD in _MODULE_LOGGERS.handlers:
        return
    _MODULE_LOGGERS.addHandler(_FORWARD)
    # The tree of loggers goes last when Python ends, and keeps with this handler every module that it reaches: DuckDB's
    # extension then prints a page about objects that leaked.
    atexit.register(_MODULE_LOGGERS.removeHandler, _FORWARD)
    if _MODULE_LOGGERS.level == logging.NOTSET:
        _MODULE_LOGGERS.setLevel(logging.DEBUG)


def write_event(event: DagsterEvent, loggers: Loggers) -> None:
    """Write an event to loggers that run config names: failures as errors, all others for debugging."""
    level = "ERROR" if event.event_type in _FAILURES else "DEBUG"
    facts = {"job_name": event.run.job_name, "run_id": event.run.run_id, "step_key": event.step_key}
    text = f"{event.event_type.name} - {event.message}"
    DagsterLogManager(facts, loggers).log(level, text)
