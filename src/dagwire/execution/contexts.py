"""The contexts of assets, ops and checks: what a body can ask of its run."""

from collections.abc import Mapping

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.steps.step_definition import AnyStep
from dagwire.errors import InvariantViolationError
from dagwire.execution.assets_in_context import AssetsInContext
from dagwire.execution.current_step import current_context
from dagwire.execution.partitions_in_context import PartitionsInContext
from dagwire.execution.step_context import StepContext


class OpExecutionContext(AssetsInContext, PartitionsInContext, StepContext):
    """The context of an op; lives as long as its step."""

    @staticmethod
    def get() -> "OpExecutionContext":
        """Return the context of the step that runs, for a function that is not passed one.

        Raises:
            InvariantViolationError: No step runs here.
        """
        context = current_context()
        if not isinstance(context, OpExecutionContext | AssetExecutionContext):
            msg = "There is no OpExecutionContext here: no step of an op or an asset runs."
            raise InvariantViolationError(msg)
        return context.op_execution_context

    @property
    def op_execution_context(self) -> "OpExecutionContext":
        """This context."""
        return self

    def get_mapping_key(self) -> str | None:
        """Return the key of the dynamic value that the step works on; None if it is not mapped."""
        return self._mapping_key


class AssetExecutionContext(AssetsInContext, PartitionsInContext, StepContext):
    """The context of an asset; lives as long as its step."""

    @staticmethod
    def get() -> "AssetExecutionContext":
        """Return the context of the asset's step that runs, for a function that is not passed one.

        Raises:
            InvariantViolationError: No step of an asset runs here.
        """
        context = current_context()
        if not isinstance(context, AssetExecutionContext):
            msg = "There is no AssetExecutionContext here: no step of an asset runs."
            raise InvariantViolationError(msg)
        return context

    @property
    def op_execution_context(self) -> OpExecutionContext:
        """This step, for functions that take the context of an op."""
        return self._as(OpExecutionContext)

    def add_asset_metadata(self, metadata: Mapping[str, object], asset_key: CoercibleToAssetKey | None = None) -> None:
        """Add metadata to an asset of this step; to the only one by default."""
        output = None if asset_key is None else self.output_for_asset_key(AssetKey.from_coercible(asset_key))
        self.add_output_metadata(metadata, output)


class AssetCheckExecutionContext(StepContext):
    """The context of a check; lives as long as its step."""

    @property
    def op_execution_context(self) -> OpExecutionContext:
        """This step, for functions that take the context of an op."""
        return self._as(OpExecutionContext)

    @property
    def check_specs(self) -> list[AssetCheckSpec]:
        """The specs of the checks in this step."""
        return list(self._definition.specs_by_key.values()) if self._definition else []

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks that the run selects."""
        wanted = self._node.outputs if self._node else None
        return {spec.key for spec in self.check_specs if wanted is None or spec.step_name in wanted}


_CLASSES: dict[type, type[StepContext]] = {
    AssetsDefinition: AssetExecutionContext,
    AssetChecksDefinition: AssetCheckExecutionContext,
}


def context_class(definition: AnyStep) -> type[StepContext]:
    """Return the class of the context that the body of a definition takes."""
    if definition.body.signature.context_type is OpExecutionContext:
        return OpExecutionContext
    return _class_for(type(definition))


def _class_for(kind: type) -> type[StepContext]:
    if kind not in _CLASSES:
        _CLASSES[kind] = next((_CLASSES[one] for one in kind.__mro__ if one in _CLASSES), OpExecutionContext)
    return _CLASSES[kind]
