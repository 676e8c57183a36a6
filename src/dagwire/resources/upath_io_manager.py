"""`UPathIOManager`: the base of IO managers that store each value in a file of its own."""

import asyncio
import os
from abc import abstractmethod
from collections.abc import Coroutine
from dataclasses import dataclass
from importlib import import_module
from inspect import iscoroutine, iscoroutinefunction
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from dagwire.errors import InvalidInvocationError
from dagwire.resources.file_names import file_name, is_below, nested_name, relative_parts, with_slashes
from dagwire.resources.io_contexts import InputContext, IOContext, OutputContext
from dagwire.resources.io_manager import IOManager

T = TypeVar("T")

ALLOW_MISSING = "allow_missing_partitions"
"""The metadata entry of an input by which missing partitions are skipped."""


class UPathIOManager(IOManager):
    """Stores each value, and each partition, in a file: define `dump_to_path` and `load_from_path`.

    Files are laid out as by Dagster: `folder/key`, and `folder/key/partition`, where each dimension of a multi
    partition is a folder. Keys are escaped where they would lead out of the folder. Paths are of pathlib, or of
    universal-pathlib if the base path is.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from dagwire import UPathIOManager, asset, materialize
        >>> class TextIOManager(UPathIOManager):
        ...     extension = ".txt"
        ...     def dump_to_path(self, context, obj, path):
        ...         path.write_text(obj)
        ...     def load_from_path(self, context, path):
        ...         return path.read_text()
        >>> @asset
        ... def greeting():
        ...     return "hello"
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = materialize([greeting], resources={"io_manager": TextIOManager(folder)})
        >>> (folder / "greeting.txt").read_text()
        'hello'
    """

    extension: str | None = None
    """The ending of all files, with its dot."""

    def __init__(self, base_path: object = None) -> None:
        """Store under `base_path`, a Path or UPath; by default in the working directory."""
        self._base_path: Any = Path() if base_path is None else base_path

    # -- to override: the values ---------------------------------------------------------------------------------------

    @abstractmethod
    def dump_to_path(self, context: OutputContext, obj: Any, path: Any) -> None:
        """Write `obj` to `path`, whose folder exists."""

    @abstractmethod
    def load_from_path(self, context: InputContext, path: Any) -> Any:
        """Read the value from `path`; a coroutine function reads several partitions side by side."""

    def get_metadata(self, context: OutputContext, obj: Any) -> dict[str, Any]:
        """More metadata of the output; none by default."""
        del context, obj
        return {}

    # -- to override: the places ---------------------------------------------------------------------------------------

    def get_asset_relative_path(self, context: IOContext) -> Any:
        """The path of an asset below the base path, without partition and extension."""
        return PurePosixPath(*map(file_name, context.asset_key.path))

    def get_op_output_relative_path(self, context: InputContext | OutputContext) -> Any:
        """The path of an op's output below the base path, without extension."""
        return PurePosixPath(*map(file_name, context.get_identifier()))

    def get_path_for_partition(self, context: IOContext, path: Any, partition: str) -> Any:
        """The path of a partition, without extension.

        Args:
            context: The value's context.
            path: The asset's path.
            partition: The key; of a multi partition the keys of all dimensions, with slashes between them.
        """
        del context
        return self.make_safe_partition_path(path, partition)

    def make_safe_partition_path(self, base_path: Any, partition: str) -> Any:
        """The path of a partition below `base_path`, whatever its key is."""
        return base_path / nested_name(partition)

    # -- to override: the file system ----------------------------------------------------------------------------------

    def make_directory(self, path: Any) -> None:
        """Make a folder and those above it; override for a store without folders."""
        path.mkdir(parents=True, exist_ok=True)

    def path_exists(self, path: Any) -> bool:
        """Whether a file is there."""
        return bool(path.exists())

    def unlink(self, path: Any) -> None:
        """Delete a file."""
        path.unlink()

    def has_output(self, context: OutputContext) -> bool:
        """Whether an unpartitioned value is stored."""
        return self.path_exists(self._get_path(context))

    @property
    def fs(self) -> Any:
        """The fsspec file system; needs the extra `files`."""
        if hasattr(self._base_path, "fs"):
            return self._base_path.fs
        return import_module("fsspec").filesystem("file")

    @property
    def storage_options(self) -> dict[str, Any]:
        """The options that fsspec opens the base path with."""
        return dict(getattr(self._base_path, "storage_options", {}))

    # -- to override: the log ------------------------------------------------------------------------------------------

    def get_loading_input_log_message(self, path: Any) -> str:
        """The line that is logged before a value is read."""
        return f"loading {path}"

    def get_writing_output_log_message(self, path: Any) -> str:
        """The line that is logged before a value is written."""
        return f"storing {path}"

    def get_loading_input_partition_log_message(self, path: Any, partition_key: str) -> str:
        """The line that is logged before a partition is read."""
        return f"loading partition {partition_key} from {path}"

    def get_missing_partition_log_message(self, partition_key: str) -> str:
        """The line that is logged when a missing partition is skipped."""
        return f"skipped partition {partition_key}, which is missing: the input's metadata has {ALLOW_MISSING}"

    # -- storing -------------------------------------------------------------------------------------------------------

    def handle_output(self, context: OutputContext, obj: Any) -> None:
        """Write `obj`, and record its path in the metadata.

        Raises:
            InvalidInvocationError: The value is of several partitions, and each has a file of its own.
        """
        if context.has_asset_partitions:
            path = self._only_partition_path(context)
            self._make_way_for_partitions(context)
        else:
            path = self._get_path(context)
        self.make_directory(path.parent)
        context.log.debug(self.get_writing_output_log_message(path))
        self.dump_to_path(context=context, obj=obj, path=path)
        # None is seldom meant as a value; a path would then point the reader to the wrong place.
        at = {} if obj is None else {"path": StoredPath(str(path))}
        context.add_output_metadata({**at, **self.get_metadata(context=context, obj=obj)})

    def _only_partition_path(self, context: OutputContext) -> Any:
        paths = list(self._get_paths_for_partitions(context).values())
        if len(paths) != 1:
            problem = (
                f"stores one partition at a time, and this value is of {len(paths)} partitions. Run each partition "
                f"by itself, or store in the body and annotate it `-> None`."
            )
            raise InvalidInvocationError(type(self).__name__, problem)
        return paths[0]

    def _make_way_for_partitions(self, context: OutputContext) -> None:
        """Delete the file of an asset that had no partitions before: its folder takes the same name."""
        path = self._get_path_without_extension(context)
        if path.is_file():
            context.log.warning("deleting %s, which was stored before the asset had partitions", path)
            self.unlink(path)

    # -- loading -------------------------------------------------------------------------------------------------------

    def load_input(self, context: InputContext) -> Any:
        """The stored value; of several partitions `{partition key: value}`.

        Raises:
            FileNotFoundError: A value is not stored, and missing partitions are not allowed.
        """
        if not context.has_asset_key or not context.has_asset_partitions:
            return self._load_single_input(self._get_path(context), context)
        if not context.asset_partition_keys:
            return None
        if iscoroutinefunction(self.load_from_path):
            return self.load_partitions_async(context)
        return self.load_partitions(context)

    def _load_single_input(self, path: object, context: InputContext) -> Any:
        context.log.debug(self.get_loading_input_log_message(path))
        value = self.load_from_path(context=context, path=path)
        return _finished(value) if iscoroutine(value) else value

    def load_partitions(self, context: InputContext) -> Any:
        """The value of one partition, or `{partition key: value}` of several; override to read several at once."""
        paths, older = self._get_paths_for_partitions(context), self._older_paths(context)
        values: dict[str, Any] = {}
        for key, path in paths.items():
            context.log.debug(self.get_loading_input_partition_log_message(path, key))
            try:
                values[key] = self._load_first(context, path, older.get(key))
            except FileNotFoundError:
                if not _allows_missing(context):
                    raise
                context.log.warning(self.get_missing_partition_log_message(key))
        if len(paths) == 1:
            return next(iter(values.values()), None)
        return {key: value for key, value in values.items() if value is not None}

    def _load_first(self, context: InputContext, path: object, older: object) -> Any:
        try:
            return self.load_from_path(context=context, path=path)
        except FileNotFoundError as missing:
            if older is None:
                raise
            try:
                return self.load_from_path(context=context, path=older)
            except FileNotFoundError:
                raise missing from None

    def load_partitions_async(self, context: InputContext) -> Any:
        """`{partition key: value}`, loaded side by side by a coroutine function.

        Raises:
            RuntimeError: Some could not be loaded; each is logged, and the first is the cause.
        """
        return _finished(self._load_side_by_side(context))

    async def _load_side_by_side(self, context: InputContext) -> dict[str, Any]:
        paths = self._get_paths_for_partitions(context)
        loading = (self.load_from_path(context=context, path=path) for path in paths.values())
        results = dict(zip(paths, await asyncio.gather(*loading, return_exceptions=True), strict=True))
        failures: list[BaseException] = []
        for key, result in results.items():
            if isinstance(result, FileNotFoundError) and _allows_missing(context):
                context.log.warning(self.get_missing_partition_log_message(key))
            elif isinstance(result, BaseException):
                context.log.error("could not load partition %s: %s", key, result)
                failures.append(result)
        if failures:
            msg = f"{len(failures)} of {len(paths)} partitions could not be loaded"
            raise RuntimeError(msg) from failures[0]
        return {
            key: value
            for key, value in results.items()
            if value is not None and not isinstance(value, FileNotFoundError)
        }

    # -- paths ---------------------------------------------------------------------------------------------------------

    def _get_path(self, context: InputContext | OutputContext) -> Any:
        """The path of an unpartitioned value."""
        return self._with_extension(self._get_path_without_extension(context))

    def _get_path_without_extension(self, context: InputContext | OutputContext) -> Any:
        if context.has_asset_key:
            relative = self.get_asset_relative_path(context)
        else:
            relative = self.get_op_output_relative_path(context)
        return self._base_path.joinpath(*relative_parts(relative))

    def _with_extension(self, path: Any) -> Any:
        return path.parent / f"{path.name}{self.extension}" if self.extension else path

    def _get_paths_for_partitions(self, context: InputContext | OutputContext) -> dict[str, Any]:
        """`{partition key: path}`."""
        if not context.has_asset_partitions:
            raise InvalidInvocationError(type(self).__name__, "was asked for partitions of a value that has none.")
        folder = self._get_path_without_extension(context)
        return {key: self._partition_path(context, folder, key) for key in context.asset_partition_keys}

    def _partition_path(self, context: IOContext, folder: object, key: str) -> Any:
        partition = with_slashes(key)
        path = self.get_path_for_partition(context, folder, partition)
        # An override may join the key as it is, and only an odd key can then lead elsewhere.
        if nested_name(partition) != partition and not is_below(path, self._base_path):
            problem = f"would store partition '{key}' outside of {self._base_path}; use make_safe_partition_path."
            raise InvalidInvocationError(f"{type(self).__name__}.get_path_for_partition", problem)
        return self._with_extension(path)

    def _older_paths(self, context: InputContext) -> dict[str, Any]:
        """The paths of multi partitions that were once written as one name: `red|2024-01-02`."""
        folder = self._get_path_without_extension(context)
        several = [key for key in context.asset_partition_keys if with_slashes(key) != key]
        return {key: self._with_extension(self.make_safe_partition_path(folder, str(key))) for key in several}


@dataclass(frozen=True)
class StoredPath(os.PathLike[str]):
    """The place of a stored value, a path or a URL; metadata shows it as a path."""

    text: str

    def __fspath__(self) -> str:
        """The place as text."""
        return self.text


def _allows_missing(context: InputContext) -> bool:
    return bool(context.definition_metadata.get(ALLOW_MISSING, False))


def _finished(work: Coroutine[Any, Any, T]) -> T | Coroutine[Any, Any, T]:
    """The result of a coroutine; inside an event loop the coroutine itself, for the run to wait for."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    return work
