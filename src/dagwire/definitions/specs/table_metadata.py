"""Tables as metadata: schemas, records, and the lineage of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dagwire.definitions.specs.argument_types import check_members, check_text_keys, check_type
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import ArgumentTypeError

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class TableConstraints:
    """Constraints of a whole table, in words."""

    other: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the arguments."""
        check_members("TableConstraints", "other", self.other, str)
        object.__setattr__(self, "other", list(self.other))


@dataclass(frozen=True, slots=True)
class TableColumnConstraints:
    """Constraints of one column."""

    nullable: bool = True
    unique: bool = False
    other: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the types of the arguments."""
        check_type("TableColumnConstraints", "nullable", self.nullable, bool)
        check_type("TableColumnConstraints", "unique", self.unique, bool)
        check_members("TableColumnConstraints", "other", self.other, str)
        object.__setattr__(self, "other", list(self.other))


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table: its name, its type and what is known of it."""

    name: str
    type: str = "string"
    """The type as the system that holds the table names it."""
    description: str | None = None
    constraints: TableColumnConstraints | None = None
    """Without constraints a column may hold nulls and repeat values."""
    tags: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        """Check the types of the arguments, and fill in defaults."""
        check_type("TableColumn", "name", self.name, str)
        check_type(f"TableColumn '{self.name}'", "type", self.type, str)
        check_type(f"TableColumn '{self.name}'", "description", self.description, str)
        object.__setattr__(self, "constraints", self.constraints or TableColumnConstraints())
        check_type(f"TableColumn '{self.name}'", "constraints", self.constraints, TableColumnConstraints)
        object.__setattr__(self, "tags", dict(self.tags or {}))


@dataclass(frozen=True, slots=True)
class TableSchema:
    """The columns of a table, and constraints of the table as a whole.

    Example:
        >>> from dagwire import TableColumn, TableSchema
        >>> TableSchema([TableColumn("trip_id", "int"), TableColumn("fare", "float")]).columns[1].type
        'float'
    """

    columns: Sequence[TableColumn]
    constraints: TableConstraints | None = None

    def __post_init__(self) -> None:
        """Check the types of the arguments, and fill in defaults."""
        check_members("TableSchema", "columns", self.columns, TableColumn)
        object.__setattr__(self, "columns", list(self.columns))
        object.__setattr__(self, "constraints", self.constraints or TableConstraints())
        check_type("TableSchema", "constraints", self.constraints, TableConstraints)

    @staticmethod
    def from_name_type_dict(name_type_dict: Mapping[str, str]) -> "TableSchema":
        """Return the schema of columns `{name: type}`."""
        return TableSchema([TableColumn(name, kind) for name, kind in name_type_dict.items()])


@dataclass(frozen=True, slots=True, init=False)
class TableRecord:
    """A row of a table: `{column: value}`."""

    data: Mapping[str, Cell]

    def __init__(self, data: Mapping[str, Cell]) -> None:
        """Keep the values.

        Raises:
            ArgumentTypeError: A value is not a str, int, float, bool or None.
        """
        check_text_keys("TableRecord", "data", data)
        for column, value in data.items():
            check_type("TableRecord", f"data['{column}']", value, str, int, float, bool)
        object.__setattr__(self, "data", dict(data))


@dataclass(frozen=True, slots=True, init=False)
class TableColumnDep:
    """A column of an upstream asset from which a column is computed."""

    asset_key: AssetKey
    column_name: str

    def __init__(self, asset_key: object, column_name: str) -> None:
        """Take the asset as its key, its name or itself."""
        check_type("TableColumnDep", "column_name", column_name, str)
        object.__setattr__(self, "asset_key", AssetKey.from_coercible(asset_key))
        object.__setattr__(self, "column_name", column_name)


@dataclass(frozen=True, slots=True, init=False)
class TableColumnLineage:
    """The upstream columns of each column of a table: `{column: [TableColumnDep]}`."""

    deps_by_column: Mapping[str, Sequence[TableColumnDep]]

    def __init__(self, deps_by_column: Mapping[str, Sequence[TableColumnDep]]) -> None:
        """Keep the columns.

        Raises:
            ArgumentTypeError: An entry is not a collection of `TableColumnDep`.
        """
        check_text_keys("TableColumnLineage", "deps_by_column", deps_by_column)
        for column, deps in deps_by_column.items():
            check_members("TableColumnLineage", f"deps_by_column['{column}']", deps, TableColumnDep)
        object.__setattr__(self, "deps_by_column", {column: list(deps) for column, deps in deps_by_column.items()})


def inferred_schema(records: Sequence[TableRecord]) -> TableSchema:
    """Return the schema of `records`, with the types of the first one's values.

    Raises:
        ArgumentTypeError: There are no records, or they do not all have the same columns.
    """
    if not records:
        raise ArgumentTypeError("A table without records", "schema", "TableSchema", None)
    first = records[0].data
    if any(set(record.data) != set(first) for record in records):
        raise ArgumentTypeError("A table", "records", "collection of records with the same columns", records)
    return TableSchema([TableColumn(name, _column_type(value)) for name, value in first.items()])


def _column_type(value: Cell) -> str:
    return "string" if isinstance(value, str) else type(value).__name__
