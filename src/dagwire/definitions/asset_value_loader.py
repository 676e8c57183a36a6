"""`AssetValueLoader`: the stored values of assets, one by one."""

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dagwire.definitions.specs.asset_key import CoercibleToAssetKey
from dagwire.resources.instance import DagsterInstance

if TYPE_CHECKING:
    from dagwire.definitions.definitions import Definitions


class AssetValueLoader:
    """Loads the stored values of assets; made by `Definitions.get_asset_value_loader`.

    Every IO manager is opened for one value and closed after it, so a loader holds nothing open.

    Example:
        >>> from tempfile import mkdtemp
        >>> from dagwire import Definitions, FilesystemIOManager, asset
        >>> @asset
        ... def answer():
        ...     return 42
        >>> defs = Definitions(assets=[answer], resources={"io_manager": FilesystemIOManager(base_dir=mkdtemp())})
        >>> run = defs.resolve_implicit_global_asset_job_def().execute_in_process()
        >>> with defs.get_asset_value_loader() as loader:
        ...     loader.load_asset_value("answer")
        42
    """

    def __init__(self, defs: "Definitions", instance: DagsterInstance | None = None) -> None:
        """Keep the definitions; nothing is opened."""
        self._defs = defs
        self._instance = instance

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: object = None,
        partition_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Any:
        """Return the stored value of an asset; see `Definitions.load_asset_value`."""
        return self._defs.load_asset_value(
            asset_key,
            python_type=python_type,
            instance=self._instance,
            partition_key=partition_key,
            metadata=metadata,
        )

    def __enter__(self) -> Self:
        """Return the loader, for a `with` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Do nothing: nothing is open."""
