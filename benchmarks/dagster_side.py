"""Dagster, set up to look its best: no telemetry, no log lines on the terminal, an instance kept where one may be."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster

os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"

SILENT: Mapping[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config without which Dagster writes some eight lines to the terminal for each asset."""


@contextmanager
def kept_instance() -> Iterator[Any]:
    """An instance in memory, to be handed to every call; without it Dagster makes one for each."""
    with dagster.DagsterInstance.ephemeral() as instance:
        yield instance
