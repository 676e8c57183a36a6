"""Assets as tables: the IO manager that stores them, the rows of a value, metadata of tables, calls tried again."""

import contextlib
import importlib
import sqlite3
from typing import Any

import pytest


class Table(list):
    """Rows."""


DAYS = {"start_date": "2024-01-01", "end_date": "2024-01-04"}


@pytest.fixture
def tables(dg):
    """The module that has the names of tables; Dagster keeps them out of its public names."""
    return dg if dg.__name__ == "dagwire" else importlib.import_module("dagster._core.storage.db_io_manager")


@pytest.fixture
def metadata_set(dg):
    """The class of tables' metadata."""
    module = dg if dg.__name__ == "dagwire" else importlib.import_module("dagster._core.definitions.metadata")
    return module.TableMetadataSet


@pytest.fixture
def backoff(dg):
    """The function that tries a call again."""
    module = dg if dg.__name__ == "dagwire" else importlib.import_module("dagster._utils.backoff")
    return module.backoff


@pytest.fixture
def refused(dg):
    """The error of a value that no handler takes."""
    if dg.__name__ == "dagwire":
        return dg.DagsterInvariantViolationError
    return importlib.import_module("dagster_shared.check").CheckError


@pytest.fixture
def client(tables, log):
    """A client of SQLite in memory, without schemas; it logs the slices that it is given."""
    connection = sqlite3.connect(":memory:")

    class Client(tables.DbClient):
        @staticmethod
        @contextlib.contextmanager
        def connect(context, table_slice):
            log.append(table_slice)
            yield connection

        @staticmethod
        def ensure_schema_exists(context, table_slice, connection):
            connection.execute(f"create table if not exists {table_slice.table} (day, city, n)")

        @staticmethod
        def delete_table_slice(context, table_slice, connection):
            connection.execute(f"delete from {table_slice.table}{where(tables, table_slice)}")  # noqa: S608  # the test's

        @staticmethod
        def get_select_statement(table_slice):
            columns = ", ".join(table_slice.columns or ["*"])
            return f"select {columns} from {table_slice.table}{where(tables, table_slice)}"  # noqa: S608  # the test's

    yield Client()
    connection.close()


def where(tables, table_slice):
    """The condition of a slice, in SQL; keys are bound by the clause's own escaping."""
    found = []
    for one in table_slice.partition_dimensions or []:
        if isinstance(one.partitions, list):
            found.append(tables.static_where_clause(one))
        else:
            start, end = (moment.date().isoformat() for moment in one.partitions)
            found.append(f"{one.partition_expr} >= '{start}' and {one.partition_expr} < '{end}'")
    return f" where {' and '.join(found)}" if found else ""


@pytest.fixture
def manager(tables, client):
    """Make an IO manager that stores tables."""

    class Rows(tables.DbTypeHandler[Table]):
        def handle_output(self, context, table_slice, obj, connection):
            connection.executemany(f"insert into {table_slice.table} values (?, ?, ?)", obj)  # noqa: S608  # the test's
            return {"rows": len(obj)}

        def load_input(self, context, table_slice, connection):
            return Table(connection.execute(type(client).get_select_statement(table_slice)).fetchall())

        @property
        def supported_types(self):
            return [Table]

    def make(**options):
        return tables.DbIOManager(type_handlers=[Rows()], db_client=client, database="db", **options)

    return make


def run(dg, manager, *assets, **options):
    """Materialize assets with an IO manager."""
    definition = dg.IOManagerDefinition.hardcoded_io_manager(manager)
    return dg.materialize(list(assets), resources={"io_manager": definition}, **options)


# -- the manager -------------------------------------------------------------------------------------------------------


def test_an_asset_is_a_table(dg, manager):
    """An asset is written as a table, and read by the next; a second run replaces its rows."""

    @dg.asset
    def trips():
        return Table([("2024-01-01", "Rome", 1)])

    @dg.asset
    def copied(trips: Table):
        return trips

    kept = manager()
    for _ in range(2):
        result = run(dg, kept, trips, copied)
    assert result.asset_value("copied") == [("2024-01-01", "Rome", 1)]
    (made,) = result.asset_materializations_for_node("trips")
    metadata = {name: value.value for name, value in made.metadata.items()}
    assert metadata == {"rows": 1, "Query": "select * from trips", "dagster/table_name": "db.public.trips"}


