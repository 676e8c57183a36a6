"""`MetadataValue`: facts about assets, results and events, in kinds that an outlet knows how to show."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from os import PathLike, fspath
from typing import Any

from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.table_metadata import TableColumnLineage, TableRecord, TableSchema, inferred_schema
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError


class MetadataValue(ABC):
    """A value of metadata; its class decides how it is shown. Equal by its fields, whatever its kind, as in Dagster."""

    __slots__ = ()

    @property
    @abstractmethod
    def value(self) -> Any:
        """The plain value."""

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type]  # every kind is a dataclass  # pyright: ignore[reportArgumentType]

    def __eq__(self, other: object) -> bool:
        """Compare the fields: an int of 1 equals a float of 1.0."""
        return isinstance(other, MetadataValue) and self._fields() == other._fields()

    def __hash__(self) -> int:
        """Hash the fields."""
        return hash(self._fields())

    @staticmethod
    def text(text: str | None) -> "TextMetadataValue":
        """Return plain text."""
        return TextMetadataValue(text)

    @staticmethod
    def url(url: str | None) -> "UrlMetadataValue":
        """Return a link."""
        return UrlMetadataValue(url)

    @staticmethod
    def path(path: str | PathLike[str] | None) -> "PathMetadataValue":
        """Return a file or folder."""
        return PathMetadataValue(path)

    @staticmethod
    def notebook(path: str | PathLike[str] | None) -> "NotebookMetadataValue":
        """Return a notebook, by its path."""
        return NotebookMetadataValue(path)

    @staticmethod
    def json(data: Mapping[str, object] | Sequence[object] | None) -> "JsonMetadataValue":
        """Return a dict or list of plain values."""
        return JsonMetadataValue(data)

    @staticmethod
    def md(data: str | None) -> "MarkdownMetadataValue":
        """Return Markdown."""
        return MarkdownMetadataValue(data)

    @staticmethod
    def python_artifact(python_artifact: Callable[..., object]) -> "PythonArtifactMetadataValue":
        """Return a class or function, by its module and name.

        Raises:
            ArgumentTypeError: It is neither.
        """
        if not callable(python_artifact):
            raise ArgumentTypeError(
                "MetadataValue.python_artifact", "python_artifact", "class or function", python_artifact
            )
        return PythonArtifactMetadataValue(python_artifact.__module__, python_artifact.__name__)

    @staticmethod
    def dagster_run(run_id: str) -> "DagsterRunMetadataValue":
        """Return a run, by its id."""
        return DagsterRunMetadataValue(run_id)

    @staticmethod
    def job(job_name: str, location_name: str, *, repository_name: str | None = None) -> "DagsterJobMetadataValue":
        """Return a job, by its name and code location."""
        return DagsterJobMetadataValue(job_name, location_name, repository_name)

    @staticmethod
    def asset(asset_key: AssetKey) -> "DagsterAssetMetadataValue":
        """Return an asset, by its key."""
        return DagsterAssetMetadataValue(asset_key)

    @staticmethod
    def pool(pool: str) -> "PoolMetadataValue":
        """Return a pool, by its name."""
        return PoolMetadataValue(pool)

    @staticmethod
    def table(records: Sequence[TableRecord], schema: TableSchema | None = None) -> "TableMetadataValue":
        """Return rows; the schema is inferred from them by default."""
        return TableMetadataValue(records, schema)

    @staticmethod
    def table_schema(schema: TableSchema) -> "TableSchemaMetadataValue":
        """Return the columns of a table."""
        return TableSchemaMetadataValue(schema)

    @staticmethod
    def column_lineage(lineage: TableColumnLineage) -> "TableColumnLineageMetadataValue":
        """Return the upstream columns of a table's columns."""
        return TableColumnLineageMetadataValue(lineage)

    @staticmethod
    def null() -> "NullMetadataValue":
        """Return no value."""
        return NullMetadataValue()

    @staticmethod
    def timestamp(value: float | datetime) -> "TimestampMetadataValue":
        """Return a moment, from seconds since 1970 or from a datetime with a time zone.

        Raises:
            ArgumentTypeError: It is neither, or the datetime has no time zone.
        """
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ArgumentTypeError("MetadataValue.timestamp", "value", "datetime with a time zone", value)
            return TimestampMetadataValue(value.timestamp())
        return TimestampMetadataValue(value)

    # The methods below hide the classes of their names in this class, so they stand last.

    @staticmethod
    def bool(value: bool | None) -> "BoolMetadataValue":  # Dagster's signature
        """Return true or false."""
        return BoolMetadataValue(value)

    @staticmethod
    def int(value: int | None) -> "IntMetadataValue":
        """Return a whole number."""
        return IntMetadataValue(value)

    @staticmethod
    def float(value: float | None) -> "FloatMetadataValue":
        """Return a number."""
        return FloatMetadataValue(value)


@dataclass(frozen=True, slots=True, eq=False)
class TextMetadataValue(MetadataValue):
    """Plain text."""

    text: str | None = ""  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]  # Dagster's name

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("TextMetadataValue", "text", self.text, str)

    @property
    def value(self) -> str | None:
        """The text."""
        return self.text


@dataclass(frozen=True, slots=True, eq=False)
class UrlMetadataValue(MetadataValue):
    """A link."""

    url: str | None = ""  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]  # Dagster's name

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("UrlMetadataValue", "url", self.url, str)

    @property
    def value(self) -> str | None:
        """The link."""
        return self.url


