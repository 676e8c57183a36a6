"""The command line as a whole; its commands are the modules of `dagwire.cli.commands`."""

import typer

from dagwire.cli.lazy_commands import LazyCommands
from dagwire.cli.options import Env

app = typer.Typer(cls=LazyCommands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def dagwire(env: Env = None) -> None:
    """Run definitions whose resources come from a dependency-injector container."""
