"""`FilesystemIOManager`: values in files, on a local disk or wherever fsspec reaches."""

import os
import pickle
import uuid
from pathlib import Path
from typing import Any

from pydantic import Field

from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.io_contexts import InputContext, IOContext, OutputContext
from dagwire.resources.io_manager import ConfigurableIOManager, io_manager


class FilesystemIOManager(ConfigurableIOManager):
    """Stores each value as a pickle in a file of its own, and loads it again, in later runs too.

    A file is there whole or not at all: what is being written has another name until it is complete. The files last
    until they are deleted. Needs the extra `files` where `base_dir` is a URL.

    Only load what you have stored: to read a pickle runs code in it.
    """

    base_dir: str
    """A folder, or a URL that fsspec knows: `s3://bucket/prefix`, `memory://values`."""
    storage_options: dict[str, Any] = Field(default_factory=dict, repr=False)
    """What fsspec needs to get there, such as credentials; never shown."""

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Store `obj` in place of what was there.

        Raises:
            InvalidInvocationError: The value is of several partitions, and there is one file for each.
        """
        if context.has_asset_partitions and len(context.asset_partition_keys) > 1:
            problem = "stores one partition at a time; a run of several stores by itself, and returns None."
            raise InvalidInvocationError("FilesystemIOManager", problem)
        path = self._path(_identifier(context))
        context.log.debug("storing %s", path)
        _write_whole(path, pickle.dumps(obj))

    def load_input(self, context: InputContext) -> Any:
        """The value stored; of several partitions `{partition key: value}`.

        Raises:
            FileNotFoundError: Nothing was stored.
        """
        if context.has_asset_partitions and len(context.asset_partition_keys) > 1:
            paths = {key: self._path([*context.asset_key.path, key]) for key in context.asset_partition_keys}
            return {key: self._load(context, path) for key, path in paths.items()}
        return self._load(context, self._path(_identifier(context)))

    def _load(self, context: IOContext, path: Any) -> Any:
        context.log.debug("loading %s", path)
        return pickle.loads(path.read_bytes())  # noqa: S301  # it stored the bytes itself; the class's docstring warns

    def _path(self, parts: list[str]) -> Any:
        folder = self._folder()
        path = folder.joinpath(*parts)
        # A key is text of the user's: one with ".." in it must not lead out of the folder.
        if ".." in path.parts:
            raise InvalidInvocationError("FilesystemIOManager", f"cannot store under a name with '..': {parts}.")
        return path

    def _folder(self) -> Any:
        if "://" not in self.base_dir:
            return Path(self.base_dir)
        try:
            from upath import UPath  # noqa: PLC0415  # only a URL needs the extra
        except ModuleNotFoundError as missing:
            missing.add_note("FilesystemIOManager reaches a URL by the extra: pip install 'dagwire[files]'")
            raise
        return UPath(self.base_dir, **self.storage_options)


def _identifier(context: OutputContext | InputContext) -> list[str]:
    """An asset's value is the same in every run; an op's is that run's."""
    return context.get_asset_identifier() if context.has_asset_key else context.get_identifier()


def _write_whole(path: Any, content: bytes) -> None:
    if not isinstance(path, Path):
        # One call for the whole object: stores of objects show it when it is complete.
        path.fs.makedirs(path.parent.path, exist_ok=True)
        path.fs.pipe_file(path.path, content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@io_manager(config_schema=FilesystemIOManager.to_config_schema(), description="Stores values as files.")
def fs_io_manager(context: InitResourceContext) -> Any:
    """`FilesystemIOManager`, configured by the config of a run."""
    return FilesystemIOManager.from_resource_context(context)
