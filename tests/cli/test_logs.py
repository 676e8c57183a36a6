"""The log of a command: time, level, run, step and resource of each record, whoever wrote it."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagwire.cli.failures import summary_of
from dagwire.cli.log_output import LogOptions, logging_to
from dagwire.cli.printing import json_text

from tests.cli.conftest import COMMAND, Run

TALKATIVE = """
import logging, os, subprocess, sys
import dagwire as dg

logging.basicConfig(stream=sys.stderr)  # as a program does that also runs by itself
logging.getLogger("careful").setLevel(logging.ERROR)


class Db(dg.ConfigurableResource):
    def setup_for_execution(self, context):
        context.log.info("opened")
        logging.getLogger("driver").info("connected")

    def teardown_after_execution(self, context):
        logging.getLogger("driver").warning("closed")


@dg.asset
def talk(context, db: Db):
    context.log.debug("by the context, in detail")
    dg.get_dagster_logger().info("by Dagster's logger")
    dg.get_dagster_logger("part").debug("by Dagster's logger, in detail")
    logging.getLogger("library").info("by a library")
    logging.getLogger("careful").warning("not loud enough")
    print("[red]printed :boom:")
    os.system("echo printed by a program")


def parse(text):
    return {}[text]


@dg.asset
def broken():
    try:
        parse("x")
    except KeyError as cause:
        raise ValueError("no such column") from cause


class Shut(dg.ConfigurableResource):
    def setup_for_execution(self, context):
        raise OSError("nobody answers")


@dg.asset
def shut(shut: Shut):
    pass


@dg.asset_check(asset=talk)
def numbers():
    return dg.AssetCheckResult(passed=True, metadata={":boom:": float("nan")})


defs = dg.Definitions([talk, broken, shut], asset_checks=[numbers], resources={"db": Db(), "shut": Shut()})
"""


@pytest.fixture
def talkative(project: Path, run: Run) -> Run:
    """Runs `dagwire materialize` of assets whose bodies and resources log in every way."""
    (project / "talkative.py").write_text(TALKATIVE)
    sys.modules.pop("talkative", None)  # another test's, from another folder
    return lambda *options: run("materialize", "-m", "talkative", *options)


def records_of(output: str) -> list[dict[str, str]]:
    """The records of a log in JSON; what bodies print is left out."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_each_record_has_its_run_step_and_resource(talkative: Run) -> None:
    """Contexts, Dagster's logger and libraries log the same way, in bodies and while a resource opens and closes."""
    done = talkative("--select", "talk", "--log-format", "json", "--log-level", "debug")
    said = {
        (record["message"], record["level"], record["step"], record["resource"])
        for record in records_of(done.stderr)
        if record["job"] == "materialize" and record["run_id"]
    }
    assert {
        ("opened", "INFO", None, "db"),
        ("connected", "INFO", None, "db"),
        ("closed", "WARNING", None, "db"),
        ("by the context, in detail", "DEBUG", "talk", None),
        ("by Dagster's logger", "INFO", "talk", None),
        ("by a library", "INFO", "talk", None),
    } <= said
    assert "not loud enough" not in done.stderr


def test_lines_name_who_speaks(talkative: Run) -> None:
    """A line shows the step, the resource and a library's name; a record is written once, whatever a program set up."""
    done = talkative("--select", "talk")
    assert done.stderr.count("by a library") == 1
    lines = [line.partition("INFO    ")[2][9:] for line in done.stderr.splitlines()]
    assert {"resource db: driver: connected", "resource db: opened", "talk: by Dagster's logger"} <= set(lines)
    assert "talk: library: by a library" in lines
    assert "in detail" not in done.stderr


def test_a_level_may_be_that_of_one_logger(talkative: Run) -> None:
    """`LOGGER=LEVEL` quiets one library; without a name all."""
    done = talkative("--select", "talk", "--log-level", "library=WARNING", "--log-level", "INFO")
    assert "by a library" not in done.stderr
    assert "by Dagster's logger" in done.stderr
    assert "by Dagster's logger" not in talkative("--select", "talk", "--log-level", "critical").stderr


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--log-level", "loud"], "'loud' is not a level"),
        (["--log-format", "xml"], "'xml' is not"),
        (["--log-file", "nowhere/log"], "cannot be written: No such file or directory"),
    ],
)
def test_a_log_that_cannot_be_written_is_refused(talkative: Run, options: list[str], problem: str) -> None:
    """The exit code is that of misuse, and nothing runs."""
    done = talkative("--select", "talk", *options)
    assert done.returncode == 2
    assert problem in " ".join(done.stderr.replace("│", "").split())
    assert "running" not in done.stderr


