"""The options of several commands, each with one name and one meaning."""

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Literal

import typer

from dagwire.cli.lazy_commands import completer
from dagwire.cli.standard_output import reserve_for_document
from dagwire.config.environments.environment import SWITCH


def new_app(*, no_args_is_help: bool = False) -> typer.Typer:
    """An application for the commands of one module; plain help, which needs no rich."""
    return typer.Typer(
        add_completion=False,
        no_args_is_help=no_args_is_help,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def _use_environment(name: str | None) -> None:
    if name is not None:
        os.environ[SWITCH] = name
        _environment.set(name)


_environment: ContextVar[str | None] = ContextVar("dagwire_environment_option", default=None)


def environment_option() -> str | None:
    """The value of `--env`, before or after the command's name; None if it was not given."""
    name = _environment.get()
    return name if name == os.environ.get(SWITCH) else None


Env = Annotated[
    str | None,
    typer.Option(
        "--env",
        metavar="NAME",
        help=f"The environment whose settings are used; {SWITCH} says by default.",
        callback=_use_environment,
        autocompletion=completer("environments"),
        expose_value=False,
    ),
]
"""Set before the command runs, by the option itself: a command takes it and needs not read it."""

Module = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--module",
        metavar="MODULE:ATTRIBUTE",
        help="Where the definitions are. pyproject.toml says by default: [tool.dagwire] definitions.",
    ),
]
File = Annotated[
    Path | None,
    typer.Option("-f", "--file", metavar="FILE", resolve_path=True, help="A file of Python that has the definitions."),
]
Json = Annotated[bool, typer.Option("--json", callback=reserve_for_document, help="Print JSON.")]
Select = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ASSETS",
        autocompletion=completer("assets"),
        help="Which assets: name, +name, name+, *name, group:name, kind:name, tag:key=value, key:a or key:b, "
        "not key:a; all by default. May be repeated.",
    ),
]
AssetNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ASSETS]...", autocompletion=completer("assets"), help="Assets, as --select takes them."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ASSETS",
        autocompletion=completer("assets"),
        help="Assets to leave out, as --select takes them. May be repeated.",
    ),
]
Partition = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY", autocompletion=completer("partitions"), help="The partition to make."),
]
Each = Annotated[
    bool,
    typer.Option("--each", help="Make one run for each partition of the range, and go on if one fails."),
]
Missing = Annotated[
    bool,
    typer.Option("--missing", help="Make the assets and partitions that no run has made; several runs if need be."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan: steps, partitions, resources, config.")]
MaxConcurrency = Annotated[
    int, typer.Option(metavar="N", min=1, help="How many steps run at once, in threads; one by default.")
]
History = Annotated[
    Literal["on", "off", "required"],
    typer.Option(
        envvar="DAGWIRE_HISTORY",
        help="Whether the run is recorded: off, on if the history can be used, or required.",
    ),
]
PartitionRange = Annotated[
    list[str] | None, typer.Option(metavar="FIRST...LAST", help="The partitions to make, both ends included.")
]
State = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        envvar="DAGWIRE_STATE",
        resolve_path=True,
        help="Where the history, cursors and dynamic partitions are kept; .dagwire in the project's folder by default.",
    ),
]
Traceback = Annotated[bool, typer.Option("--traceback", help="Show all of a traceback, dagwire's own frames too.")]
Config = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        resolve_path=True,
        help="Run config in YAML, JSON or TOML: ops and resources. May be repeated; later files win, --set over all.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY.FIELD=VALUE",
        help="Config of a resource or a step, for this run; KEY.FIELD:=JSON for what is no text. May be repeated.",
    ),
]
LogLevel = Annotated[
    list[str] | None,
    typer.Option(
        "--log-level",
        metavar="LEVEL",
        envvar="DAGWIRE_LOG_LEVEL",
        help="The lowest level that is logged, INFO by default; LOGGER=LEVEL for one logger. May be repeated.",
    ),
]
LogFormat = Annotated[
    Literal["text", "json"],
    typer.Option("--log-format", envvar="DAGWIRE_LOG_FORMAT", help="Log lines for people, or JSON for programs."),
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log-file",
        metavar="FILE",
        envvar="DAGWIRE_LOG_FILE",
        resolve_path=True,
        help="A file that gets the log as well; it is appended to.",
    ),
]
