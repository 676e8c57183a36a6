"""The definitions that a project's `pyproject.toml` names, as Dagster's: the module that `dagwire dagster` gives it."""

from pathlib import Path

import dagster as dg

from dagwire.definitions.loading.project_definitions import find_definitions
from dagwire.integrations.dagster.to_dagster import to_dagster

defs: dg.Definitions = to_dagster(find_definitions(None, Path.cwd()))
