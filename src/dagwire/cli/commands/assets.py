"""`dagwire assets`."""

from pathlib import Path

from dagwire.cli.definition_rows import asset_rows
from dagwire.cli.exit_codes import told
from dagwire.cli.options import Env, Json, Module, Select, Traceback, new_app
from dagwire.cli.printing import print_rows
from dagwire.definitions.loading.project_definitions import find_definitions

app = new_app()


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
    with told(traceback=traceback):
        rows = asset_rows(find_definitions(module, Path.cwd()), select)
        print_rows(rows, as_json=as_json, none="There are no assets.")
