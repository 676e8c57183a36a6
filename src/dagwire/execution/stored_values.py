"""`StoredValues`: the values that a body may load although none of its parameters takes them."""

from collections.abc import Callable, Mapping

from dagwire.definitions.jobs.asset_graph import KnownAssets
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.load_value import load_value
from dagwire.resources.instance import DagsterInstance

_NONE_KNOWN = KnownAssets((), {})


class StoredValues:
    """The stored values of the assets that a run's job was chosen from; lives as long as the run."""

    def __init__(
        self,
        job: JobDefinition,
        replacements: Mapping[str, object],
        instance: DagsterInstance,
        keep_values: Callable[[], None],
    ) -> None:
        """Load nothing yet.

        Args:
            job: The job of the run.
            replacements: The run's own resources, which are stronger than all others.
            instance: The memory of the values that no IO manager stores.
            keep_values: Puts the values that the run has made so far into that memory.
        """
        self._job = job
        self._replacements = replacements
        self._instance = instance
        self._keep_values = keep_values

    def load(self, key: AssetKey, python_type: object, partition_key: str | None) -> object:
        """The value that the asset's IO manager loads; it is opened for this alone, as in Dagster.

        Raises:
            UnknownNameError: The job knows no such asset.
            MissingResourceError: The IO manager is not provided.
        """
        asset = (self._job.known or _NONE_KNOWN).stored_value_of(key)
        self._keep_values()
        replacements = {**self._job.bindings, **self._replacements}
        return load_value(asset, self._job.container, python_type, self._instance, partition_key, None, replacements)
