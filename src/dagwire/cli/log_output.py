"""The log of a command: everything that `logging` is given, on standard error and in a file."""

import logging
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console

from dagwire.cli.log_lines import FORMATS, FactsOfRecord
from dagwire.cli.printing import new_console
from dagwire.resources.log_manager import get_dagster_logger

IS_PROGRESS = "is_progress"
"""The attribute of records that a live table shows anyway."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """The options of a command's log."""

    levels: Mapping[str, int] = field(default_factory=lambda: {"": logging.INFO})
    """`{logger: level}`; "" is the level of all that have none of their own."""
    log_format: str = "text"
    file: Path | None = None
    traceback: bool = False

    @classmethod
    def of(
        cls, levels: Sequence[str] | None, log_format: str | None, file: Path | None, *, traceback: bool
    ) -> "LogOptions":
        """Read the options of a command.

        Raises:
            typer.BadParameter: There is no such level.
        """
        level_by_logger = {"": logging.INFO, **dict(_read_level(text) for text in levels or ())}
        # A run lets the loggers of `get_dagster_logger` pass everything, so that its own loggers choose.
        level_by_logger.setdefault(get_dagster_logger().name, level_by_logger[""])
        return cls(level_by_logger, log_format or "text", file, traceback)


def _read_level(text: str) -> tuple[str, int]:
    """The logger and its level in `LEVEL` or `LOGGER=LEVEL`."""
    name, _, level = text.rpartition("=")
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        msg = f"'{level}' is not a level; there are: DEBUG, INFO, WARNING, ERROR, CRITICAL."
        raise typer.BadParameter(msg, param_hint="--log-level")
    return name, known[level.upper()]


@dataclass(frozen=True, slots=True)
class LogOutput:
    """The log while a command works."""

    console: Console
    """Standard error. Lines are printed above what is live on it."""
    facts: FactsOfRecord
    is_live: bool
    """Whether a table of the steps may redraw itself there."""


@contextmanager
def logging_to(options: LogOptions) -> Generator[LogOutput]:
    """Write all records to standard error, and to a file if `options` name one, while the block runs.

    A handler that the program itself has put on the terminal is put aside: each record would be shown twice.

    Raises:
        typer.BadParameter: The file cannot be written. The block has not begun.
    """
    console, facts = new_console(stderr=True), FactsOfRecord()
    is_live = console.is_terminal and options.log_format == "text"
    with ExitStack() as stack:
        handlers: list[logging.Handler] = [_ConsoleHandler(console, is_live=is_live)]
        if options.file is not None:
            handlers.append(stack.enter_context(_opened(options.file)))
        for handler in handlers:
            handler.setFormatter(FORMATS[options.log_format](all_frames=options.traceback))
            handler.addFilter(facts)
        stack.enter_context(_handlers_of_root(handlers))
        for name, level in options.levels.items():
            stack.enter_context(_level_of(logging.getLogger(name or None), level))
        yield LogOutput(console, facts, is_live)


@contextmanager
def _opened(file: Path) -> Generator[logging.FileHandler]:
    try:
        handler = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        msg = f"'{file}' cannot be written: {error.strerror}."
        raise typer.BadParameter(msg, param_hint="--log-file") from None
    try:
        yield handler
    finally:
        handler.close()


@contextmanager
def _handlers_of_root(handlers: Sequence[logging.Handler]) -> Generator[None]:
    root = logging.getLogger()
    before = list(root.handlers)
    root.handlers[:] = [*(handler for handler in before if handler not in _on_terminal(before)), *handlers]
    try:
        yield
    finally:
        root.handlers[:] = before


def _on_terminal(handlers: Sequence[logging.Handler]) -> Iterator[logging.Handler]:
    streams = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    for handler in handlers:
        kind: object = type(handler)  # its subclasses write to files
        if kind is logging.StreamHandler and getattr(handler, "stream", None) in streams:
            yield handler


@contextmanager
def _level_of(logger: logging.Logger, level: int) -> Generator[None]:
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)


class _ConsoleHandler(logging.Handler):
    """Prints each record on standard error, above what is live there."""

    def __init__(self, console: Console, *, is_live: bool) -> None:
        super().__init__()
        self._console = console
        self._is_live = is_live

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record; progress only if no table shows it."""
        if not (self._is_live and getattr(record, IS_PROGRESS, False)):
            self._console.print(self.format(record), soft_wrap=True, style=_style_of(record.levelno))


def _style_of(level: int) -> str | None:
    return "red" if level >= logging.ERROR else "yellow" if level >= logging.WARNING else None
