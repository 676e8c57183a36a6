"""`dagwire schedules`."""

from typer import Typer

from dagwire.cli.definition_rows import schedule_rows
from dagwire.cli.exit_codes import report_errors
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.options import Env, Json, Module, Traceback, new_app
from dagwire.cli.printing import print_rows

app: Typer = new_app()


@app.command()
def schedules(module: Module = None, env: Env = None, *, as_json: Json = False, traceback: Traceback = False) -> None:
    """List the schedules."""
    with report_errors(traceback=traceback):
        print_rows(schedule_rows(load_definitions(module)), as_json=as_json, none="There are no schedules.")
