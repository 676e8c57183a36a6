"""`dagwire resources`, and `dagwire resources show KEY`."""

from dataclasses import asdict
from typing import Annotated

import typer

from dagwire.cli.exit_codes import refuse_unknown, report_errors
from dagwire.cli.explained_rows import explained_data, explained_rows
from dagwire.cli.lazy_commands import completer
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.options import Env, Json, Module, Traceback, new_app
from dagwire.cli.printing import print_fields, print_json, print_rows
from dagwire.cli.resource_rows import resource_rows
from dagwire.config.explain.explained_values import is_within
from dagwire.containers.explain import explain

app: typer.Typer = new_app()


@app.callback(invoke_without_command=True)
def resources(
    context: typer.Context,
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """List the resources: what each is, and who uses it."""
    if context.invoked_subcommand is None:
        with report_errors(traceback=traceback):
            defs = load_definitions(module)
            print_rows(resource_rows(defs), as_json=as_json, none="There are no resources.")


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", autocompletion=completer("resources"), help="Its key.")],
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Show one resource, and where its config comes from.

    Nothing is opened; secrets are masked.
    """
    with report_errors(traceback=traceback):
        defs = load_definitions(module)
        row_by_key = {row.key: row for row in resource_rows(defs)}
        refuse_unknown("resource", key, row_by_key, traceback=traceback)
        found, config = asdict(row_by_key[key]), [one for one in explain(defs) if is_within(one.path, key)]
        if as_json:
            print_json({**found, "config": [explained_data(one) for one in config]})
            return
        print_fields(found)
        if config:
            typer.echo()
            print_rows(explained_rows(config), as_json=False, none="")
