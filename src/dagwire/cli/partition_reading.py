"""Bodies that read the key of one partition: a run of a range would fail in the midst of them."""

import inspect

from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.steps.names_in_code import names_in_code

_READS_ONE = frozenset({"partition_key", "asset_partition_key_for_output"})
_READS_SEVERAL = frozenset(
    {
        *("partition_keys", "partition_key_range", "has_partition_key_range", "partition_time_window"),
        *("asset_partition_keys_for_output", "asset_partition_key_range_for_output", "multi_partition_key"),
    }
)


def steps_reading_one_partition(job: JobDefinition) -> list[str]:
    """The labels of the steps with partitions whose bodies read one key and never several, by their code."""
    return [
        node.definition.label
        for node in job.steps
        if getattr(node.definition, "partitions_def", None) is not None
        and _reads_one(inspect.unwrap(node.definition.body.function))
    ]


def _reads_one(function: object) -> bool:
    names = names_in_code(function) or frozenset()
    return not names.isdisjoint(_READS_ONE) and names.isdisjoint(_READS_SEVERAL)