@dataclass(frozen=True, slots=True, eq=False)
class PathMetadataValue(MetadataValue):
    """A file or folder."""

    fspath: str | PathLike[str] | None = ""

    def __post_init__(self) -> None:
        """Check the type, and keep the path as text."""
        check_type(type(self).__name__, "path", self.fspath, str, PathLike)
        object.__setattr__(self, "fspath", None if self.fspath is None else fspath(self.fspath))

    @property
    def value(self) -> str | None:
        """The path."""
        return None if self.fspath is None else fspath(self.fspath)

    @property
    def path(self) -> str | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]  # Dagster's name
        """The path."""
        return self.value


@dataclass(frozen=True, slots=True, eq=False)
class NotebookMetadataValue(PathMetadataValue):
    """A notebook, by its path."""


@dataclass(frozen=True, slots=True, eq=False)
class JsonMetadataValue(MetadataValue):
    """A dict or list of plain values, kept as JSON reads it: a tuple becomes a list, a key becomes text."""

    data: Any = None

    def __post_init__(self) -> None:
        """Refuse values that JSON cannot hold.

        Raises:
            InvalidDefinitionError: `data` holds such a value.
        """
        check_type("JsonMetadataValue", "data", self.data, dict, Mapping, Sequence)
        try:
            object.__setattr__(self, "data", json.loads(json.dumps(self.data)))
        except (TypeError, ValueError, RecursionError) as error:
            msg = f"JsonMetadataValue: `data` holds a value that JSON cannot write: {error}"
            raise InvalidDefinitionError(msg) from error

    @property
    def value(self) -> Any:
        """The dict or list."""
        return self.data


@dataclass(frozen=True, slots=True, eq=False)
class MarkdownMetadataValue(MetadataValue):
    """Markdown."""

    md_str: str | None = ""

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("MarkdownMetadataValue", "md_str", self.md_str, str)

    @property
    def value(self) -> str | None:
        """The text."""
        return self.md_str


@dataclass(frozen=True, slots=True, eq=False)
class IntMetadataValue(MetadataValue):
    """A whole number."""

    value: int | None = 0  # pyright: ignore[reportIncompatibleMethodOverride]  # Dagster's field

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("IntMetadataValue", "value", self.value, int)


@dataclass(frozen=True, slots=True, eq=False)
class FloatMetadataValue(MetadataValue):
    """A number."""

    value: float | None = 0.0  # pyright: ignore[reportIncompatibleMethodOverride]  # Dagster's field

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("FloatMetadataValue", "value", self.value, float)


@dataclass(frozen=True, slots=True, eq=False)
class BoolMetadataValue(MetadataValue):
    """True or false."""

    value: bool | None = None  # pyright: ignore[reportIncompatibleMethodOverride]  # Dagster's field

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("BoolMetadataValue", "value", self.value, bool)


@dataclass(frozen=True, slots=True, eq=False)
class TimestampMetadataValue(MetadataValue):
    """A moment, in seconds since 1970."""

    value: float  # pyright: ignore[reportIncompatibleMethodOverride]  # Dagster's field

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("TimestampMetadataValue", "value", self.value, float)


@dataclass(frozen=True, slots=True, eq=False)
class NullMetadataValue(MetadataValue):
    """No value."""

    @property
    def value(self) -> None:
        """The value, which is None."""
        return


class _Itself(MetadataValue):
    """A kind whose plain value is the metadata value itself, as it has several fields."""

    __slots__ = ()

    @property
    def value(self) -> Any:
        """The metadata value itself."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class PythonArtifactMetadataValue(_Itself):
    """A class or function, by its module and name."""

    module: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class DagsterJobMetadataValue(_Itself):
    """A job, by its name and code location."""

    job_name: str
    location_name: str
    repository_name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DagsterRunMetadataValue(MetadataValue):
    """A run, by its id."""

    run_id: str

    @property
    def value(self) -> str:
        """The id."""
        return self.run_id


@dataclass(frozen=True, slots=True, eq=False)
class PoolMetadataValue(MetadataValue):
    """A pool, by its name."""

    name: str

    @property
    def value(self) -> str:
        """The name."""
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class DagsterAssetMetadataValue(MetadataValue):
    """An asset, by its key."""

    asset_key: AssetKey

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("DagsterAssetMetadataValue", "asset_key", self.asset_key, AssetKey)

    @property
    def value(self) -> AssetKey:
        """The key."""
        return self.asset_key


@dataclass(frozen=True, slots=True, eq=False)
class TableMetadataValue(_Itself):
    """Rows of a table, with its schema."""

    records: Sequence[TableRecord]
    schema: TableSchema | None = None
    """The schema; inferred from the first row by default."""

    def __post_init__(self) -> None:
        """Check the types, and infer a missing schema."""
        check_members("TableMetadataValue", "records", self.records, TableRecord)
        check_type("TableMetadataValue", "schema", self.schema, TableSchema)
        object.__setattr__(self, "records", list(self.records))
        object.__setattr__(self, "schema", self.schema or inferred_schema(self.records))


@dataclass(frozen=True, slots=True, eq=False)
class TableSchemaMetadataValue(MetadataValue):
    """The columns of a table."""

    schema: TableSchema

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("TableSchemaMetadataValue", "schema", self.schema, TableSchema)

    @property
    def value(self) -> TableSchema:
        """The schema."""
        return self.schema


@dataclass(frozen=True, slots=True, eq=False)
class TableColumnLineageMetadataValue(MetadataValue):
    """The upstream columns of a table's columns."""

    column_lineage: TableColumnLineage  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]  # Dagster's name

    def __post_init__(self) -> None:
        """Check the type."""
        check_type("TableColumnLineageMetadataValue", "column_lineage", self.column_lineage, TableColumnLineage)

    @property
    def value(self) -> TableColumnLineage:
        """The lineage."""
        return self.column_lineage
