"""The project that a command belongs to: its folder is the working folder, wherever the command starts."""

import os
from pathlib import Path

import typer

from dagwire.definitions.loading.project_setting import project_folder


def enter_project() -> Path:
    """Work in the folder of the nearest pyproject.toml, so that its paths and its `.env` are meant; return the folder.

    A line names the folder if the command started elsewhere. Paths among the options are those of the start.
    """
    start = Path.cwd()
    project = project_folder(start)
    if project is None or project == start:
        return start
    os.chdir(project)
    typer.echo(f"Working in {project}, where pyproject.toml is.", err=True)
    return project
