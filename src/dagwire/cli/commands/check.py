"""`dagwire check`."""

from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer

from dagwire.cli.exit_codes import FAILED, report_errors
from dagwire.cli.loaded_definitions import load_definitions, settings_in
from dagwire.cli.options import Env, Json, Module, Traceback, new_app
from dagwire.cli.printing import print_json, print_rows
from dagwire.cli.resource_probes import ProbeResult, opened_once, with_health
from dagwire.config.settings.unread_names import unread_names
from dagwire.definitions.check_definitions import all_faults
from dagwire.definitions.lineage import Lineage, lineage_of
from dagwire.errors import DagwireError

app: typer.Typer = new_app()

Open = Annotated[bool, typer.Option("--open", help="Open each resource too, by itself, and close it.")]
Health = Annotated[bool, typer.Option("--health", help="Open each resource too, and ask it whether it works.")]
TimeoutS = Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long --health waits for each.")]


@app.command()
def check(
    module: Module = None,
    env: Env = None,
    timeout_s: TimeoutS = 5.0,
    *,
    opening: Open = False,
    health: Health = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Find everything that is wrong, before anything opens.

    Looked at are settings, resources, assets, checks, jobs, schedules and sensors. The exit code is 0 where nothing is
    wrong, 1 otherwise.
    """
    with report_errors(traceback=traceback):
        defs = load_definitions(module)
        faults = all_faults(defs)
        trials: list[ProbeResult] = []
        if not faults and (opening or health):
            trials = with_health(defs.container, timeout_s) if health else opened_once(defs.container)
        warnings = unread_names(settings_in(defs.container).values())
        if as_json:
            rows = [asdict(trial) for trial in trials]
            print_json({"faults": list(map(_fault, faults)), "warnings": list(map(str, warnings)), "resources": rows})
        else:
            for warning in warnings:
                typer.echo(f"Warning: {warning}", err=True)
            if faults:
                _print_faults(faults)
            else:
                _print_fine(lineage_of(defs), trials)
        if faults or not all(trial.is_fine for trial in trials):
            raise typer.Exit(FAILED)


def _fault(fault: DagwireError) -> dict[str, str]:
    return {"error": type(fault).__name__, "message": str(fault), "page": fault.slug}


def _print_faults(faults: list[DagwireError]) -> None:
    for number, fault in enumerate(faults, 1):
        typer.echo(f"{number}. {type(fault).__name__}: {fault}")
    typer.echo(f"{_count(len(faults), 'fault')} found; nothing was opened.")


def _print_fine(lineage: Lineage, trials: list[ProbeResult]) -> None:
    if trials:
        print_rows(trials, as_json=False, none="")
    counts = Counter(part.kind for part in lineage.parts)
    looked_at = ", ".join(_count(number, kind) for kind, number in counts.items())
    failed = sum(not trial.is_fine for trial in trials)
    typer.echo(f"{_count(failed, 'resource')} failed." if failed else f"Nothing is wrong with {looked_at}.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
