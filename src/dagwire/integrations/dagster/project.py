"""The definitions that a project's `pyproject.toml` names, as Dagster's: the module that `dagwire dagster` gives it.

Every process of Dagster's that executes something imports it. What lives for the process is opened when it is first
asked for, and closed when the process ends.
"""

from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path

import dagster as dg

from dagwire.containers.process_scope import process_scope
from dagwire.definitions.loading.project_definitions import find_definitions
from dagwire.errors import DagwireError
from dagwire.integrations.dagster.to_dagster import to_dagster

_found = find_definitions(None, Path.cwd())
defs: dg.Definitions = to_dagster(_found)

# The pages open if settings cannot be read; a run reports that.
with suppress(DagwireError):
    _scope = process_scope(_found).__enter__()
    # A step's process, which is forked, ends without what `atexit` has.
    Finalize(None, _scope.__exit__, (None, None, None), exitpriority=1)
