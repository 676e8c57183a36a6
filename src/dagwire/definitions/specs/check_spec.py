"""`AssetCheckSpec`: what there is to say of a check, apart from how it is made."""

from collections.abc import Iterable, Mapping
from typing import Any

from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.results import AssetCheckKey
from dagwire.definitions.specs.valid_names import check_name


class AssetCheckSpec:
    """What there is to say of a check, apart from how it is made. Equal by what is said."""

    __slots__ = ("additional_deps", "blocking", "description", "key", "metadata")

    def __init__(
        self,
        name: str,
        *,
        asset: Any,
        description: str | None = None,
        additional_deps: Iterable[Any] | None = None,
        blocking: bool = False,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Keep what is said.

        Args:
            name: The check's name.
            asset: The asset, its key or its name.
            description: For people.
            additional_deps: Assets that must be made before the check, besides its own.
            blocking: Whether what is downstream of the asset waits for the check, and does not run where it fails.
            metadata: Facts about the check.

        Raises:
            InvalidDefinitionError: The name cannot be used, or `asset` names no asset.
        """
        check_name("check", name)
        self.key = AssetCheckKey(AssetKey.from_coercible(asset), name)
        self.description = description
        self.additional_deps = tuple(AssetKey.from_coercible(dep) for dep in additional_deps or ())
        self.blocking = blocking
        self.metadata = dict(metadata or {})

    @property
    def asset_key(self) -> AssetKey:
        """The asset it looks at."""
        return self.key.asset_key

    @property
    def name(self) -> str:
        """The check's name."""
        return self.key.name

    @property
    def step_name(self) -> str:
        """Asset and check in one name, as steps are named."""
        return f"{self.asset_key.to_python_identifier()}_{self.name}"

    def get_python_identifier(self) -> str:
        """The same, under Dagster's name for it."""
        return self.step_name

    def of(self, asset_key: AssetKey) -> "AssetCheckSpec":
        """The same check of another asset."""
        return AssetCheckSpec(
            self.name,
            asset=asset_key,
            description=self.description,
            additional_deps=self.additional_deps,
            blocking=self.blocking,
            metadata=self.metadata,
        )

    def _said(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Equal where all that is said is."""
        return isinstance(other, AssetCheckSpec) and self._said() == other._said()

    def __hash__(self) -> int:
        """By the key."""
        return hash(self.key)

    def __repr__(self) -> str:
        """Name asset and check."""
        return f"AssetCheckSpec({self.asset_key.to_user_string()}:{self.name})"
