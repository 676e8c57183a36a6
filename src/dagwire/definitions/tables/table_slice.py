"""`TableSlice`: the rows of a table that one value is, found by an asset's key, metadata and partitions."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.partitions.multi_partitions import MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_key_range import TimeWindow
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.io_contexts import IOContext, OutputContext

_DEFAULT_SCHEMA = "public"


class TablePartitionDimension(NamedTuple):
    """The partitions of a slice in one dimension: a column, and the values that it has in them."""

    partition_expr: str
    """A column, or another expression in SQL."""
    partitions: TimeWindow | Sequence[str]
    """The time window, or the partition keys."""


class TableSlice(NamedTuple):
    """The rows of a table that one value is: all of them, or those of some partitions."""

    table: str
    schema: str
    database: str | None = None
    columns: Sequence[str] | None = None
    """The columns that an input takes; all by default."""
    partition_dimensions: Sequence[TablePartitionDimension] | None = None


def escape_sql_string_literal(value: str) -> str:
    """Double the quotes of a text that is to stand between quotes in SQL."""
    return value.replace("'", "''")


def static_where_clause(table_partition: TablePartitionDimension) -> str:
    """Write the condition, in SQL, for rows whose column is one of some partition keys; quotes in keys are doubled.

    Raises:
        InvalidDefinitionError: The partitions are a time window.

    Example:
        >>> from dagwire import TablePartitionDimension, static_where_clause
        >>> static_where_clause(TablePartitionDimension("city", ["Rome", "L'Aquila"]))
        "city in ('Rome', 'L''Aquila')"
    """
    if isinstance(table_partition.partitions, TimeWindow):
        problem = f"static_where_clause takes partition keys; '{table_partition.partition_expr}' has a time window."
        raise InvalidDefinitionError(problem)
    values = [f"'{escape_sql_string_literal(key)}'" for key in table_partition.partitions]
    return f"{table_partition.partition_expr} in ({', '.join(values)})"


def slice_of(context: IOContext, made_by: OutputContext | None, database: str, schema: str | None) -> TableSlice:
    """Find the table and the rows that the value of `context` is.

    Args:
        context: The context of an output or an input.
        made_by: The context of the output, whose metadata names schema, table and columns of the partitions.
        database: The database of all tables.
        schema: The schema of tables whose output names none.

    Raises:
        InvalidDefinitionError: The value is of partitions, and its metadata names no column for them.
    """
    metadata: Mapping[str, Any] = {} if made_by is None else made_by.definition_metadata
    path: Sequence[str] = context.asset_key.path if context.has_asset_key else ()
    default_table = path[-1] if path else (made_by or context).name
    return TableSlice(
        table=default_table if path else metadata.get("table", default_table),
        schema=metadata.get("schema") or schema or (path[-2] if len(path) > 1 else _DEFAULT_SCHEMA),
        database=database,
        columns=context.definition_metadata.get("columns"),
        partition_dimensions=_dimensions(context, metadata) if path and context.has_asset_partitions else [],
    )


def _dimensions(context: IOContext, metadata: Mapping[str, Any]) -> list[TablePartitionDimension]:
    partitions_def, keys = context.asset_partitions_def, context.asset_partition_keys
    column = metadata.get("partition_expr")
    if not isinstance(partitions_def, MultiPartitionsDefinition):
        return [TablePartitionDimension(_column(context, column), _values(partitions_def, keys))]
    column_by_name: Mapping[str, Any] = column if is_mapping(column) else {}
    parted = [partitions_def.get_partition_key_from_str(key) for key in keys]
    return [
        TablePartitionDimension(
            _column(context, column_by_name.get(part.name), part.name),
            _values(part.partitions_def, list(dict.fromkeys(key.keys_by_dimension[part.name] for key in parted))),
        )
        for part in partitions_def.partitions_defs
    ]


def _column(context: IOContext, column: Any, dimension: str | None = None) -> str:
    """Return the column of a dimension.

    Raises:
        InvalidDefinitionError: Metadata names none.
    """
    if isinstance(column, str):
        return column
    asset = context.asset_key.to_user_string()
    if dimension is None:
        problem = f"Asset '{asset}' has partitions, and its metadata names no column for them."
        raise InvalidDefinitionError(f'{problem} Name it: metadata={{"partition_expr": "day"}}.')
    problem = f"Asset '{asset}' has partitions, and its metadata names no column for dimension '{dimension}'."
    raise InvalidDefinitionError(f'{problem} Name it: metadata={{"partition_expr": {{"{dimension}": "day"}}}}.')


def _values(partitions_def: PartitionsDefinition, keys: Sequence[str]) -> TimeWindow | Sequence[str]:
    """Return the window of time that partitions cover, or their keys if they are not of time."""
    if not isinstance(partitions_def, TimeWindowPartitionsDefinition) or not keys:
        return list(keys)
    windows = [partitions_def.time_window_for_partition_key(key) for key in keys]
    return TimeWindow(min(window.start for window in windows), max(window.end for window in windows))
