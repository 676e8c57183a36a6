"""`dagwire materialize`."""

import typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.job_runner import run_or_plan
from dagwire.cli.launch import MATERIALIZE, RunSettings, check_selected, check_selection, each_partition, launch_of
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.missing_launches import missing_launches
from dagwire.cli.options import (
    AssetNames,
    Config,
    DryRun,
    Each,
    Env,
    Exclude,
    File,
    History,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
    MaxConcurrency,
    Missing,
    Module,
    Partition,
    PartitionRange,
    Select,
    Set,
    State,
    Traceback,
    new_app,
)
from dagwire.cli.session import opened_session
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition

app: typer.Typer = new_app()


@app.command()
def materialize(
    assets: AssetNames = None,
    select: Select = None,
    exclude: Exclude = None,
    partition: Partition = None,
    partition_range: PartitionRange = None,
    config: Config = None,
    set_: Set = None,
    max_concurrency: MaxConcurrency = 1,
    state: State = None,
    history: History = "on",
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    file: File = None,
    env: Env = None,
    *,
    missing: Missing = False,
    each: Each = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Make assets, and run their checks."""
    with report_errors(traceback=traceback) as interrupts:
        with refuse_misuse(traceback=traceback):
            log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
            settings = RunSettings(log, as_json, max_concurrency, dry_run)
            check_selection(select)
        defs = load_definitions(module, file)
        with refuse_misuse(traceback=traceback):
            selection = _selection([*(assets or ()), *(select or ())], exclude or [])
            check_selected(defs, selection)
        with opened_session(state, defs.container, history) as session:
            if missing:
                _refuse_beside_missing(partition, partition_range, config, set_)
                launches = missing_launches(defs, selection, session)
            else:
                job = defs.resolve(UnresolvedAssetJobDefinition(MATERIALIZE, selection))
                with refuse_misuse(traceback=traceback):
                    launch = launch_of(job, partition, partition_range, config, set_)
                    launches = each_partition(launch, session.instance) if each else [launch]
            run_or_plan(launches, settings, session, interrupts)


def _selection(chosen: list[str], excluded: list[str]) -> AssetSelection:
    """The assets that are named, or all, without those that are excluded."""
    selection = AssetSelection.from_coercible(chosen) if chosen else AssetSelection.all()
    return selection - AssetSelection.from_coercible(excluded) if excluded else selection


def _refuse_beside_missing(*options: object) -> None:
    """Refuse options of a single run.

    Raises:
        typer.BadParameter: One of them is given.
    """
    if any(options):
        msg = "finds the partitions itself, and makes several runs; leave --partition, --config and --set out."
        raise typer.BadParameter(msg, param_hint="--missing")
