"""The run that goes on with an earlier one, from what the history knows of it."""

import json
from collections.abc import Iterable
from pathlib import Path

from dagwire.cli.kept_config import restored
from dagwire.cli.launch import MATERIALIZE, Launch
from dagwire.cli.run_config_options import config_from_options
from dagwire.cli.session import Session
from dagwire.config.files.run_config import as_run_config
from dagwire.credentials import MASK
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.errors import InvalidInvocationError
from dagwire.history.recorded_runs import RecordedRun, RecordedRuns
from dagwire.history.retrying import is_all_done, retried_run
from dagwire.history.stored_keys import asset_key_of

_OPEN = ("failed", "interrupted")


def retry_launch(
    defs: Definitions, session: Session, run_id: str | None, config: Iterable[Path], values: Iterable[str]
) -> Launch:
    """The run that does again what is left of a recorded run.

    Args:
        defs: The definitions, as they are now.
        session: Its history has the run.
        run_id: The run's id, or its beginning; the latest run that failed or was interrupted by default.
        config: Files of config, over the config of that run.
        values: Single values over all.

    Raises:
        InvalidInvocationError: Nothing is left to do, or the run had secrets in its config.
        UnknownNameError: There is no such run, or its job or assets are not there any more.
    """
    runs = session.needed_state("`dagwire retry`").runs
    run = _chosen(runs, run_id)
    job = _job_of(defs, run)
    given = config_from_options(job, config, values)
    launch = Launch(
        job,
        run.launch["partition"],
        run.tags,
        given.merged_over(as_run_config(restored(run.launch["config"]))),
        retried_run(job, run, runs.steps(run.run_id), runs.checks(run.run_id)),
    )
    _refuse_masked(run, launch)
    if launch.retried is not None and is_all_done(job, launch.retried):
        raise InvalidInvocationError(f"Run {run.run_id}", "has nothing left to do: all its steps are done.")
    return launch


def _chosen(runs: RecordedRuns, run_id: str | None) -> RecordedRun:
    if run_id is not None:
        return runs.find(run_id)
    for run in runs.latest(_LOOKED_AT):
        if run.state in _OPEN:
            return run
    raise InvalidInvocationError("`dagwire retry`", "finds no run that failed or was interrupted. Name one: ID.")


_LOOKED_AT = 1_000


def _job_of(defs: Definitions, run: RecordedRun) -> JobDefinition:
    assets = run.launch["assets"]
    keys = None if assets is None else [asset_key_of(asset) for asset in assets]
    if run.job == MATERIALIZE:
        return defs.resolve(UnresolvedAssetJobDefinition(MATERIALIZE, AssetSelection.assets(*(keys or ()))))
    return defs.resolve_job_def(run.job).subset(asset_selection=keys)


def _refuse_masked(run: RecordedRun, launch: Launch) -> None:
    text = json.dumps(as_run_config(launch.run_config).to_config_dict(), default=str)
    if MASK in text:
        problem = "had a secret in its config, which is not kept. Give it again: --set KEY.FIELD=VALUE."
        raise InvalidInvocationError(f"Run {run.run_id}", problem)
