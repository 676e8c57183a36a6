"""`FilesystemIOManager`: pickled values in files, on a local disk or wherever fsspec reaches."""

import os
import pickle
import uuid
from pathlib import Path
from typing import Any

from pydantic import Field

from dagwire.errors import InvalidInvocationError, MissingExtraError, UnpicklableValueError
from dagwire.resources.file_names import flat_name
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import ConfigurableIOManager, io_manager
from dagwire.resources.upath_io_manager import UPathIOManager

_OBSTRUCTED = (FileExistsError, IsADirectoryError, NotADirectoryError)


class FilesystemIOManager(ConfigurableIOManager):
    """Stores each value as a pickle in a file of its own, and loads it again, in later runs too.

    A file is there whole or not at all: what is being written has another name until it is complete. The files last
    until they are deleted. Every key is legal, and leads to a file below `base_dir` that no other key leads to. Needs
    the extra `files` if `base_dir` is a URL.

    Only load what you have stored: to read a pickle runs code in it.
    """

    base_dir: str | None = None
    """A folder, or a URL that fsspec knows: `s3://bucket/prefix`, `memory://values`.

    By default a temporary folder of the run's `DagsterInstance`, which is deleted with the instance."""
    storage_options: dict[str, Any] = Field(default_factory=dict, repr=False)
    """The options that fsspec connects with, such as credentials; never shown."""

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store `obj` in place of the value that was there.

        Raises:
            InvalidInvocationError: The value is of several partitions, and each has a file of its own.
            UnpicklableValueError: The value has no pickle. The value that was there stays.
        """
        self._files(context).handle_output(context, obj)

    def load_input(self, context: InputContext) -> Any:
        """The stored value; of several partitions `{partition key: value}`.

        Raises:
            FileNotFoundError: Nothing is stored.
        """
        return self._files(context).load_input(context)

    def _files(self, context: InputContext | OutputContext) -> "PickledFiles":
        base_dir = self.base_dir
        if base_dir is None:
            base_dir = context.instance.storage_directory()
        return PickledFiles(folder_at(base_dir, self.storage_options))


class PickledFiles(UPathIOManager):
    """Pickled values in the files of one folder."""

    def make_directory(self, path: object) -> None:
        """Do nothing: writing makes the folders that it needs."""

    def dump_to_path(self, context: OutputContext, obj: object, path: Any) -> None:
        """Write the pickle of `obj`, all or nothing."""
        try:
            content = pickle.dumps(obj)
        except (AttributeError, ImportError, RecursionError, TypeError, pickle.PicklingError) as error:
            raise UnpicklableValueError(_place(context), type(obj).__name__, error) from error
        if not isinstance(path, Path):
            # One call for the whole object: stores of objects show it when it is complete.
            path.fs.makedirs(path.parent.path, exist_ok=True)
            path.fs.pipe_file(path.path, content)
            return
        try:
            self._write(path, content)
        except _OBSTRUCTED:
            self._write(self._second_path(path), content)

    def load_from_path(self, context: InputContext, path: object) -> object:
        """The value whose pickle is in a file."""
        del context
        return pickle.loads(self._read(path))  # noqa: S301  # only what was stored; the class's docstring warns

    def _write(self, path: Path, content: bytes) -> None:
        self._refuse_link_out(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with unfinished.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _read(self, path: Any) -> bytes:
        if not isinstance(path, Path):
            return bytes(path.read_bytes())
        self._refuse_link_out(path)
        try:
            return path.read_bytes()
        except (FileNotFoundError, *_OBSTRUCTED) as missing:
            second = self._second_path(path)
            if not second.is_file():
                raise FileNotFoundError(*missing.args[:2], str(path)) from missing
            self._refuse_link_out(second)
            return second.read_bytes()

    def _second_path(self, path: Path) -> Path:
        """The place of a value whose path another value obstructs: keys `a` and `a/b` need a file and a folder `a`."""
        relative = path.relative_to(self._base_path)
        return Path(self._base_path, flat_name(relative.as_posix()))

    def _refuse_link_out(self, path: Path) -> None:
        """Refuse a path on which a symbolic link leads out of the folder.

        Raises:
            InvalidInvocationError: It does; nothing was read or written.
        """
        folder, target = self._base_path.resolve(), path.resolve()
        if not target.is_relative_to(folder):
            problem = f"does not follow {path}: a link leads to {target}, outside of {folder}."
            raise InvalidInvocationError("FilesystemIOManager", problem)


def _place(context: OutputContext) -> str:
    if context.has_asset_key:
        return f"asset '{context.asset_key.to_user_string()}'"
    return f"output '{context.name}' of step '{context.step_key}'"


def folder_at(place: str, options: dict[str, Any]) -> object:
    """A Path, or a UPath of a URL.

    Raises:
        MissingExtraError: It is a URL, and universal-pathlib is not installed.
    """
    if "://" not in place:
        return Path(place)
    try:
        from upath import UPath  # noqa: PLC0415  # only a URL needs the extra
    except ModuleNotFoundError as missing:
        raise MissingExtraError("FilesystemIOManager at a URL", "files") from missing
    return UPath(place, **options)


@io_manager(config_schema=FilesystemIOManager.to_config_schema(), description="Stores values as files.")
def fs_io_manager(init_context: InitResourceContext) -> Any:
    """`FilesystemIOManager`, configured by the config of a run."""
    return FilesystemIOManager.from_resource_context(init_context)