@pytest.mark.parametrize(
    ("key", "metadata", "schema", "expected"),
    [
        (["t"], {}, None, "public"),
        (["a", "b", "t"], {}, None, "b"),
        (["a", "t"], {}, "own", "own"),
        (["a", "t"], {"schema": "told"}, "own", "told"),
    ],
)
def test_the_schema_of_an_asset_s_table(dg, manager, log, key, metadata, schema, expected):
    """Metadata names the schema, else the manager, else the part of the key before the name."""
    made = dg.asset(key=key, metadata=metadata)(rows)
    run(dg, manager(schema=schema), made)
    assert [(one.table, one.schema, one.database) for one in log] == [("t", expected, "db")]


def rows():
    """One row."""
    return Table([("2024-01-01", "Rome", 1)])


def test_outputs_of_ops_are_tables(dg, manager, log):
    """An op's output is a table named after the output; metadata names another table and its schema."""
    plain = dg.op(out=dg.Out(Table))(rows)
    told = dg.op(name="told", out=dg.Out(Table, metadata={"table": "told", "schema": "s"}))(rows)

    @dg.op
    def read(one: Table, two: Table):
        return Table([*one, *two])

    @dg.job(resource_defs={"io_manager": dg.IOManagerDefinition.hardcoded_io_manager(manager())})
    def job():
        read(plain(), told())

    result = job.execute_in_process()
    assert {(one.table, one.schema) for one in log} == {("result", "public"), ("told", "s")}
    assert result.output_for_node("read") == rows() * 2


def test_columns_of_an_input(dg, manager):
    """Metadata of an input names the columns that it takes."""
    trips = dg.asset(name="trips")(rows)

    @dg.asset(ins={"trips": dg.AssetIn(metadata={"columns": ["n", "city"]})})
    def taken(context, trips):
        assert trips == [(1, "Rome")]
        return rows()

    assert run(dg, manager(), trips, taken).success


def test_a_partition_is_some_rows(dg, manager):
    """A run of a partition replaces its rows alone; an input of several partitions is read as one."""

    @dg.asset(partitions_def=dg.DailyPartitionsDefinition(**DAYS), metadata={"partition_expr": "day"})
    def trips(context):
        return Table([(context.partition_key, "Rome", 1)])

    @dg.asset
    def total(trips: Table):
        return Table([("all", "all", len(trips))])

    kept = manager()
    for day in ("2024-01-01", "2024-01-02", "2024-01-01"):
        run(dg, kept, trips, partition_key=day)
    result = run(dg, kept, trips, total, selection=[total])
    assert result.asset_value("total") == [("all", "all", 2)]


def test_the_partitions_of_a_slice(dg, manager, log):
    """A slice has a window for partitions of time, and keys for others; several dimensions have several."""
    days, cities = dg.DailyPartitionsDefinition(**DAYS), dg.StaticPartitionsDefinition(["Rome", "L'Aquila"])
    both = dg.MultiPartitionsDefinition({"day": days, "city": cities})
    columns = {"day": "day", "city": "lower(city)"}
    run(dg, manager(), dg.asset(partitions_def=cities, metadata={"partition_expr": "city"})(rows), partition_key="Rome")
    key = dg.MultiPartitionKey({"day": "2024-01-02", "city": "L'Aquila"})
    run(dg, manager(), dg.asset(partitions_def=both, metadata={"partition_expr": columns})(rows), partition_key=key)
    static, several = log
    assert [tuple(one) for one in static.partition_dimensions] == [("city", ["Rome"])]
    found = {one.partition_expr: one.partitions for one in several.partition_dimensions}
    assert found == {"lower(city)": ["L'Aquila"], "day": days.time_window_for_partition_key("2024-01-02")}


def test_an_input_without_partitions_yet(dg, manager, log):
    """An input of partitions of which none is there yet has a slice without values."""
    days = dg.DailyPartitionsDefinition("2024-01-03", end_date="2024-01-04")
    trips = dg.SourceAsset("trips", partitions_def=days, metadata={"partition_expr": "day"})
    mapping = dg.TimeWindowPartitionMapping(start_offset=-5, end_offset=-5, allow_nonexistent_upstream_partitions=True)

    @dg.asset(
        partitions_def=dg.DailyPartitionsDefinition(**DAYS),
        metadata={"partition_expr": "day"},
        ins={"trips": dg.AssetIn(partition_mapping=mapping)},
    )
    def later(trips):
        return trips

    with contextlib.suppress(Exception):  # there is no table to read
        run(dg, manager(), trips, later, partition_key="2024-01-03")
    assert [(one.partition_expr, list(one.partitions)) for one in log[0].partition_dimensions] == [("day", [])]


