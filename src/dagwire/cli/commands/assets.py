"""`dagwire assets`."""

from typer import Typer

from dagwire.cli.definition_rows import asset_rows
from dagwire.cli.exit_codes import report_errors
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.options import Env, Json, Module, Select, Traceback, new_app
from dagwire.cli.printing import print_rows

app: Typer = new_app()


@app.command()
def assets(
    select: Select = None,
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """List the assets."""
    with report_errors(traceback=traceback):
        rows = asset_rows(load_definitions(module), select)
        print_rows(rows, as_json=as_json, none="There are no assets.")
