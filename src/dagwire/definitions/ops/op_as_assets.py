"""Assets made of one op, by `AssetsDefinition.from_op`."""

from typing import TYPE_CHECKING

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.node_assets import NodeAssets, NodeOutput

if TYPE_CHECKING:
    from dagwire.definitions.ops.op import OpDefinition


def op_as_assets(op: "OpDefinition", assets: NodeAssets) -> AssetsDefinition:
    """Return the assets that the outputs of `op` are.

    Raises:
        InvalidDefinitionError: `assets` names an input or output that `op` does not have.
    """
    outputs = {
        name: NodeOutput(out.description, out.metadata, out.is_required, out.code_version)
        for name, out in op.outs.items()
    }
    ins = assets.ins(op.label, op.ins)
    specs = assets.specs(op.label, op.name, outputs, ins)
    definition = AssetsDefinition.of_body(
        op.name,
        op.body,
        specs,
        ins={name: declared for name, declared in ins.items() if not op.ins[name].is_nothing},
        io_manager_keys=op.io_manager_keys,
        types_by_output={name: out.dagster_type for name, out in op.outs.items()},
        can_subset=assets.can_subset,
        partitions_def=assets.partitions_def,
        backfill_policy=assets.backfill_policy,
        resource_defs=assets.resource_defs,
        check_specs=assets.check_specs,
        retry_policy=op.retry_policy,
        hooks=op.hooks | frozenset(assets.hook_defs or ()),
        description=op.description,
        tags=op.tags,
    )
    definition.bindings = {**op.bindings, **definition.bindings}
    return definition
