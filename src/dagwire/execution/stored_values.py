"""`StoredValues`: the values that a body may load although none of its parameters takes them."""

from collections.abc import Mapping

from dagwire.definitions.jobs.asset_graph import KnownAssets
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.load_value import load_value
from dagwire.resources.instance import DagsterInstance

_NONE_KNOWN = KnownAssets((), {})


class StoredValues:
    """The stored values of the assets that a run's job was chosen from; lives as long as the run."""

    def __init__(self, job: JobDefinition, replacements: Mapping[str, object], instance: DagsterInstance) -> None:
        """`replacements` are those of the run, which are stronger than all others. Nothing is loaded."""
        self._job = job
        self._replacements = replacements
        self._instance = instance

    def load(self, key: AssetKey, python_type: object, partition_key: str | None) -> object:
        """The value that the asset's IO manager loads; it is opened for this alone, as in Dagster.

        Raises:
            UnknownNameError: The job knows no such asset.
            MissingResourceError: The IO manager is not provided.
        """
        asset = (self._job.known or _NONE_KNOWN).stored_value_of(key)
        replacements = {**self._job.bindings, **self._replacements}
        return load_value(asset, self._job.container, python_type, self._instance, partition_key, None, replacements)