@pytest.mark.parametrize("dimensions", [1, 2])
def test_partitions_without_a_column(dg, manager, dimensions):
    """A partitioned asset that names no column for its partitions is refused."""
    days = dg.DailyPartitionsDefinition(**DAYS)
    both = dg.MultiPartitionsDefinition({"day": days, "city": dg.StaticPartitionsDefinition(["Rome"])})
    made = dg.asset(partitions_def=days if dimensions == 1 else both)(rows)
    key = "2024-01-01" if dimensions == 1 else dg.MultiPartitionKey({"day": "2024-01-01", "city": "Rome"})
    with pytest.raises(Exception, match="partition_expr"):
        run(dg, manager(), made, partition_key=key)


def test_one_dimension_without_a_column(dg, manager):
    """A dimension that names no column is refused by name; Dagster writes `None` into the query."""
    days = dg.DailyPartitionsDefinition(**DAYS)
    both = dg.MultiPartitionsDefinition({"day": days, "city": dg.StaticPartitionsDefinition(["Rome"])})
    made = dg.asset(partitions_def=both, metadata={"partition_expr": {"day": "day"}})(rows)
    key = dg.MultiPartitionKey({"day": "2024-01-01", "city": "Rome"})
    with pytest.raises(Exception, match="'city'" if dg.__name__ == "dagwire" else "None"):
        run(dg, manager(), made, partition_key=key)


def test_a_rule_for_slices(dg, tables, client, log):
    """A subclass may have a rule of its own for the rows of a value, on the facts that the manager has."""

    class Renaming(tables.DbIOManager):
        def _get_table_slice(self, context, output_context):
            found = super()._get_table_slice(context, output_context)
            name = output_context.definition_metadata["name"]
            return found._replace(table=name, schema=f"{self._database}_{self._schema}")

    class Handler(tables.DbTypeHandler[int]):
        def handle_output(self, context, table_slice, obj, connection):
            return None

        def load_input(self, context, table_slice, connection):
            return 5

        supported_types = (int,)

    @dg.asset(metadata={"name": "renamed"})
    def made():
        return 1

    @dg.asset(metadata={"name": "other"})
    def read(made: int):
        return made

    manager = Renaming(type_handlers=[Handler()], db_client=client, database="db", schema="s")
    assert run(dg, manager, made, read).success
    assert [(one.table, one.schema) for one in log] == [("renamed", "db_s"), ("renamed", "db_s"), ("other", "db_s")]


# -- types -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 5, "text"])
def test_values_that_no_handler_takes(dg, manager, refused, value):
    """A value of another type is refused, and so is None, before a connection is made."""
    error = dg.DagsterInvariantViolationError if value is None else refused
    made = dg.asset(name="made")(lambda: value)
    with pytest.raises(error):
        run(dg, manager(), made)


@pytest.mark.parametrize("declared", [int, list[int]])
def test_inputs_that_no_handler_makes(dg, manager, declared, log):
    """An input of another type is refused before a connection is made for it."""
    trips = dg.asset(name="trips")(rows)

    def body(trips):
        return trips

    body.__annotations__ = {"trips": declared}
    with pytest.raises(Exception, match=r"int|issubclass"):
        run(dg, manager(), trips, dg.asset(name="read")(body))
    assert len(log) == 1


def test_a_table_for_an_input_without_a_type(dg, tables, client, refused):
    """With several types an input without annotation needs a default."""

    class Both(tables.DbTypeHandler[Any]):
        def handle_output(self, context, table_slice, obj, connection):
            return None

        def load_input(self, context, table_slice, connection):
            return obj_of[context.dagster_type.typing_type]

        @property
        def supported_types(self):
            return [list, dict]

    obj_of = {Any: ["default"]}
    trips = dg.asset(name="trips")(lambda: {"a": 1})

    @dg.asset
    def read(trips):
        return trips

    options = {"type_handlers": [Both()], "db_client": client, "database": "db"}
    with pytest.raises(refused, match=r"hints|Annotate"):
        run(dg, tables.DbIOManager(**options), trips, read)
    result = run(dg, tables.DbIOManager(**options, default_load_type=list), trips, read)
    assert result.asset_value("read") == ["default"]


def test_two_handlers_of_one_type(dg, tables, client):
    """Two handlers of one type are refused when the manager is made."""

    class Handler(tables.DbTypeHandler[int]):
        handle_output = load_input = None
        supported_types = (int,)

    error = dg.DagsterInvalidDefinitionError if dg.__name__ == "dagwire" else Exception
    with pytest.raises(error, match=r"int"):
        tables.DbIOManager(type_handlers=[Handler(), Handler()], db_client=client, database="db")


