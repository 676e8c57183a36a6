"""`dagwire init`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from dagwire.cli.exit_codes import FAILED
from dagwire.cli.new_project import WEB, package_name, project_name, write_project
from dagwire.cli.options import new_app

app: typer.Typer = new_app()

NewFolder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="A new or empty folder.")]
WithService = Annotated[bool, typer.Option("--web", help="Add a web service, on FastAPI.")]


@app.command()
def init(folder: NewFolder, *, web: WithService = False) -> None:
    """Write a new project that passes its own tests at once."""
    name = project_name(folder)
    if not name or name[0].isdigit():
        msg = f"'{folder}' makes no name for a project; begin it with a letter."
        raise typer.BadParameter(msg, param_hint="DIR")
    try:
        if folder.is_dir() and any(folder.iterdir()):
            msg = f"'{folder}' is not empty; choose a new folder."
            raise typer.BadParameter(msg, param_hint="DIR")
        written = write_project(folder, name, *([WEB] if web else []))
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(FAILED) from None
    typer.echo(f"Wrote {len(written)} files to {folder}. Go on there:\n")
    install = "python -m pip install --editable '.[test]'"
    service = [f"uvicorn {package_name(name)}.web.service:app"] if web else []
    for command in (
        *(f"cd {shlex.quote(str(folder))}", install, "dagwire check", "dagwire materialize", "python -m pytest"),
        *service,
    ):
        typer.echo(f"    {command}")
