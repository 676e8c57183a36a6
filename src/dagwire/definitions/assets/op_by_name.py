"""`op_of`: the call from an asset to the room of ops, which imports this one.

An asset shows its step as an op. It knows the name of the module that makes one, and loads it when somebody asks.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagwire.definitions.assets.assets_definition import AssetsDefinition
    from dagwire.definitions.ops.op import OpDefinition


def op_of(definition: "AssetsDefinition") -> "OpDefinition":
    """Return the step of an asset as an op."""
    op: OpDefinition = importlib.import_module("dagwire.definitions.ops.asset_as_op").asset_as_op(definition)
    return op