def test_a_condition_takes_keys(dg, tables):
    """A condition on keys doubles their quotes, and is not for a window of time."""
    dimension = tables.TablePartitionDimension("city", ["Rome", "L'Aquila"])
    assert tables.escape_sql_string_literal("L'Aquila") == "L''Aquila"
    assert tables.static_where_clause(dimension) == "city in ('Rome', 'L''Aquila')"
    window = dg.DailyPartitionsDefinition(**DAYS).time_window_for_partition_key("2024-01-01")
    error = dg.DagsterInvalidDefinitionError if dg.__name__ == "dagwire" else Exception
    with pytest.raises(error):
        tables.static_where_clause(tables.TablePartitionDimension("day", window))


# -- metadata ----------------------------------------------------------------------------------------------------------


def test_the_name_that_a_handler_gives(dg, tables, client, metadata_set):
    """A handler that names the table itself is heeded."""

    class Handler(tables.DbTypeHandler[int]):
        def handle_output(self, context, table_slice, obj, connection):
            return dict(metadata_set(table_name="own", storage_kind="sqlite"))

        load_input = None
        supported_types = (int,)

    options = {"type_handlers": [Handler()], "db_client": client, "database": ""}
    result = run(dg, tables.DbIOManager(**options), dg.asset(name="made")(lambda: 1))
    (made,) = result.asset_materializations_for_node("made")
    assert made.metadata["dagster/table_name"].value == "own"
    assert made.metadata["dagster/storage_kind"].value == "sqlite"


def test_a_set_of_metadata_of_a_table(dg, metadata_set):
    """What is set is a mapping of Dagster's keys, and is read from any metadata."""
    schema = dg.TableSchema(columns=[dg.TableColumn("day")])
    found = metadata_set(row_count=3, column_schema=schema)
    assert {**found, "other": 1} == {"dagster/row_count": 3, "dagster/column_schema": schema, "other": 1}
    assert (found.row_count, found.table_name) == (3, None)
    assert metadata_set.extract({**found, "other": 1}) == found
    assert metadata_set.extract({"dagster/row_count": dg.MetadataValue.int(3)}).row_count == 3


@pytest.mark.parametrize("wrong", [{"row_count": "many"}, {"column_schema": 3}, {"rows": 1}])
def test_wrong_metadata_of_a_table(metadata_set, wrong):
    """Metadata of a table of another type, or by another name, is refused."""
    with pytest.raises((TypeError, ValueError)):
        metadata_set(**wrong)


def test_metadata_of_a_table_that_is_not_set(metadata_set):
    """A key that is not set is not among the keys, and its value is None."""
    found = metadata_set(row_count=3)
    assert list(found.keys()) == ["dagster/row_count"]
    assert found["dagster/table_name"] is None


# -- calls tried again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("failures", "max_retries", "is_done"), [(0, 0, True), (2, 2, True), (3, 2, False)])
def test_a_call_is_tried_again(backoff, log, failures, max_retries, is_done):
    """A call that fails as expected is made again, so many times; then its failure is raised."""

    def call(*args, **kwargs):
        log.append((args, kwargs))
        if len(log) <= failures:
            raise OSError("busy")
        return "done"

    def attempt():
        delays = (0.0 for _ in range(9))
        return backoff(call, (OSError,), args=[1], kwargs={"a": 2}, max_retries=max_retries, delay_generator=delays)

    if is_done:
        assert attempt() == "done"
    else:
        with pytest.raises(OSError, match="busy"):
            attempt()
    assert log == [((1,), {"a": 2})] * (min(failures, max_retries) + 1)


def test_another_failure_is_not_tried_again(backoff, log):
    """A failure that was not expected is raised at once."""

    def call():
        log.append("called")
        raise KeyError("x")

    with pytest.raises(KeyError):
        backoff(call, retry_on=(OSError,))
    assert log == ["called"]


def test_the_delays_between_calls(dg, backoff, monkeypatch, log):
    """Without delays of its own a call is made again after 0.1 s, and then after twice the last delay."""
    monkeypatch.setattr("time.sleep", log.append)

    def call():
        raise OSError("busy")

    with pytest.raises(OSError, match="busy"):
        backoff(call, retry_on=(OSError,))
    assert log == pytest.approx([0.1, 0.2, 0.4, 0.8])
