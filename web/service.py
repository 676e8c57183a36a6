"""The service: what the warehouse holds, to be read over HTTP, on the very container of the pipeline.

Each request opens the warehouse and closes it, so that the pipeline can write between two of them.
"""

from typing import Annotated, cast

from fastapi import FastAPI, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from dagwire.errors import ResourceSetupError
from dagwire.integrations.fastapi import Inject, add_health_route, install

from containers.application import Application
from containers.definitions import defs
from resources.tables import FLIGHTS, Flight
from resources.warehouse import Warehouse

RETRY_AFTER_S = 30


class LoadedMonth(TypedDict):
    """A month that the warehouse holds."""

    month: str
    flights: int


OpenWarehouse = Annotated[Warehouse, Inject(Application.warehouse)]
MonthName = Annotated[str, Path(pattern=r"^\d{4}-\d{2}$", examples=["2013-01"])]

app = FastAPI(title="Flights", description="The flights that left New York, month by month.")
install(app, defs)
add_health_route(app, required_resource_keys=["warehouse"])


@app.get("/months")
def months(warehouse: OpenWarehouse) -> list[LoadedMonth]:
    """List the months whose flights are loaded."""
    loads = [load for load in warehouse.loads() if load.table == FLIGHTS.name]
    return [LoadedMonth(month=load.month, flights=load.rows) for load in loads if load.month is not None]


@app.get("/months/{month}/flights")
def flights(
    month: MonthName,
    warehouse: OpenWarehouse,
    carrier: Annotated[str | None, Query(examples=["UA"])] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> list[Flight]:
    """List the flights of a month, of one airline if `carrier` is given, in the order in which they were to leave."""
    if month not in {loaded["month"] for loaded in months(warehouse)}:
        raise HTTPException(404, f"{month} is not loaded. See /months.")
    year, number = map(int, month.split("-"))
    sql = """
        SELECT * FROM flights WHERE year = ? AND month = ? AND carrier = coalesce(?, carrier)
        ORDER BY time_hour, minute, carrier, flight LIMIT ?
    """
    return cast("list[Flight]", warehouse.query(sql, [year, number, carrier, limit]))


@app.exception_handler(ResourceSetupError)
def unavailable(_request: Request, error: ResourceSetupError) -> JSONResponse:
    """Answer 503 if the warehouse cannot be opened, as while the pipeline writes to it."""
    detail = f"'{error.key}' is not available. Try again later."
    return JSONResponse({"detail": detail}, status_code=503, headers={"Retry-After": str(RETRY_AFTER_S)})
