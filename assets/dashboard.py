"""The third stage: the flights in figures and charts, for everybody to see."""
# ruff: noqa: S608  # this SQL is put together from our own words, never from input

from hashlib import sha256

from dagwire import AssetExecutionContext, MaterializeResult, MetadataValue, ResourceParam, asset

from assets.warehouse import flights, reference, weather
from resources.dashboard import Board, Dashboard, Figure, Number
from resources.warehouse import Warehouse

MEAN = "avg(f.dep_delay) AS minutes_late, count(*) AS flights"
LEFT = "flights f WHERE f.dep_delay IS NOT NULL"
LEFT_IN_WEATHER = """
    flights f JOIN weather w ON w.origin = f.origin AND w.time_hour = f.time_hour WHERE f.dep_delay IS NOT NULL
"""


def by_weather(title: str, note: str, measure: str, name: str, steps: list[tuple[str, str]]) -> Figure:
    """The mean delay against one measure of the weather, cut into steps of `(condition, label)`."""
    cases = " ".join(f"WHEN {measure} {condition} THEN '{label}'" for condition, label in steps)
    sql = f"""
        SELECT {name}, minutes_late, flights FROM (
            SELECT CASE {cases} END AS {name}, {MEAN}, min({measure}) AS least
            FROM {LEFT_IN_WEATHER} AND {measure} IS NOT NULL GROUP BY 1
        ) AS steps ORDER BY least
    """
    return Figure(title, note, sql, shape="columns", x=name, y="minutes_late", columns_wide=4)


BOARD = Board(
    title="How late New York left in 2013",
    subtitle="Every flight from Newark, Kennedy and LaGuardia. Delays are delays of departure, in minutes.",
    numbers_sql="""
        SELECT count(*) AS flights,
               avg(dep_delay) AS late,
               avg(CASE WHEN dep_delay >= 15 THEN 100.0 WHEN dep_delay < 15 THEN 0 END) AS very_late,
               avg(CASE WHEN dep_time IS NULL THEN 100.0 ELSE 0 END) AS cancelled
        FROM flights
    """,
    numbers=[
        Number("flights", "flights"),
        Number("minutes late on average", "late", "{:.1f}"),
        Number("left 15 minutes late or more", "very_late", "{:.1f} %"),
        Number("never left", "cancelled", "{:.1f} %"),
    ],
    figures=[
        Figure(
            "Delays pile up through the day",
            "Mean delay by the hour of the timetable. Who leaves before eight leaves on time.",
            f"SELECT f.hour, {MEAN} FROM {LEFT} GROUP BY f.hour ORDER BY f.hour",
            shape="columns",
            x="hour",
            y="minutes_late",
            columns_wide=12,
        ),
        Figure(
            "Some airlines wait longer",
            "Mean delay by airline, the latest first.",
            f"""
                SELECT a.name AS airline, {MEAN}
                FROM flights f JOIN airlines a ON a.carrier = f.carrier WHERE f.dep_delay IS NOT NULL
                GROUP BY a.name ORDER BY 2 DESC
            """,
            shape="bars",
            x="minutes_late",
            y="airline",
        ),
        Figure(
            "Summer evenings are the worst",
            "Mean delay by month and hour.",
            f"""
                SELECT f.hour, f.month, {MEAN}
                FROM {LEFT} AND f.hour >= 5 GROUP BY f.month, f.hour ORDER BY f.month, f.hour
            """,
            shape="heat",
            x="hour",
            y="month",
            by="minutes_late",
        ),
        Figure(
            "Three airports, one rhythm",
            "Mean delay by month, for each airport.",
            f"""
                SELECT f.month, f.origin AS airport, {MEAN}
                FROM {LEFT} GROUP BY f.month, f.origin ORDER BY f.month, f.origin
            """,
            shape="lines",
            x="month",
            y="minutes_late",
            by="airport",
            columns_wide=12,
        ),
        by_weather(
            "Wind",
            "Mean delay by the wind's speed.",
            "w.wind_speed",
            "miles_an_hour",
            # One reading in February is 1,048 miles an hour; the last step includes it, so that it distorts nothing.
            [
                ("< 5", "0-5"),
                ("< 10", "5-10"),
                ("< 15", "10-15"),
                ("< 20", "15-20"),
                ("< 25", "20-25"),
                (">= 25", "25+"),
            ],
        ),
        by_weather(
            "Visibility",
            "Mean delay by how far one could see.",
            "w.visib",
            "miles",
            [("< 1", "< 1"), ("< 2", "1-2"), ("< 4", "2-4"), ("< 7", "4-7"), ("< 10", "7-10"), (">= 10", "10")],
        ),
        by_weather(
            "Rain and snow",
            "Mean delay by what fell in the hour.",
            "w.precip",
            "inches",
            [("= 0", "none"), ("< 0.02", "a trace"), ("< 0.1", "< 0.1"), ("< 0.25", "0.1-0.25"), (">= 0.25", "0.25+")],
        ),
    ],
)


@asset(deps=[flights, weather, reference], group_name="dashboard")
def delays_dashboard(
    context: AssetExecutionContext, warehouse: ResourceParam[Warehouse], dashboard: ResourceParam[Dashboard]
) -> MaterializeResult[None]:
    """The dashboard of delays, published again when the board or the warehouse's content has changed."""
    edition = sha256(repr((BOARD, warehouse.loads())).encode()).hexdigest()[:16]
    if dashboard.edition() == edition:
        context.log.info("edition %s is published already", edition)
    else:
        dashboard.publish(BOARD, warehouse, edition)
        context.log.info("edition %s published", edition)
    return MaterializeResult(metadata={"edition": edition, "location": MetadataValue.url(dashboard.location)})
