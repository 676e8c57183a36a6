"""`instance_for_test`: an instance for one test."""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


@contextmanager
def instance_for_test(
    overrides: Mapping[str, object] | None = None,
    set_dagster_home: bool = True,
    temp_dir: str | None = None,
    synchronous_run_coordinator: bool = False,  # noqa: ARG001  # always so
    synchronous_run_launcher: bool = False,  # noqa: ARG001  # always so
) -> Generator[DagsterInstance]:
    """Open an empty instance for a test.

    Args:
        overrides: Settings of Dagster's instance; refused, because they configure its store and its daemon.
        set_dagster_home: Whether `DAGSTER_HOME` names the folder of the instance inside the block.
        temp_dir: The folder, in which values are stored; a temporary one by default, which is deleted afterwards.
        synchronous_run_coordinator: True in any case: a run starts when it is called for.
        synchronous_run_launcher: True in any case: a run ends before its call returns.

    Raises:
        InvalidInvocationError: `overrides` has an entry.

    Example:
        >>> from dagwire import AssetKey, asset, instance_for_test, materialize
        >>> @asset
        ... def trips():
        ...     return 3
        >>> with instance_for_test() as instance:
        ...     run = materialize([trips], instance=instance)
        ...     instance.get_latest_materialization_event(AssetKey("trips")).run_id == run.run_id
        True
    """
    if overrides:
        problem = f"takes no `overrides` ({', '.join(overrides)}): they configure Dagster's store and daemon."
        raise InvalidInvocationError("instance_for_test", problem)
    with TemporaryDirectory() as own_folder:
        folder = temp_dir or own_folder
        with _dagster_home(folder if set_dagster_home else None), DagsterInstance.ephemeral(folder) as instance:
            yield instance


@contextmanager
def _dagster_home(folder: str | None) -> Generator[None]:
    """Set `DAGSTER_HOME` inside the block; None leaves it alone."""
    before = os.environ.get(_HOME)
    if folder is not None:
        os.environ[_HOME] = folder
    try:
        yield
    finally:
        if folder is not None:
            os.environ.pop(_HOME, None)
        if folder is not None and before is not None:
            os.environ[_HOME] = before


_HOME = "DAGSTER_HOME"
