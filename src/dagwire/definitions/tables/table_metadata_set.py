"""`TableMetadataSet`: the metadata of a table, under the names that Dagster's page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.table_metadata import TableColumnLineage, TableSchema

_PREFIX = "dagster/"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableMetadataSet:
    """Facts about a table; as a mapping it has those that are set, under keys such as "dagster/row_count".

    Example:
        >>> from dagwire import TableMetadataSet
        >>> {**TableMetadataSet(row_count=3, table_name="main.trips"), "source": "upload"}
        {'dagster/row_count': 3, 'dagster/table_name': 'main.trips', 'source': 'upload'}
    """

    column_schema: TableSchema | None = None
    column_lineage: TableColumnLineage | None = None
    row_count: int | None = None
    partition_row_count: int | None = None
    """The number of rows of one partition."""
    table_name: str | None = None
    """The whole name, with schema and database."""
    storage_kind: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the values."""
        kinds = {"column_schema": TableSchema, "column_lineage": TableColumnLineage}
        counts = {"row_count": int, "partition_row_count": int}
        for name, kind in {**kinds, **counts, "table_name": str, "storage_kind": str}.items():
            check_type("TableMetadataSet", name, getattr(self, name), kind, type(None))

    def keys(self) -> list[str]:
        """The keys of the values that are set."""
        return [f"{_PREFIX}{one.name}" for one in fields(self) if getattr(self, one.name) is not None]

    def __getitem__(self, key: str) -> Any:
        """Return the value of a key; None if it is not set."""
        return getattr(self, key.removeprefix(_PREFIX))

    @classmethod
    def extract(cls, metadata: Mapping[str, Any]) -> Self:
        """Read what `metadata` says of a table; other keys are passed over.

        Raises:
            ArgumentTypeError: A value is not of the type that its key has.
        """
        found = {one.name: metadata.get(f"{_PREFIX}{one.name}") for one in fields(cls)}
        return cls(**{name: one.value if isinstance(one, MetadataValue) else one for name, one in found.items()})
