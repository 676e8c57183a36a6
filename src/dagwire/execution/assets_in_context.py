"""`AssetsInContext`: the part of a context that knows the assets that a step makes."""

from typing import Any

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import InvalidPropertyError, UnknownNameError
from dagwire.execution.metadata_in_context import MetadataInContext


class AssetsInContext(MetadataInContext):
    """The assets of a step: of an asset's own, and of an op that makes assets together with others."""

    _node: Node | None
    job: JobDefinition | None

    @property
    def _asset(self) -> AssetsDefinition | None:
        asset = self._node.asset if self._node is not None else self._bound("has_assets_def")
        return asset if isinstance(asset, AssetsDefinition) else None

    def _bound(self, name: str) -> Any:
        """Return the definition that is called."""
        del name
        return self._definition

    @property
    def has_assets_def(self) -> bool:
        """Whether the step makes assets."""
        return self._asset is not None

    @property
    def assets_def(self) -> AssetsDefinition:
        """The definition of the assets that the step makes.

        Raises:
            InvalidPropertyError: It makes none, or nothing is called with this context.
        """
        self._bound("assets_def")
        if self._asset is None:
            raise InvalidPropertyError("assets_def", f"{self._definition.label} makes no asset")
        return self._asset

    @property
    def asset_key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvalidPropertyError: The step makes no asset, or nothing is called with this context.
            InvariantViolationError: The step makes several.
        """
        return self.assets_def.key

    @property
    def _wanted(self) -> frozenset[str] | None:
        return self._node.outputs if self._node is not None else None

    @property
    def selected_output_names(self) -> set[str]:
        """The names of the outputs of this step that the run selects, those of checks included."""
        own = self._definition.output_names
        if self._node is not None and self._node.part_of is not None:
            needed = self._node.needed_outputs
            return {output for output in own if needed is None or output in needed}
        checks = self._asset.check_specs if self._asset is not None else ()
        outputs = {*own, *(spec.get_python_identifier() for spec in checks)}
        return {output for output in outputs if self._wanted is None or output in self._wanted}

    @property
    def selected_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets of this step that the run selects."""
        if self._asset is None:
            return set()
        keys = self._asset.keys_by_output_name
        return {key for output, key in keys.items() if self._wanted is None or output in self._wanted}

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks in this step that the run selects."""
        checks = self._asset.check_specs if self._asset is not None else ()
        return {spec.key for spec in checks if self._wanted is None or spec.step_name in self._wanted}

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """Return the key of the asset behind an output."""
        return self.assets_def.specs_by_output[output_name].key

    def output_for_asset_key(self, asset_key: AssetKey) -> str:
        """Return the name of the output of an asset of the step, or of another step of the job.

        Raises:
            UnknownNameError: The job makes no such asset.
        """
        makers = [self.assets_def, *self._assets_of_job()]
        for maker in makers:
            if asset_key in maker.keys:
                return maker.output_of(asset_key)
        known = [key.to_user_string() for maker in makers for key in maker.keys]
        raise UnknownNameError("asset of the job", asset_key.to_user_string(), known)

    def _assets_of_job(self) -> list[AssetsDefinition]:
        nodes = self.job.steps if self.job is not None else ()
        return [node.asset for node in nodes if node.asset is not None]

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """Return the key of the asset whose value a parameter takes."""
        return self.assets_def.input_keys[input_name]

    def get_asset_provenance(self, asset_key: AssetKey) -> None:
        """Return None: nothing keeps the versions that earlier runs were made of."""
        del asset_key
