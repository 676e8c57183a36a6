"""`DagsterLogManager`: the `log` of contexts. `get_dagster_logger`: a logger for functions that get no context."""

import logging
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from dagwire.resources.default_console import console, is_shown

log: logging.Logger = logging.getLogger("dagwire")

EPHEMERAL_RUN_ID: str = "EPHEMERAL"
"""The run id of contexts built by hand."""

Loggers = Sequence[logging.Logger]

CURRENT_RESOURCE: ContextVar[object] = ContextVar("dagwire_resource", default=None)
"""The name of the resource that is opened or closed here; whatever logs meanwhile speaks for it."""


def get_dagster_logger(name: str | None = None) -> logging.Logger:
    """Return a logger for code that has no context; `name` is the part of the program that logs."""
    return logging.getLogger(f"dagster.builtin.{name}" if name else "dagster.builtin")


class DagsterLogManager(logging.LoggerAdapter[logging.Logger]):
    """The `log` of a context: each record has the facts of the run and of the step as attributes.

    It writes to the loggers that the run's config names, or else to the logger `dagwire` of the standard library. A
    program that has not set up `logging` finds the lines on standard error.
    """

    def __init__(self, facts: Mapping[str, object], loggers: Loggers = (log,)) -> None:
        """Write records to `loggers`, which may change until something is logged.

        Each of `facts`, such as `run_id`, becomes an attribute of each record.
        """
        super().__init__(loggers[0], dict(facts))
        self._facts = dict(facts)
        self._loggers = loggers

    def with_tags(self, **tags: str) -> "DagsterLogManager":
        """Return a log whose records have more attributes."""
        return DagsterLogManager({**self._facts, **tags}, self._loggers)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802  # the standard library's name
        """Whether any of its loggers takes records of a level."""
        return any(logger.isEnabledFor(level) for logger in self._loggers) or self._needs_console()

    def _needs_console(self) -> bool:
        return log in self._loggers and not is_shown(log)

    def warn(self, msg: object, *args: object, **kwargs: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # without the warning of the standard library's
        """Log a warning; `warning` under its old name."""
        self.log(logging.WARNING, msg, *args, **kwargs)

    def log(self, level: int | str, msg: object, *args: object, **kwargs: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  # a level may be a name
        """Log a message at a level, which may be a number or a name.

        Raises:
            ValueError: There is no level of that name.
        """
        number = level_number(level)
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        kwargs["extra"] = {**self._facts, **(kwargs.get("extra") or {})}
        for logger in self._loggers:
            if logger.isEnabledFor(number) and (logger is not log or log.hasHandlers()):
                self._write(logger, number, msg, args, kwargs)
        if self._needs_console():
            self._write(console, number, msg, args, kwargs)

    def _write(
        self, logger: logging.Logger, number: int, msg: object, args: tuple[object, ...], kwargs: dict[str, Any]
    ) -> None:
        if logger is log:
            logger.log(number, msg, *args, **{**kwargs, "stacklevel": kwargs["stacklevel"] + 1})
            return
        # A logger that the run's config names may write to a file of many runs, so the message names its run.
        prefix = " - ".join(str(fact) for name in _PREFIX if (fact := self._facts.get(name)) not in _NO_FACTS)
        text = f"{prefix} - {msg}".lstrip(" -") if not args else f"{prefix.replace('%', '%%')} - {msg}".lstrip(" -")
        meta = {**self._facts, "orig_message": str(msg) % args if args else str(msg)}
        options: dict[str, Any] = {**kwargs, "stacklevel": kwargs["stacklevel"] + 1}
        options["extra"] = {**kwargs["extra"], "dagster_meta": meta}
        logger.log(number, text, *args, **options)


DEFAULT_LOG: DagsterLogManager = DagsterLogManager({})
"""The log of contexts that belong to no run."""

_PREFIX = ("job_name", "run_id", "step_key")
_NO_FACTS = (None, EPHEMERAL_RUN_ID)


def level_number(level: int | str) -> int:
    """Return the number of a level, which may be its name.

    Raises:
        ValueError: There is no level of that name.
    """
    if isinstance(level, int):
        return level
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        msg = f"'{level}' is not a level of logging; there are: {', '.join(sorted(known))}"
        raise ValueError(msg)
    return known[level.upper()]
