"""Lines of `context.log` in a program that has not set up `logging`, and in one that has."""

import io
import logging
from contextlib import contextmanager

import pytest

from dagwire import build_op_context, get_dagster_logger, job, op
from dagwire.resources.default_console import is_shown
from dagwire.resources.log_manager import DEFAULT_LOG

DAGWIRE = logging.getLogger("dagwire")


@op
def talk(context):
    """Log a line of its own, and one as a module does."""
    context.log.info("a line")
    get_dagster_logger().info("a module's line")


@job
def talking():
    """Log two lines."""
    talk()


@pytest.fixture
def shown():
    """The text that a handler of the root logger shows; no handler but this one."""

    class Shown(io.TextIOBase):
        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text
            return len(text)

    stream = Shown()
    handler = logging.StreamHandler(stream)
    logging.root.addHandler(handler)
    yield stream
    logging.root.removeHandler(handler)


@contextmanager
def no_handlers():
    """Take the handlers of pytest off, which it puts back for each phase of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.root, "handlers", [])
        yield


def test_no_handlers_at_all(capsys):
    """A program without any handler sees each line once, with its run."""
    with no_handlers():
        result = talking.execute_in_process()
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" - dagwire - ")[2] for line in lines] == [
        f"INFO - talking - {result.run_id} - talk - a line",
        f"INFO - talking - {result.run_id} - talk - a module's line",
    ]


def test_a_warning_is_not_written_twice(capsys):
    """The standard library's handler of last resort stays out: a warning is one line."""
    with no_handlers():
        build_op_context().log.warning("careful")
    assert capsys.readouterr().err.endswith(" - dagwire - WARNING - careful\n")


def test_a_handler_takes_over(shown, capsys):
    """A handler that shows lines gets them as they are, and the console is silent."""
    DAGWIRE.setLevel(logging.INFO)
    talking.execute_in_process()
    DAGWIRE.setLevel(logging.NOTSET)
    assert shown.text == "a line\na module's line\n"
    assert capsys.readouterr().err == ""


def test_levels_of_the_program(shown, capsys):
    """A program that shows warnings alone gets no line of a lower level, from nowhere."""
    assert not DEFAULT_LOG.isEnabledFor(logging.INFO)
    DEFAULT_LOG.info("a line")
    assert shown.text == capsys.readouterr().err == ""


def test_module_loggers_outside_runs(capsys):
    """Outside a step `get_dagster_logger` shows warnings and no less, as any logger of a program without handlers."""
    talking.execute_in_process()
    capsys.readouterr()
    with no_handlers():
        get_dagster_logger("part").info("a line")
        get_dagster_logger("part").warning("careful")
    assert capsys.readouterr().err == "careful\n"


def test_a_level_of_module_loggers_is_kept(monkeypatch, capsys):
    """A level that the program gave `get_dagster_logger` holds in runs."""
    module_loggers = get_dagster_logger()
    before = module_loggers.level
    monkeypatch.setattr(module_loggers, "handlers", [])
    module_loggers.setLevel(logging.ERROR)
    talking.execute_in_process()
    module_loggers.setLevel(before)
    assert "a module's line" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "handler", [logging.NullHandler(), logging.StreamHandler(io.StringIO())], ids=["null", "memory"]
)
def test_handlers_that_show_nothing(handler):
    """Neither a handler for nothing nor one that collects text in memory shows a record to anyone."""
    logger = logging.Logger("alone")  # noqa: LOG001  # outside the tree, for this test
    logger.addHandler(handler)
    assert not is_shown(logger)


def test_a_logger_that_propagates_nothing(shown):
    """A handler further up does not show the records of a logger that propagates nothing."""
    logger = logging.getLogger("dagwire.test_default_console")
    assert is_shown(logger)
    logger.propagate = False
    assert not is_shown(logger)
    logger.propagate = True
    assert shown.text == ""
