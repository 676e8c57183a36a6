"""An asset as an op: called in the body of a job it makes its value there, and is not materialized."""

from typing import Any

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.ins_and_outs import In, Out
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.value_types.scalar_types import Nothing
from dagwire.errors import InvalidDefinitionError


def asset_as_op(definition: Any) -> OpDefinition:
    """The op with the body of an asset; assets that it only depends on are inputs of type Nothing.

    Raises:
        InvalidDefinitionError: `definition` is not an asset.
    """
    if not isinstance(definition, AssetsDefinition):
        raise InvalidDefinitionError(f"{definition.label} cannot be called in the body of a job; call ops and assets.")
    taken = definition.input_keys
    before = [name for name in definition.keys_by_input_name if name not in taken]
    made = OpDefinition(
        definition.body,
        definition.name,
        {name: In(Nothing) for name in before},
        {
            output: Out(
                definition.output_type(output),
                spec.description,
                is_required=not spec.skippable,
                io_manager_key=definition.io_manager_keys.get(output),
                metadata=spec.metadata,
            )
            for output, spec in definition.specs_by_output.items()
        },
        definition.description,
        tags=definition.tags,
        retry_policy=definition.retry_policy,
        code_version=next(iter(definition.code_versions_by_key.values())),
        pool=definition.pool,
    )
    made.hooks = definition.hooks
    made.bindings = definition.bindings
    return made
