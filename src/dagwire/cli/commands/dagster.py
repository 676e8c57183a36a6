"""`dagwire dagster`."""

import os
import sys
from importlib.util import find_spec

import typer
from typer import Context, Typer

from dagwire.cli.exit_codes import report_errors
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.options import Env, new_app
from dagwire.errors import MissingExtraError

app: Typer = new_app()

_MODULE = "dagwire.integrations.dagster.project"
_TAKES_MODULE = frozenset({"asset", "definitions", "dev", "job", "schedule", "sensor"})
"""The commands of Dagster that work on definitions."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def dagster(context: Context, env: Env = None) -> None:
    """Run Dagster's own command line on the definitions.

    `dagwire dagster dev` begins Dagster's page in the browser.
    """
    with report_errors():
        if find_spec("dagster") is None:
            raise MissingExtraError("Running Dagster", "dagster")
        load_definitions(None)  # their faults are reported here, not in a traceback of Dagster's
    if not context.args:
        msg = "name a command of Dagster's: `dagwire dagster dev`."
        raise typer.BadParameter(msg)
    module = ["-m", _MODULE] if context.args[0] in _TAKES_MODULE else []
    os.execv(sys.executable, [sys.executable, "-m", "dagster", *context.args, *module])  # noqa: S606  # Dagster's own
