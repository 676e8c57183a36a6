"""Records of `logging` as lines for people or as JSON for programs, each with its run, step and resource."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from dagwire.cli.failures import failure_text
from dagwire.execution.current_step import current_context
from dagwire.resources.log_manager import CURRENT_RESOURCE, log

_FACTS = ("run_id", "job_name", "step_key", "resource")
_OWN_LOGGERS = (log.name, "dagster", "dagster.builtin")
"""The loggers of contexts and of `get_dagster_logger`: their names add nothing to a line."""
_SHOWN_OF_A_RUN_ID = 8


class FactsOfRecord(logging.Filter):
    """Adds to each record the run, step and resource that it belongs to, whoever logs; lives as long as a command."""

    def __init__(self) -> None:
        """No run is under way."""
        super().__init__()
        self.facts_of_run: Mapping[str, str] = {}
        """The `run_id` and `job_name` of the run that is under way."""
        self.shown_names: Mapping[str, str] = {}
        """`{step: how it is shown}`, for those whose names say more."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the facts; keep every record."""
        context = None if getattr(record, "step_key", None) else current_context()
        facts: Mapping[str, object] = {"resource": CURRENT_RESOURCE.get(), **self.facts_of_run}
        if context is not None:
            facts = {**facts, **(context.log.extra or {})}
        for name in _FACTS:
            if getattr(record, name, None) is None:
                setattr(record, name, facts.get(name))
        record.shown_step = self.shown_names.get(_fact(record, "step_key"), _fact(record, "step_key"))
        return True


def _fact(record: logging.LogRecord, name: str) -> str:
    return str(getattr(record, name, None) or "")


class _WithFailure(logging.Formatter):
    """Writes the failure of a record without the frames of dagwire, unless all are wanted."""

    def __init__(self, *, all_frames: bool) -> None:
        super().__init__()
        self._all_frames = all_frames

    def failure_in(self, record: logging.LogRecord) -> str | None:
        """The traceback of a record's exception; None if it has none."""
        error = record.exc_info[1] if record.exc_info else None
        return None if error is None else failure_text(error, all_frames=self._all_frames)


class LineFormatter(_WithFailure):
    """Writes time, level, run, step and message as one line; a failure follows with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        time = datetime.fromtimestamp(record.created).astimezone().isoformat(" ", "seconds")
        run = _fact(record, "run_id")[:_SHOWN_OF_A_RUN_ID]
        head = " ".join(part for part in (time, f"{record.levelname:<7}", run) if part)
        failure = self.failure_in(record)
        return f"{head} {_subject(record)}{record.getMessage()}" + (f"\n{failure}" if failure else "")


def _subject(record: logging.LogRecord) -> str:
    """The part of the program that speaks: its step, its resource, and a library's logger."""
    resource = _fact(record, "resource")
    is_own = record.name in _OWN_LOGGERS
    parts = (_fact(record, "shown_step"), f"resource {resource}" if resource else "", "" if is_own else record.name)
    return "".join(f"{part}: " for part in parts if part)


class JsonFormatter(_WithFailure):
    """Writes one JSON object for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; a fact that it lacks is null."""
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "run_id": _fact(record, "run_id") or None,
            "job": _fact(record, "job_name") or None,
            "step": _fact(record, "step_key") or None,
            "resource": _fact(record, "resource") or None,
            "failure": self.failure_in(record),
        }
        return json.dumps(facts, ensure_ascii=False)


FORMATS: Mapping[str, Callable[..., logging.Formatter]] = {"text": LineFormatter, "json": JsonFormatter}
"""`{name: formatter}`, the choices of `--log-format`."""
