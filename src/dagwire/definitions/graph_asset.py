"""`@graph_asset`: an asset that several ops make together."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from dagwire.definitions.asset import RESULT, asset_key_for
from dagwire.definitions.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.asset_spec import AssetIn, AssetSpec
from dagwire.definitions.assets_definition import AssetsDefinition
from dagwire.definitions.bindings import rebound
from dagwire.definitions.body import Body
from dagwire.definitions.composition import Composed, Composition, composed_body
from dagwire.definitions.handles import OutputHandle
from dagwire.definitions.mapped_steps import with_mapping
from dagwire.definitions.node import Node, op_node
from dagwire.definitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.stored_input import StoredInput
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError


class GraphAssetDefinition(AssetsDefinition):
    """An asset that several ops make together; made by `@graph_asset`.

    In a job its ops are steps, and one more step takes what the last of them gave as the asset's value.
    """

    def __init__(
        self, body: Body, spec: AssetSpec, composed: Composed, ins: Mapping[str, AssetIn], **asset: Any
    ) -> None:
        """`body` is that of the last step; `asset` is what `AssetsDefinition` takes."""
        super().__init__(spec.key.to_python_identifier(), body, {RESULT: spec}, ins=ins, **asset)
        self._composed = composed
        handle = composed.outputs[RESULT]
        named = composed.placed[handle.node].definition.io_manager_keys.get(handle.output)
        if named is not None:
            self.io_manager_keys = {RESULT: named}

    def inner_nodes(self, inputs: Mapping[str, OutputHandle], loads: Mapping[str, StoredInput]) -> list[Node]:
        """The steps of its ops; `inputs` are the assets whose values they take, `loads` those that do not run here.

        Raises:
            InvalidDefinitionError: An op is given nothing for an input without default.
        """
        composition = Composition(self.label)
        composition.place_graph(self._composed, self.name, tuple(self.input_keys), (), {**inputs, **loads})
        for placed in composition.placed.values():
            placed.definition = rebound(placed.definition, {**self.bindings, **placed.definition.bindings})
        nodes = with_mapping(self.label, [op_node(self.label, placed) for placed in composition.placed.values()])
        handle = self.outer_inputs()[RESULT]
        for node in nodes:
            if node.name == handle.node:
                node.unstored = frozenset({handle.output})
        return nodes

    @property
    def inner_names(self) -> list[str]:
        """The names of these steps."""
        return [f"{self.name}.{name}" for name in self._composed.placed]

    def outer_inputs(self) -> dict[str, OutputHandle]:
        """Where the value of the asset comes from."""
        handle = self._composed.outputs[RESULT]
        return {RESULT: OutputHandle(f"{self.name}.{handle.node}", handle.output)}

    def unfilled_inputs(self, filled: Any) -> dict[str, AssetKey]:
        """None: its ops take the values, and say themselves what they lack."""
        return {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: what is called in a test is an op.

        Raises:
            InvalidInvocationError: Always.
        """
        raise InvalidInvocationError(self.label, "is made by several ops; call these, or `materialize` it.")


@overload
def graph_asset(compose_fn: Callable[..., Any]) -> GraphAssetDefinition: ...
@overload
def graph_asset(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: Mapping[str, object] | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], GraphAssetDefinition]: ...
def graph_asset(  # Dagster's signature
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, AssetIn] | None = None,
    key_prefix: str | Sequence[str] | None = None,
    group_name: str | None = None,
    partitions_def: PartitionsDefinition | None = None,
    metadata: Mapping[str, object] | None = None,
    tags: Mapping[str, str] | None = None,
    owners: Sequence[str] | None = None,
    backfill_policy: BackfillPolicy | None = None,
    resource_defs: Mapping[str, object] | None = None,
    code_version: str | None = None,
    key: CoercibleToAssetKey | None = None,
    kinds: Iterable[str] | None = None,
) -> GraphAssetDefinition | Callable[[Callable[..., Any]], GraphAssetDefinition]:
    """Make an asset of a function that calls ops and returns the output of the last one.

    Its parameters are upstream assets, by their names; everything else is as `@asset` has it.

    Raises:
        InvalidDefinitionError: It does not return the output of an op, or a name cannot be used.

    Example:
        >>> from dagwire import graph_asset, materialize, op
        >>> @op
        ... def one():
        ...     return 1
        >>> @op
        ... def double(number):
        ...     return number * 2
        >>> @graph_asset
        ... def doubled():
        ...     return double(one())
        >>> materialize([doubled]).asset_value("doubled")
        2
    """

    def decorate(function: Callable[..., Any]) -> GraphAssetDefinition:
        spec = AssetSpec(
            asset_key_for(function, name, key, key_prefix),
            description=description or inspect.getdoc(function),
            metadata=metadata,
            group_name=group_name,
            tags=tags,
            owners=owners,
            kinds=kinds,
            code_version=code_version,
            partitions_def=partitions_def,
        )
        owner = f"graph asset '{spec.key.to_user_string()}'"
        parameters = tuple(inspect.signature(function).parameters)
        composed = composed_body(owner, function, parameters, None)
        if set(composed.outputs) != {RESULT}:
            msg = f"{owner} returns nothing that could be its value; return the output of an op."
            raise InvalidDefinitionError(msg)
        return GraphAssetDefinition(
            Body(_value, owner),
            spec,
            composed,
            {parameter: (ins or {}).get(parameter, AssetIn()) for parameter in parameters},
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            resource_defs=resource_defs,
        )

    return decorate if compose_fn is None else decorate(compose_fn)


def _value(result: Any) -> Any:
    """The body of the last step: the value of the last op is the asset's."""
    return result
