"""`DagsterRunStatus`: the state of a run."""

from enum import Enum


class DagsterRunStatus(Enum):
    """The state of a run. A run of dagwire is started, and succeeds or fails; the other states are those of a queue."""

    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    MANAGED = "MANAGED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
