"""Commands that are loaded when they are used: `dagwire --help` and completion wait for none of them."""

import importlib
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from dagwire.cli.collector import collector_resting

HELP_BY_COMMAND = {
    "check": "Find everything that is wrong, before anything opens.",
    "config": "Explain, compare and describe the settings.",
    "resources": "List the resources: what each is, and who uses it.",
    "graph": "Draw what depends on what: Mermaid, DOT or SVG.",
    "assets": "List the assets.",
    "jobs": "List the jobs.",
    "schedules": "List the schedules.",
    "sensors": "List the sensors.",
    "materialize": "Make assets, and run their checks.",
    "job": "Run a job.",
    "runs": "List the latest runs, and show one.",
    "retry": "Do again what failed in a run, and what comes after it.",
    "tick": "Ask a schedule or sensor once, and run what it requests.",
    "dagster": "Run Dagster's own command line on the definitions.",
    "init": "Write a new project that passes its own tests at once.",
}


class LazyCommands(TyperGroup):
    """A group that knows its commands by name and help, and loads the module of the one that is used.

    The one place where dagwire imports its own modules by name: the commands need the whole library, pydantic and rich
    with it, and `--help` needs none of that.
    """

    def __init__(self, **settings: Any) -> None:
        """Put a placeholder in the place of each command; help, completion and suggestions need no more."""
        super().__init__(**settings)
        for name, text in HELP_BY_COMMAND.items():
            self.add_command(TyperCommand(name, help=text))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """The command that is named first in `args`, loaded."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, stand_in and load_command(str(name)), rest


def completer(names: str) -> Callable[[str], list[str]]:
    """The function that completes names: `complete_` and `names` in the module of completion, which it loads."""

    def complete(incomplete: str) -> list[str]:
        module = importlib.import_module("dagwire.cli.completion")
        found: list[str] = getattr(module, f"complete_{names}")(incomplete)
        return found

    return complete


def load_command(name: str) -> object:
    """The command itself."""
    with collector_resting():
        module = importlib.import_module(f"dagwire.cli.commands.{name}")
    command = typer.main.get_command(module.app)
    command.name = name
    return command
