"""`@asset_check`: a function that looks at an asset and says whether it is as it should be."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.bindings import Bindings, bindings_from
from dagwire.definitions.body import Body
from dagwire.definitions.results import AssetCheckKey


class AssetCheckDefinition:
    """A check of one asset; made by `@asset_check`. Callable, as the function is, in a test."""

    def __init__(
        self,
        check_key: AssetCheckKey,
        body: Body,
        *,
        blocking: bool = False,
        description: str | None = None,
        additional_deps: tuple[AssetKey, ...] = (),
        bindings: Bindings | None = None,
    ) -> None:
        """`blocking` makes what is downstream of the asset wait for the check, and not run where it fails."""
        self.check_key = check_key
        self.body = body
        self.blocking = blocking
        self.description = description
        self.additional_deps = additional_deps
        self.bindings: Bindings = bindings or {}

    @property
    def asset_key(self) -> AssetKey:
        """The asset it looks at."""
        return self.check_key.asset_key

    @cached_property
    def label(self) -> str:
        """How messages name it."""
        return self.body.owner

    @cached_property
    def name(self) -> str:
        """The name of its step, as in Dagster: the asset's and the check's."""
        return f"{self.asset_key.to_python_identifier()}_{self.check_key.name}"

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources it asks for."""
        return frozenset(self.body.keys)

    @cached_property
    def input_keys(self) -> Mapping[str, AssetKey]:
        """`{parameter: key}`: the parameter named as the asset takes its value."""
        own = self.asset_key
        return {name: own if name == own.parts[-1] else AssetKey(name) for name in self.body.signature.inputs}

    @cached_property
    def dependency_keys(self) -> tuple[AssetKey, ...]:
        """The keys of the assets that come before it."""
        return tuple(dict.fromkeys((self.asset_key, *self.input_keys.values(), *self.additional_deps)))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(*args, **kwargs)

    def __repr__(self) -> str:
        """Name asset and check."""
        return f"AssetCheckDefinition({self.asset_key.to_user_string()}:{self.check_key.name})"


def asset_check(  # Dagster's signature
    *,
    asset: Any,
    name: str | None = None,
    description: str | None = None,
    blocking: bool = False,
    additional_deps: Iterable[Any] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config_schema: object = None,
) -> Callable[[Callable[..., Any]], AssetCheckDefinition]:
    """Make a check of `asset` of a function that returns an `AssetCheckResult`.

    Args:
        asset: The asset, its key or its name.
        name: The check's name; the function's by default.
        description: For people; the docstring by default.
        blocking: Whether what is downstream of the asset waits for the check, and does not run where it fails.
        additional_deps: Assets that must be made before the check runs, besides its own.
        required_resource_keys: Resources read as `context.resources.<key>`.
        resource_defs: Resources of its own, stronger than those of `Definitions`.
        config_schema: Config for `context.op_config`, where there is no parameter `config`.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used.
    """
    asset_key = AssetKey.from_coercible(asset)

    def decorate(function: Callable[..., Any]) -> AssetCheckDefinition:
        check_key = AssetCheckKey(asset_key, name or function.__name__)
        owner = f"check '{check_key.name}' of asset '{asset_key.to_user_string()}'"
        return AssetCheckDefinition(
            check_key,
            Body(function, owner, required_resource_keys or (), config_schema),
            blocking=blocking,
            description=description or inspect.getdoc(function),
            additional_deps=tuple(AssetKey.from_coercible(dep) for dep in additional_deps or ()),
            bindings=bindings_from(resource_defs),
        )

    return decorate
