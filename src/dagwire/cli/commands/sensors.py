"""`dagwire sensors`."""

from pathlib import Path

from dagwire.cli.definition_rows import sensor_rows
from dagwire.cli.exit_codes import told
from dagwire.cli.options import Env, Json, Module, Traceback, new_app
from dagwire.cli.printing import print_rows
from dagwire.definitions.loading.project_definitions import find_definitions

app = new_app()


@app.command()
def sensors(module: Module = None, env: Env = None, *, as_json: Json = False, traceback: Traceback = False) -> None:
    """List the sensors."""
    with told(traceback=traceback):
        print_rows(sensor_rows(find_definitions(module, Path.cwd())), as_json=as_json, none="There are no sensors.")
