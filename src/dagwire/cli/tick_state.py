"""What one tick leaves for the next, kept in files: one a schedule or sensor, and two for what runs leave."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from filelock import FileLock, Timeout

from dagwire.cli.materialization_store import as_json, from_json, numbered
from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.automation.tick import TickDefinition
from dagwire.definitions.loading.project_setting import project_folder
from dagwire.errors import AlreadyTickingError, DagwireError, StateFileError
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance


def state_folder(given: Path | None) -> Path:
    """The folder that is given, or `.dagwire` in the project's."""
    return given or (project_folder(Path.cwd()) or Path.cwd()) / ".dagwire"


@dataclass(slots=True)
class TickState:
    """What one tick leaves for the next."""

    cursor: str | None = None
    ticked_for: str | None = None
    """The moment, of a schedule, that was asked for last."""
    run_keys: list[str] = field(default_factory=list[str])
    """Those whose runs have ended, well or not: they are not run again."""


class TickFile:
    """The file of one schedule or sensor; made by `locked`, which lets one process at a time have it."""

    def __init__(self, path: Path) -> None:
        """Read what is there.

        Raises:
            StateFileError: It cannot be read.
        """
        self._path = path
        try:
            self.state = TickState(**_read(path))
        except TypeError:
            raise StateFileError(str(path), "does not hold the state of a tick.") from None

    @classmethod
    @contextmanager
    def locked(cls, folder: Path, tick: TickDefinition[Any]) -> Generator["TickFile"]:
        """The file of `tick`, for a block; no other process has it meanwhile.

        Raises:
            AlreadyTickingError: Another process has it.
            StateFileError: It cannot be read, or the folder cannot be made.
        """
        path = _made(folder) / f"{tick.kind}-{tick.name}.json"
        lock = FileLock(path.with_suffix(".lock"))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise AlreadyTickingError(tick.label, lock.lock_file) from None
        with lock:
            yield cls(path)

    def save(self) -> None:
        """Write the state, in one step: a reader, or a process that is killed, leaves the old file or the new one."""
        _write(self._path, asdict(self.state))


@contextmanager
def kept_instance(folder: Path) -> Generator[DagsterInstance]:
    """An instance that knows what earlier runs left; what changes in the block is kept for later ones.

    That is the keys of dynamic partitions, and the latest materialization of each asset, which asset sensors look for.

    What other processes add or take away meanwhile is kept too. Where nothing changes nothing is written.

    Raises:
        StateFileError: The file cannot be read or written.
    """
    partitions, materializations = folder / "dynamic-partitions.json", folder / "materializations.json"
    keys, entries = _read_partitions(partitions), _read_materializations(materializations)
    instance = DagsterInstance(keys, entries)
    try:
        yield instance
    finally:
        changed = instance.dynamic_partitions
        if changed != keys:
            with _locked(partitions):
                _write(partitions, _changed(_read_partitions(partitions), keys, changed))
        new = [entry for entry in instance.latest_materializations if entry not in entries]
        if new:
            with _locked(materializations):
                latest = numbered(_read_materializations(materializations), new)
                _write(materializations, {"latest": [as_json(entry) for entry in latest]})


def _locked(path: Path) -> FileLock:
    """What keeps other processes from writing `path` meanwhile."""
    _made(path.parent)
    return FileLock(path.with_suffix(".lock"))


Keys = dict[str, list[str]]


def _changed(now: Keys, before: Keys, after: Keys) -> Keys:
    """`now`, with what was added and taken away between `before` and `after`."""
    changed: Keys = {}
    for name in dict.fromkeys((*now, *after)):
        old, new = set(before.get(name, ())), after.get(name, [])
        gone = old.difference(new)
        keys = dict.fromkeys((*now.get(name, ()), *(key for key in new if key not in old)))
        changed[name] = [key for key in keys if key not in gone]
    return changed


def _read_partitions(path: Path) -> Keys:
    return {name: list(keys) for name, keys in _read(path).items()}


def _read_materializations(path: Path) -> list[EventLogEntry]:
    try:
        return [from_json(entry) for entry in _read(path).get("latest", ())]
    except StateFileError:
        raise
    except (AttributeError, DagwireError, KeyError, TypeError, ValueError):
        problem = "does not hold materializations. Mend it, or delete it to begin anew."
        raise StateFileError(str(path), problem) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StateFileError(str(path), f"cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise StateFileError(str(path), "is broken: it is no JSON. Mend it, or delete it to begin anew.") from error
    if not is_mapping(found):
        raise StateFileError(str(path), "is broken: it holds no object. Mend it, or delete it to begin anew.")
    return dict(found)


def _write(path: Path, data: object) -> None:
    try:
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as file:
            json.dump(data, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise StateFileError(str(path), f"cannot be written ({error.strerror}).") from error


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateFileError(str(folder), f"cannot be made ({error.strerror}).") from error
    return folder
