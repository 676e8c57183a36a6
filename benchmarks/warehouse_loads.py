"""Rows a second of each warehouse beside its vendor's bulk load by hand, in one run: the table of docs/connectors.md.

Both load the flights of 2013 from records in memory, a month at a time. The load by hand only adds rows; the resource
also deletes what was there, keeps its ledger and replaces each month as a whole.

    python -m benchmarks.warehouse_loads [warehouse ...]
"""

import csv
import io
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow
import pyarrow.parquet

from dagwire import build_resources

from config.settings import Settings
from resources.flights_server import data_folder, open_csv
from resources.statements import create_table
from resources.tables import FLIGHTS
from resources.translated import translated
from tools.systems.settings import WAREHOUSES

FLIGHTS_OF_2013 = 336_776
Months = Mapping[str, Sequence[Mapping[str, Any]]]
Load = Callable[[Sequence[Mapping[str, Any]]], None]


def months() -> Months:
    """The flights of the CSV file, by month, with the types that the API's records have."""
    read = {int: int, datetime: datetime.fromisoformat, str: str}
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    with open_csv(data_folder(), FLIGHTS.name) as lines:
        for row in csv.DictReader(lines):
            record = {
                name: None if row[name] == "NA" else read[type_](row[name]) for name, type_ in FLIGHTS.columns.items()
            }
            found[f"{record['year']}-{record['month']:02}"].append(record)
    return found


# -- by hand -----------------------------------------------------------------------------------------------------------


@contextmanager
def duckdb_by_hand(warehouse: Any) -> Iterator[Load]:
    """Arrow, inserted."""
    db = warehouse._connection.cursor()
    db.execute(create_table(FLIGHTS, "by_hand"))

    def load(records: Sequence[Mapping[str, Any]]) -> None:
        incoming = pyarrow.Table.from_pylist(records)
        db.register("incoming", incoming)
        db.execute("INSERT INTO by_hand SELECT * FROM incoming")

    yield load


@contextmanager
def postgres_by_hand(warehouse: Any) -> Iterator[Load]:
    """CSV, by COPY."""
    values_of = itemgetter(*FLIGHTS.columns)
    with warehouse._pool.connection() as connection:
        connection.execute(translated(create_table(FLIGHTS, "by_hand"), "postgres").encode())

        def load(records: Sequence[Mapping[str, Any]]) -> None:
            text = io.StringIO()
            csv.writer(text).writerows(map(values_of, records))
            with connection.cursor() as cursor, cursor.copy(b"COPY by_hand FROM STDIN (FORMAT CSV)") as lines:
                lines.write(text.getvalue())
            connection.commit()

        yield load


@contextmanager
def snowflake_by_hand(warehouse: Any) -> Iterator[Load]:
    """A Parquet file, by PUT and COPY INTO."""
    run = warehouse._asking.cursor().execute
    run(translated(create_table(FLIGHTS, "by_hand"), "snowflake"))
    run("CREATE TEMPORARY STAGE by_hand_files")
    with TemporaryDirectory() as folder:

        def load(records: Sequence[Mapping[str, Any]]) -> None:
            path = Path(folder, f"{time.monotonic_ns()}.parquet")
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), path)
            run(f"PUT 'file://{path}' @by_hand_files/{path.stem} AUTO_COMPRESS = FALSE")
            options = "FILE_FORMAT = (TYPE = PARQUET) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
            run(f"COPY INTO by_hand FROM @by_hand_files/{path.stem} {options}")

        yield load


@contextmanager
def databricks_by_hand(warehouse: Any) -> Iterator[Load]:
    """Arrow, appended to a Delta table."""
    warehouse._make("by_hand", create_table(FLIGHTS, "by_hand"))

    def load(records: Sequence[Mapping[str, Any]]) -> None:
        frame = warehouse._session.createDataFrame(pyarrow.Table.from_pylist(records))
        frame.write.format("delta").mode("append").saveAsTable("by_hand")

    yield load


@contextmanager
def bigquery_by_hand(warehouse: Any) -> Iterator[Load]:
    """A Parquet file, by a load job."""
    warehouse._run(translated(create_table(FLIGHTS, "by_hand"), "bigquery"))

    def load(records: Sequence[Mapping[str, Any]]) -> None:
        content = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(records), content)
        content.seek(0)
        config = warehouse._google.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_APPEND")
        place = f"{warehouse.project}.{warehouse.dataset}.by_hand"
        warehouse._client.load_table_from_file(content, place, job_config=config).result()

    yield load


BY_HAND = {
    "duckdb": duckdb_by_hand,
    "postgres": postgres_by_hand,
    "snowflake": snowflake_by_hand,
    "databricks": databricks_by_hand,
    "bigquery": bigquery_by_hand,
}


def measure(name: str, year: Months) -> str:
    """Load the year both ways; return a row of the table."""
    with (
        WAREHOUSES[name]() as variables,
        TemporaryDirectory() as folder,
        with_variables(variables, folder),
        build_resources({"warehouse": Settings().warehouse}) as resources,
    ):
        warehouse: Any = resources.warehouse
        began = time.perf_counter()
        for month, records in year.items():
            warehouse.replace(FLIGHTS, month, [records], "digest")
        ours_s = time.perf_counter() - began
        with BY_HAND[name](warehouse) as load:
            began = time.perf_counter()
            for records in year.values():
                load(records)
            hand_s = time.perf_counter() - began
        for table in ("flights", "by_hand"):
            assert warehouse.query(f"SELECT count(*) AS n FROM {table}") == [{"n": FLIGHTS_OF_2013}]  # noqa: S608
    ours, hand = (f"{FLIGHTS_OF_2013 / seconds:,.0f}" for seconds in (ours_s, hand_s))
    return f"| {name} | {ours} | {hand} | {ours_s / hand_s:.2f} |"


@contextmanager
def with_variables(variables: Mapping[str, str], folder: str) -> Iterator[None]:
    """Settings of a warehouse that lies in `folder`, if it has no server."""
    given = variables or {"APP_WAREHOUSE__PATH": f"{folder}/flights.duckdb"}
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            del os.environ[name]


def main() -> None:
    """Print the table."""
    year = months()
    assert sum(map(len, year.values())) == FLIGHTS_OF_2013
    print("| warehouse | rows a second | by hand | times as long |\n| --- | --- | --- | --- |")
    for name in sys.argv[1:] or BY_HAND:
        print(measure(name, year), flush=True)


if __name__ == "__main__":
    main()
