"""Dagster's IO managers as dagwire's."""

from contextlib import suppress
from typing import Any

import dagster as dg

from dagwire.errors import InvalidInvocationError
from dagwire.integrations.dagster.namesakes import plain_metadata
from dagwire.integrations.dagster.partitions import dagster_partitions
from dagwire.resources.io_contexts import InputContext, IOContext, OutputContext
from dagwire.resources.io_manager import IOManager


class DagsterIOManager(IOManager):
    """An IO manager of Dagster's that a run of dagwire's calls; lives as long as the resource is open."""

    def __init__(self, manager: dg.IOManager) -> None:
        """`manager` is open."""
        self.manager = manager

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Store `obj`; metadata that Dagster's adds is added to the asset's event."""
        seen = _output_context(context, type(obj))
        self.manager.handle_output(seen, obj)
        added = seen.get_logged_metadata()
        if added:
            context.add_output_metadata(plain_metadata(added))

    def load_input(self, context: InputContext) -> Any:
        """The value."""
        upstream = context.upstream_output
        seen = dg.build_input_context(
            **_facts(context, _declared(context)),
            upstream_output=None if upstream is None else _output_context(upstream, _declared(upstream)),
        )
        return self.manager.load_input(seen)


def _output_context(context: OutputContext, kind: object) -> dg.OutputContext:
    return dg.build_output_context(
        **_facts(context, kind),
        step_key=_known(context, "step_key"),
        run_id=_known(context, "run_id"),
        mapping_key=context.mapping_key,
        version=context.version,
        output_metadata=dict(context.output_metadata),
    )


def _facts(context: IOContext, kind: object) -> dict[str, Any]:
    """The facts that both kinds of contexts have."""
    partitions = _known(context, "asset_partitions_def")
    span = _known(context, "asset_partition_key_range")
    key = _known(context, "asset_key")
    return {
        "name": _known(context, "name"),
        "config": context.config,
        "definition_metadata": dict(context.definition_metadata),
        "resource_config": context.resource_config,
        "dagster_type": dg.PythonObjectDagsterType(kind) if isinstance(kind, type) else None,
        "asset_key": None if key is None else dg.AssetKey(list(key.path)),
        "partition_key": _known(context, "partition_key"),
        "asset_partitions_def": None if partitions is None else dagster_partitions(partitions, f"asset {key}"),
        "asset_partition_key_range": None if span is None else dg.PartitionKeyRange(span.start, span.end),
    }


def _declared(context: IOContext) -> Any:
    declared = _known(context, "dagster_type")
    return None if declared is None else declared.typing_type


def _known(context: IOContext, name: str) -> Any:
    """A fact of the context; None if it has none, where the context itself would raise."""
    with suppress(InvalidInvocationError):
        return getattr(context, name)
    return None
