"""SQL in another dialect: the assets write DuckDB's, each warehouse understands its own."""

from functools import cache
from itertools import count
from typing import Any, Literal

from resources.vendor_packages import vendor_package

Dialect = Literal["bigquery", "databricks", "postgres", "snowflake"]


@cache
def translated(sql: str, dialect: Dialect) -> str:
    """Put a statement into `dialect`, with an answer of the types that DuckDB's has: a mean is a float everywhere.

    PostgreSQL's placeholders are `$1`, `$2` and so on; the others have `?`, as DuckDB has.

    Raises:
        MissingPackageError: sqlglot is not installed.
        sqlglot.errors.SqlglotError: It is not one statement of SQL.
    """
    sqlglot = vendor_package("sqlglot", dialect)
    exp = sqlglot.exp
    numbers = count(1)

    def changed(part: Any) -> Any:
        if isinstance(part, exp.Placeholder) and dialect == "postgres":
            return exp.Parameter(this=exp.Literal.number(next(numbers)))
        if isinstance(part, exp.Avg):
            return exp.Avg(this=exp.cast(part.this, "double"))
        return part

    return str(sqlglot.parse_one(sql, read="duckdb").transform(changed).sql(dialect=dialect))
