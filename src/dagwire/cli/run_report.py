"""The result of a run as data: `--json` of the commands that run something."""

from typing import Any

from dagwire.cli.run_summary import Run
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.result import ExecuteInProcessResult

_STATE_BY_EVENT = {
    DagsterEventType.STEP_SUCCESS: "done",
    DagsterEventType.STEP_FAILURE: "failed",
    DagsterEventType.STEP_SKIPPED: "skipped",
}


def report_of(run: Run) -> dict[str, Any]:
    """Steps, checks and materializations of a run, and whether all went well."""
    result = run.result
    return {
        "job": result.job_def.name,
        "run_id": result.run_id,
        "success": run.is_fine,
        "took_s": round(run.took_s, 3),
        "steps": [_step(result, node.name) for node in result.job_def.steps],
        "checks": [
            {
                "asset": found.asset_key.to_user_string(),
                "check": found.check_name,
                "passed": found.passed,
                "severity": found.severity.value,
                "description": found.description,
                "metadata": {name: value.value for name, value in found.metadata.items()},
            }
            for found in result.get_asset_check_evaluations()
        ],
        "materializations": [
            {
                "asset": event.materialization.asset_key.to_user_string(),
                "partition": event.materialization.partition,
                "metadata": {name: value.value for name, value in event.materialization.metadata.items()},
            }
            for event in result.get_asset_materialization_events()
        ],
    }


def _step(result: ExecuteInProcessResult, name: str) -> dict[str, Any]:
    state, error = "waiting", None
    for event in result.events_for_node(name):
        state = _STATE_BY_EVENT.get(event.event_type, state)
        error = event.error or error
    return {"step": name, "state": state, "error": f"{type(error).__name__}: {error}" if error else None}
