"""`dagwire config explain`, `diff`, `schema` and `template`."""

from typing import Annotated

import typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.explained_rows import difference_data, difference_row, explained_data, explained_rows
from dagwire.cli.loaded_definitions import load_definitions, refuse_unknown_environment, settings_in
from dagwire.cli.options import Env, Json, Module, Traceback, new_app
from dagwire.cli.printing import json_text, print_json, print_rows, print_table
from dagwire.config.explain.env_template import env_template
from dagwire.config.explain.explained_values import under
from dagwire.config.settings.settings_schema import settings_schema
from dagwire.containers.diff_environments import diff_environments
from dagwire.containers.explain import explain as explained

app: typer.Typer = new_app(no_args_is_help=True)

SettingPath = Annotated[
    str, typer.Argument(metavar="[PATH]", help="A setting or a resource, and what is below it: warehouse.path, or api.")
]
Left = Annotated[str, typer.Argument(metavar="A", help="An environment.")]
Right = Annotated[str, typer.Argument(metavar="B", help="Another one.")]


@app.callback()
def config() -> None:
    """Explain, compare and describe the settings."""


@app.command()
def explain(
    path: SettingPath = "",
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Tell where each value comes from.

    And what would count without it. Secrets are masked, and nothing is opened.
    """
    with report_errors(traceback=traceback):
        values = explained(load_definitions(module))
        with refuse_misuse(traceback=traceback):
            values = under(path, values)
        if not path:  # values that resources take from the settings are listed once, there
            values = [one for one in values if not one.source.setting]
        if as_json:
            print_json([explained_data(one) for one in values])
        else:
            print_rows(explained_rows(values), as_json=False, none="There are no settings.")


@app.command()
def diff(
    left: Left, right: Right, module: Module = None, *, as_json: Json = False, traceback: Traceback = False
) -> None:
    """Show what differs between two environments.

    Secrets are compared, and masked.
    """
    with report_errors(traceback=traceback):
        defs = load_definitions(module)
        refuse_unknown_environment(defs, left, "A")
        refuse_unknown_environment(defs, right, "B")
        found = diff_environments(defs, left, right)
        if as_json:
            print_json([difference_data(one, left, right) for one in found])
        elif found:
            print_table([difference_row(one, left, right) for one in found])
        else:
            typer.echo(f"Nothing differs between {left} and {right}.")


@app.command()
def schema(module: Module = None, *, traceback: Traceback = False) -> None:
    """Print the JSON Schema of the settings.

    If there are several, the schema of each is under its key.
    """
    with report_errors(traceback=traceback):
        found = settings_in(load_definitions(module).container)
        schemas = {key: settings_schema(provider.settings) for key, provider in found.items()}
        typer.echo(json_text(next(iter(schemas.values())) if len(schemas) == 1 else schemas))


@app.command()
def template(module: Module = None, *, traceback: Traceback = False) -> None:
    """Print a file .env to fill in.

    It has every variable with its type and its default; secrets are left empty.
    """
    with report_errors(traceback=traceback):
        for provider in settings_in(load_definitions(module).container).values():
            typer.echo(env_template(provider.settings), nl=False)
