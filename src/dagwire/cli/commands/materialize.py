"""`dagwire materialize`."""

from typer import Typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.job_runner import run_and_end
from dagwire.cli.launch_options import LaunchOptions, check_selection
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import (
    Config,
    Env,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
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

app: Typer = new_app()


@app.command()
def materialize(
    select: Select = None,
    partition: Partition = None,
    partition_range: PartitionRange = None,
    config: Config = None,
    set_: Set = None,
    state: State = None,
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Make assets, and run their checks."""
    with report_errors(traceback=traceback) as interrupts:
        check_selection(select)
        defs = load_definitions(module)
        job = defs.resolve(UnresolvedAssetJobDefinition("materialize", select or "*"))
        with refuse_misuse(traceback=traceback):
            log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
            options = LaunchOptions.of(job, partition, partition_range, config, set_, log, as_json=as_json)
        run_and_end(job, options, state, interrupts)
