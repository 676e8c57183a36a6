"""The command line as a whole; its commands are the modules of `dagwire.cli.commands`."""

import importlib.metadata
from typing import Annotated

import typer

from dagwire.cli.lazy_commands import LazyCommands
from dagwire.cli.options import Env

app: typer.Typer = typer.Typer(
    cls=LazyCommands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dagwire {importlib.metadata.version('dagwire')}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_tell_version, is_eager=True, expose_value=False, help="Show the version.")
]


@app.callback()
def dagwire(env: Env = None, *, version: Version = False) -> None:
    """Run definitions whose resources come from a dependency-injector container."""
