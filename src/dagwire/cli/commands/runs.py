"""`dagwire runs`, and `dagwire runs show ID`."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.options import Json, State, Traceback, new_app
from dagwire.cli.printing import print_fields, print_json, print_rows
from dagwire.cli.run_rows import STATES, RunState, check_rows, materialization_rows, run_data, run_rows, step_rows
from dagwire.errors import UnknownNameError
from dagwire.history.reading import opened_history, state_folder

app: typer.Typer = new_app()

_NONE = "There are no runs."


@app.callback(invoke_without_command=True)
def runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="The number of runs to list.")] = 20,
    job: Annotated[str | None, typer.Option(metavar="NAME", help="The runs of this job alone.")] = None,
    run_state: Annotated[RunState | None, typer.Option("--only", help="The runs in this state alone.")] = None,
    state: State = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """List the latest runs, and show one."""
    if context.invoked_subcommand is None:
        with report_errors(traceback=traceback), opened_history(state_folder(state)) as history:
            found = [] if history is None else history.latest(limit, job, run_state and STATES[run_state])
            print_rows(run_rows(found), as_json=as_json, none=_NONE)


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="The run's id, or its beginning.")],
    state: State = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Show one run: its steps, checks and materializations."""
    with report_errors(traceback=traceback), opened_history(state_folder(state)) as history:
        with refuse_misuse(UnknownNameError, traceback=traceback):
            if history is None:
                raise UnknownNameError("run", run_id, ())
            run = history.find(run_id)
        steps = step_rows(history.steps(run.run_id))
        checks = check_rows(history.checks(run.run_id))
        made = materialization_rows(history.materializations(run.run_id))
        if as_json:
            parts: dict[str, list[Any]] = {"steps": steps, "checks": checks, "materializations": made}
            print_json({**run_data(run), **{name: [asdict(row) for row in rows] for name, rows in parts.items()}})
            return
        print_fields({name: value for name, value in run_data(run).items() if value not in (None, {})})
        for rows in (steps, checks, made):
            if rows:
                typer.echo()
                print_rows(rows, as_json=False, none="")
