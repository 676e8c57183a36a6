"""`dagwire --help` and completion: quick, because they load no command."""

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from dagwire.cli.lazy_commands import HELP_BY_COMMAND, load_command

from tests.cli.conftest import Run

LOADED = """
import json, sys
sys.argv = ["dagwire", *sys.argv[1:]]
from dagwire.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def test_help_loads_no_command_and_nothing_that_commands_need() -> None:
    """Neither pydantic nor dependency-injector nor rich is imported, and of dagwire the command line's frame alone."""
    done = subprocess.run([sys.executable, "-c", LOADED, "--help"], capture_output=True, text=True, check=False)
    modules = json.loads(done.stderr.splitlines()[-1])
    heavy = {"pydantic", "pydantic_settings", "dependency_injector", "rich", "dagster"}
    assert not heavy.intersection(modules)
    ours = [name for name in modules if name.startswith("dagwire")]
    frame = {
        "dagwire",
        "dagwire.cli",
        "dagwire.cli.app",
        "dagwire.cli.collector",
        "dagwire.cli.lazy_commands",
        "dagwire.cli.options",
        "dagwire.cli.standard_output",
    }
    assert set(ours) == frame | {
        "dagwire.config",
        "dagwire.config.environments",
        "dagwire.config.environments.environment",
    }


@pytest.mark.parametrize("name", HELP_BY_COMMAND)
def test_a_command_is_listed_with_the_first_line_of_its_own_help(name: str) -> None:
    """`--help` lists each command with the first line of the command's own help, without loading the command."""
    assert (load_command(name).help or "").partition("\n")[0] == HELP_BY_COMMAND[name]


@pytest.mark.parametrize("name", HELP_BY_COMMAND)
def test_every_command_tells_how_it_is_used(run: Run, name: str) -> None:
    """`dagwire COMMAND --help` names the command as it is called."""
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert f" {name} [OPTIONS]" in done.stdout


def test_the_version_is_told(run: Run) -> None:
    """`--version` is that of the package."""
    assert run("--version").stdout == f"dagwire {version('dagwire')}\n"


def test_no_line_of_help_is_cut(run: Run) -> None:
    """In the lists of commands each has room for its whole first line."""
    for arguments in ([], ["config"], ["job"], ["resources"]):
        assert "..." not in run(*arguments, "--help").stdout.partition("Commands:")[2]


def test_a_misspelt_command_names_the_nearest(run: Run) -> None:
    """Misuse is exit code 2."""
    done = run("chekc")
    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr


def completions(words: str) -> list[str]:
    """The completions that bash offers after `words`."""
    environment = os.environ | {
        "_DAGWIRE_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    script = "from dagwire.cli import main; main(prog_name='dagwire')"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    return done.stdout.split()


def test_shells_complete_commands_from_the_list_alone() -> None:
    """No command is loaded to offer its name."""
    assert completions("dagwire s") == ["schedules", "sensors"]


def test_shells_complete_the_options_of_a_command() -> None:
    """The command whose options are asked for is loaded."""
    assert "--health" in completions("dagwire check --he")


@pytest.mark.parametrize("module", ["dagwire", "dagwire.cli"])
def test_the_command_line_as_a_module(module: str) -> None:
    """Where no script is installed, the package runs, and so does its room."""
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
    assert version("dagwire") in done.stdout
