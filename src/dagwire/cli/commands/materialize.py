"""`dagwire materialize`."""

from pathlib import Path

from dagwire.cli.exit_codes import told
from dagwire.cli.job_runner import Wanted, run_and_end
from dagwire.cli.options import (
    Config,
    Env,
    Json,
    Module,
    Partition,
    PartitionRange,
    Select,
    Set,
    State,
    Traceback,
    new_app,
)
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.loading.project_definitions import find_definitions

app = new_app()


@app.command()
def materialize(
    select: Select = None,
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
    """Make assets, and run their checks."""
    with told(traceback=traceback) as interrupts:
        defs = find_definitions(module, Path.cwd())
        job = defs.resolve(UnresolvedAssetJobDefinition("materialize", select or "*"))
        wanted = Wanted.of(job, partition, partition_range, config, set_, as_json=as_json, traceback=traceback)
        run_and_end(job, wanted, state, interrupts)
