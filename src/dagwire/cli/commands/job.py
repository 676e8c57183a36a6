"""`dagwire job run`."""

from pathlib import Path
from typing import Annotated

import typer

from dagwire.cli.exit_codes import told
from dagwire.cli.job_runner import Wanted, run_and_end
from dagwire.cli.options import Config, Env, Json, Module, Partition, PartitionRange, Set, State, Traceback, new_app
from dagwire.definitions.loading.project_definitions import find_definitions

app = new_app(no_args_is_help=True)


@app.callback()
def job() -> None:
    """Run a job."""


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job's name.")],
    partition: Partition = None,
    partition_range: PartitionRange = None,
    config: Config = None,
    set_: Set = None,
    state: State = None,
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Run a job, with live progress."""
    with told(traceback=traceback) as interrupts:
        found = find_definitions(module, Path.cwd()).resolve_job_def(name)
        wanted = Wanted.of(found, partition, partition_range, config, set_, as_json=as_json, traceback=traceback)
        run_and_end(found, wanted, state, interrupts)