def test_a_file_gets_the_log_as_well(talkative: Run, project: Path) -> None:
    """It is appended to, and has what a terminal's table would show."""
    for _ in range(2):
        talkative("--select", "talk", "--log-file", "run.log", "--log-format", "json")
    records = records_of((project / "run.log").read_text())
    assert [record["message"] for record in records if record["step"] == "talk"].count("running") == 2


def test_the_log_is_as_before_when_a_command_ends(tmp_path: Path) -> None:
    """Levels and handlers of the program are put back; a handler for a file stays in use meanwhile."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    for_file, for_terminal = logging.FileHandler(tmp_path / "own.log"), logging.StreamHandler(sys.stderr)
    root.handlers += [for_file, for_terminal]
    try:
        with logging_to(LogOptions()):
            assert for_file in root.handlers
            assert for_terminal not in root.handlers
        assert root.handlers == [*before, for_file, for_terminal]
    finally:
        root.handlers[:] = before
        for_file.close()
    assert root.level == level


# -- failures ----------------------------------------------------------------------------------------------------------


def test_a_failure_shows_the_users_code_and_the_causes(talkative: Run, project: Path) -> None:
    """The log has file, line and cause without frames of dagwire; the last line is a summary with the place."""
    done = talkative("--select", "broken")
    assert done.returncode == 1
    for part in ("KeyError: 'x'", "in parse\n    return {}[text]", "direct cause", "ValueError: no such column"):
        assert part in done.stderr
    assert "dagwire/execution" not in done.stderr
    line = TALKATIVE.splitlines().index('        raise ValueError("no such column") from cause') + 1
    assert done.stderr.endswith(f"ValueError: no such column (talkative.py, line {line}, in broken)\n")
    assert "dagwire/execution" in talkative("--select", "broken", "--traceback").stderr


def test_the_place_is_a_path_from_here_or_a_whole_one(
    project: Path, run: Run, tmp_path_factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module elsewhere on the import path is shown by its whole path."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "talkative.py").write_text(TALKATIVE)
    monkeypatch.setattr(sys, "path", [*sys.path, str(elsewhere)])
    assert f"({elsewhere / 'talkative.py'}, line " in run("materialize", "-m", "talkative", "--select", "broken").stderr


def test_a_resource_that_does_not_open_is_in_the_log(talkative: Run) -> None:
    """A failure that belongs to no step is logged with its traceback, once, and the last line has the cause's place."""
    done = talkative("--select", "shut")
    assert done.stderr.count("setup_for_execution\n") == 1
    assert "nobody answers" in done.stderr.splitlines()[-1]


# -- data --------------------------------------------------------------------------------------------------------------


def test_json_is_one_document_whatever_bodies_print(project: Path) -> None:
    """Output of a body, and of a program that it starts, goes to standard error; numbers that JSON lacks are text."""
    (project / "talkative.py").write_text(TALKATIVE)
    done = subprocess.run(
        [*COMMAND, "materialize", "-m", "talkative", "--select", "talk", "--json"],
        cwd=project,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["checks"][0]["metadata"] == {":boom:": "nan"}
    assert "[red]printed :boom:\n" in done.stderr
    assert "printed by a program\n" in done.stderr


def test_keys_of_data_are_text() -> None:
    """A key that JSON does not have, such as a tuple, is written as text."""
    assert json.loads(json_text({("a", 1): [{2.5: {3}}]})) == {"('a', 1)": [{"2.5": [3]}]}


def test_tables_show_text_as_it_is(project: Path, run: Run) -> None:
    """Marks of the library that draws tables, such as `[red]` and `:boom:`, mean nothing in names and values."""
    source = 'import dagwire as dg\n@dg.asset(description="[red]the :boom: table[/]")\ndef rows(): ...\n'
    (project / "marked.py").write_text(f"{source}defs = dg.Definitions([rows])\n")
    assert "[red]the :boom: table[/]" in run("assets", "-m", "marked").stdout


def test_several_failures_are_summed_up_one_by_one() -> None:
    """A close that fails after a failing step makes a group of them."""
    inner = ExceptionGroup("inner", [OSError("the line is cut")])
    group = BaseExceptionGroup("resources failed while closing", [ValueError("no"), inner])
    assert summary_of(group) == "ValueError: no; OSError: the line is cut"
    assert summary_of(None) == "NoneType: None"
