"""Names that the shell completes: those of the project's definitions; none if the project does not load."""

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator

from dagwire.cli.loaded_definitions import load_definitions, settings_in
from dagwire.cli.tick_runner import all_ticks
from dagwire.containers.keys import keys_of
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.jobs.asset_job import different_partitions
from dagwire.errors import DagwireError


def _names(list_names: Callable[[Definitions], Iterable[str]], incomplete: str) -> list[str]:
    """The names that begin with `incomplete`."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            names = list(list_names(load_definitions(None)))
    except BaseException:  # noqa: BLE001  # a shell that completes is no place for a message
        return []
    return sorted(name for name in names if name.startswith(incomplete))


def complete_assets(incomplete: str) -> list[str]:
    """The names of assets."""
    return _names(_assets, incomplete)


def complete_jobs(incomplete: str) -> list[str]:
    """The names of jobs."""
    return _names(lambda defs: defs.job_names, incomplete)


def complete_resources(incomplete: str) -> list[str]:
    """The keys of resources."""
    return _names(lambda defs: keys_of(defs.container), incomplete)


def complete_ticks(incomplete: str) -> list[str]:
    """The names of schedules and sensors."""
    return _names(lambda defs: (tick.name for tick in all_ticks(defs)), incomplete)


def complete_environments(incomplete: str) -> list[str]:
    """The names of environments."""
    return _names(_environments, incomplete)


def complete_partitions(incomplete: str) -> list[str]:
    """The keys of all partitions, dynamic ones left out."""
    return _names(_partitions, incomplete)


def _assets(defs: Definitions) -> Iterator[str]:
    return (key.to_user_string() for definition in known_assets(defs.assets).made for key in definition.keys)


def _environments(defs: Definitions) -> Iterator[str]:
    for provider in settings_in(defs.container).values():
        if provider.profiles is not None:
            yield from provider.profiles.names


def _partitions(defs: Definitions) -> Iterator[str]:
    for partitions in different_partitions(known_assets(defs.assets).made):
        with contextlib.suppress(DagwireError):
            yield from partitions.get_partition_keys()
