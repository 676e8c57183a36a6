"""The state that a tick leaves for the next, in files: one for each schedule or sensor, and two for all runs."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, cast

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

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


def check_writable(folder: Path) -> None:
    """Raise if nothing can be written to `folder`: a run would do its work and then lose what is to be remembered.

    Raises:
        StateFileError: The folder cannot be made, or takes no file. Nothing is left in it.
    """
    try:
        with NamedTemporaryFile(dir=_made(folder), prefix=".probe.") as file:
            file.write(b"\n")  # a full disk has no room for one byte either
            file.flush()
    except OSError as error:
        raise StateFileError(str(folder), f"cannot be written ({error.strerror}). {_ELSEWHERE}") from error


_ELSEWHERE = "Name another folder by --state."


@dataclass(slots=True)
class TickState:
    """The state that a tick leaves for the next."""

    cursor: str | None = None
    ticked_for: str | None = None
    """The latest moment that a schedule was asked for; an earlier one that is given never moves it back."""
    ticked_before: list[str] = field(default_factory=list[str])
    """The moments given by hand that a schedule was asked for: each once."""
    run_keys: list[str] = field(default_factory=list[str])
    """The keys of runs that have ended, well or not: they are not run again."""

    def has_ticked_for(self, moment: datetime, *, by_hand: bool) -> bool:
        """Whether a schedule was asked for `moment` before; unless that is given by hand, for a later one."""
        if moment.isoformat() in (self.ticked_for, *self.ticked_before):
            return True
        return not by_hand and self.ticked_for is not None and moment < datetime.fromisoformat(self.ticked_for)

    def remember_tick(self, moment: datetime, *, by_hand: bool) -> None:
        """Keep that a schedule was asked for `moment`."""
        if by_hand:
            self.ticked_before.append(moment.isoformat())
        elif self.ticked_for is None or moment > datetime.fromisoformat(self.ticked_for):
            self.ticked_for = moment.isoformat()


class TickFile:
    """The file of one schedule or sensor; made by `locked`, which lets one process at a time have it."""

    def __init__(self, path: Path) -> None:
        """Read what is there.

        Raises:
            StateFileError: It cannot be read.
        """
        self._path = path
        try:
            found = _read(path)
            TickState(**found)  # refuses what no state has
            self.state: TickState = TypeAdapter(TickState).validate_python(found)
        except (TypeError, ValidationError):
            raise StateFileError(str(path), f"does not hold the state of a tick. {_MEND}") from None

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

    Changes by other processes in the meantime are kept too. If nothing changes, nothing is written.

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
    """The lock that keeps other processes from writing `path`."""
    _made(path.parent)
    return FileLock(path.with_suffix(".lock"))


Keys = dict[str, list[str]]
_MEND = "Mend it, or delete it to begin anew."


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
    found: Keys = {}
    for name, keys in _read(path).items():
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in cast("list[object]", keys)):
            raise StateFileError(str(path), f"does not hold the keys of partitions under '{name}'. {_MEND}")
        found[name] = keys
    return found


def _read_materializations(path: Path) -> list[EventLogEntry]:
    try:
        return [from_json(entry) for entry in _read(path).get("latest", ())]
    except StateFileError:
        raise
    except (AttributeError, DagwireError, KeyError, TypeError, ValueError):
        raise StateFileError(str(path), f"does not hold materializations. {_MEND}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StateFileError(str(path), f"cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise StateFileError(str(path), f"is broken: it is not valid JSON. {_MEND}") from error
    if not is_mapping(found):
        raise StateFileError(str(path), f"is broken: it does not hold a JSON object. {_MEND}")
    return dict(found)


def _write(path: Path, data: object) -> None:
    text = json.dumps(data, indent=2)
    part: Path | None = None
    try:
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as file:
            part = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)  # a disk that is full gets no half of a file in addition
        raise StateFileError(str(path), f"cannot be written ({error.strerror}). {_ELSEWHERE}") from error


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateFileError(str(folder), f"cannot be made ({error.strerror}). {_ELSEWHERE}") from error
    return folder
