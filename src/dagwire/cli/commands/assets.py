"""`dagwire assets`."""

from typing import Annotated

import typer

from dagwire.cli.definition_rows import asset_rows
from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.launch import check_selected, check_selection
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.missing_launches import partition_keys
from dagwire.cli.options import Env, File, Json, Module, Select, State, Traceback, new_app
from dagwire.cli.printing import print_rows
from dagwire.cli.run_rows import StatusRow, status_row
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.history.reading import opened_history, state_folder
from dagwire.resources.instance import DagsterInstance

app: typer.Typer = new_app()

_NONE = "There are no assets."


@app.command()
def assets(
    select: Select = None,
    state: State = None,
    module: Module = None,
    file: File = None,
    env: Env = None,
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Show when each was made last, and which partitions are missing.")
    ] = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """List the assets."""
    with report_errors(traceback=traceback):
        defs = load_definitions(module, file)
        with refuse_misuse(traceback=traceback):
            check_selection(select)
            check_selected(defs, AssetSelection.from_coercible(select or "*"))
        if status:
            print_rows(_status(defs, select, state), as_json=as_json, none=_NONE)
        else:
            print_rows(asset_rows(defs, select), as_json=as_json, none=_NONE)


def _status(defs: Definitions, select: Select, state: State) -> list[StatusRow]:
    made = known_assets(defs.assets).made
    keys = AssetSelection.from_coercible(select or "*").resolve(made)
    with opened_history(state_folder(state)) as history:
        instance = DagsterInstance({} if history is None else history.dynamic_partitions())
        return [
            status_row(
                key,
                None if asset.partitions_def is None else partition_keys(asset.partitions_def, instance),
                history,
            )
            for asset in made
            for key in asset.keys
            if key in keys
        ]
