"""`DbIOManager`: stores values as tables of a warehouse, one handler for each kind of table in memory."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from dagwire.definitions.tables.table_metadata_set import TableMetadataSet
from dagwire.definitions.tables.table_slice import TableSlice, slice_of
from dagwire.errors import DuplicateDefinitionError, InvariantViolationError
from dagwire.resources.io_contexts import InputContext, IOContext, OutputContext
from dagwire.resources.io_manager import IOManager

T = TypeVar("T")


class DbTypeHandler(ABC, Generic[T]):
    """Writes and reads tables as values of one kind, such as a library's data frames."""

    @abstractmethod
    def handle_output(
        self, context: OutputContext, table_slice: TableSlice, obj: T, connection: Any
    ) -> Mapping[str, Any] | None:
        """Write a value; return metadata of it, or None."""

    @abstractmethod
    def load_input(self, context: InputContext, table_slice: TableSlice, connection: Any) -> T:
        """Read a value."""

    @property
    @abstractmethod
    def supported_types(self) -> Sequence[type[object]]:
        """The types of the values, subclasses included."""


class DbClient(ABC, Generic[T]):
    """Connects to one kind of database, whose dialect of SQL it knows. `T` is a connection."""

    @staticmethod
    @abstractmethod
    def connect(context: OutputContext | InputContext, table_slice: TableSlice) -> AbstractContextManager[T]:
        """Open a connection for a `with` block, which closes it."""

    @staticmethod
    @abstractmethod
    def ensure_schema_exists(context: OutputContext, table_slice: TableSlice, connection: T) -> None:
        """Create the slice's schema unless it is there."""

    @staticmethod
    @abstractmethod
    def delete_table_slice(context: OutputContext, table_slice: TableSlice, connection: T) -> None:
        """Delete the slice's rows, which are written next. There may be no table yet."""

    @staticmethod
    @abstractmethod
    def get_select_statement(table_slice: TableSlice) -> str:
        """Return the query that reads the slice."""

    @staticmethod
    def get_table_name(table_slice: TableSlice) -> str:
        """Return the whole name of the table, which the asset's metadata shows."""
        parts = (table_slice.database, table_slice.schema, table_slice.table)
        return ".".join(part for part in parts if part)


class DbIOManager(IOManager):
    """Stores each asset as a table, a partition as some of its rows, and reads inputs from there.

    The asset's name is the table's. Its schema comes from the asset's metadata, `{"schema": ...}`, else from `schema`,
    else from the part of the key before the name, else it is "public". A partitioned asset names the column of its
    partitions, `{"partition_expr": "day"}`, or one for each dimension: `{"partition_expr": {"time": "day", "place":
    "city"}}`. An input may take some columns alone: `AssetIn(metadata={"columns": ["day"]})`.
    """

    def __init__(
        self,
        *,
        type_handlers: Sequence[DbTypeHandler[Any]],
        db_client: DbClient[Any],
        database: str,
        schema: str | None = None,
        io_manager_name: str | None = None,
        default_load_type: type | None = None,
    ) -> None:
        """Keep the handlers by type; nothing is connected yet.

        Args:
            type_handlers: One handler for each kind of value.
            db_client: The database's client.
            database: The database of all tables.
            schema: The schema of tables whose output names none.
            io_manager_name: A name for messages; that of the class by default.
            default_load_type: The type of inputs without an annotation; that of the one handler by default.

        Raises:
            DuplicateDefinitionError: Two handlers take one type.
        """
        self._io_manager_name = io_manager_name or type(self).__name__
        self._handlers_by_type: dict[type[object], DbTypeHandler[Any]] = {}
        for handler in type_handlers:
            for kind in handler.supported_types:
                if kind in self._handlers_by_type:
                    raise DuplicateDefinitionError("handler of type", kind.__name__)
                self._handlers_by_type[kind] = handler
        only_type = next(iter(self._handlers_by_type)) if len(self._handlers_by_type) == 1 else None
        self._default_load_type = default_load_type or only_type
        self._db_client = db_client
        self._database = database
        self._schema = schema

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Replace the rows of a value.

        Raises:
            InvariantViolationError: The value is None, or no handler takes it. Nothing was connected.
            InvalidDefinitionError: Its partitions have no column.
        """
        if obj is None:
            msg = f"{self._io_manager_name} stores tables, and output '{context.name}' is None."
            raise InvariantViolationError(f"{msg} Annotate the return type as None.")
        handler = self._handler(context, type(obj))
        rows = self._get_table_slice(context, context)
        with self._db_client.connect(context, rows) as connection:
            self._db_client.ensure_schema_exists(context, rows, connection)
            self._db_client.delete_table_slice(context, rows, connection)
            metadata = handler.handle_output(context, rows, obj, connection)
        context.add_output_metadata({**(metadata or {}), "Query": self._db_client.get_select_statement(rows)})
        named = TableMetadataSet(table_name=self._db_client.get_table_name(rows))
        if not set(named.keys()) & context.get_logged_metadata().keys():  # the handler may name it itself
            context.add_output_metadata({**named})

    def load_input(self, context: InputContext) -> Any:
        """Read the rows of a value.

        Raises:
            InvariantViolationError: No handler makes the type of the input. Nothing was connected.
            InvalidDefinitionError: The partitions of the asset have no column.
        """
        dagster_type: Any = context.dagster_type
        declared = dagster_type.typing_type
        wanted = self._default_load_type if declared is Any and self._default_load_type is not None else declared
        handler = self._handler(context, wanted)
        rows = self._get_table_slice(context, context.upstream_output)
        with self._db_client.connect(context, rows) as connection:
            return handler.load_input(context, rows, connection)

    def _get_table_slice(
        self, context: OutputContext | InputContext, output_context: OutputContext | None
    ) -> TableSlice:
        """Find the rows of a value; a subclass may have rules of its own for it."""
        return slice_of(context, output_context, self._database, self._schema)

    def _handler(self, context: IOContext, wanted: Any) -> DbTypeHandler[Any]:
        """Find the handler of a type.

        Raises:
            InvariantViolationError: There is none.
        """
        for kind, handler in self._handlers_by_type.items():
            if isinstance(wanted, type) and issubclass(wanted, kind):
                return handler
        known = ", ".join(kind.__name__ for kind in self._handlers_by_type) or "nothing"
        what = f"{'input' if isinstance(context, InputContext) else 'output'} '{context.name}'"
        msg = f"{self._io_manager_name} stores {known}, and {what}"
        if wanted is Any:
            raise InvariantViolationError(f"{msg} has no type. Annotate it with one of these.")
        shown = wanted.__name__ if isinstance(wanted, type) else wanted
        raise InvariantViolationError(f"{msg} is {shown}. Annotate it as one of these, or add a handler.")
