"""The dashboard: questions put to the warehouse, their answers drawn. An HTML file here; a BI tool will do as well."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Literal, Protocol

from dagwire import ConfigurableResource

from resources.errors import DashboardError
from resources.warehouse import Warehouse

PAGE = Path(__file__).with_suffix(".html")
COOL, MILD, WARM, HOT = "#8fbcd0", "#d9d3b8", "#f2b84b", "#d1495b"
INK, FAINT = "#22313f", "#e6eaee"

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Number:
    """A figure at the head of the board; `column` is one of the board's `numbers_sql`."""

    label: str
    column: str
    shown_as: str = "{:,.0f}"


@dataclass(frozen=True)
class Figure:
    """A question, and how its answer is drawn. The answer's rows are drawn in their own order."""

    title: str
    note: str
    sql: str
    shape: Literal["columns", "bars", "lines", "heat"]
    x: str
    y: str
    by: str = ""
    """The column that distinguishes the lines, or that colours the heat map."""
    columns_wide: Literal[4, 6, 12] = 6


@dataclass(frozen=True)
class Board:
    """A dashboard, described for any tool that can put SQL to the warehouse."""

    title: str
    subtitle: str
    numbers_sql: str
    numbers: Sequence[Number]
    figures: Sequence[Figure]


class Dashboard(Protocol):
    """The interface of a dashboard, as the assets need it."""

    @property
    def location(self) -> str:
        """The URL under which people find it."""
        ...

    def edition(self) -> str | None:
        """The edition that is published; None if there is none."""
        ...

    def publish(self, board: Board, warehouse: Warehouse, edition: str) -> None:
        """Show `board`, with the data that the warehouse has now, in place of what was shown before."""
        ...

    def check_health(self) -> None:
        """Raise a DashboardError if the dashboard could not be looked up."""
        ...


class HtmlDashboard(ConfigurableResource):
    """A dashboard in one file that needs no network: data, charts and the program that draws them are all in it.

    It holds nothing open.
    """

    kind: Literal["html"] = "html"
    path: Path = Path("data/dashboard.html")

    @property
    def location(self) -> str:
        """See `Dashboard.location`."""
        return self.path.resolve().as_uri()

    def edition(self) -> str | None:
        """See `Dashboard.edition`; the file has it in its first line."""
        try:
            with self.path.open(encoding="utf-8", errors="replace") as page:
                first = page.readline()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from error
        return first.partition("<!-- edition ")[2].partition(" ")[0] or None

    def publish(self, board: Board, warehouse: Warehouse, edition: str) -> None:
        """See `Dashboard.publish`. The file is replaced in one step: a reader sees the old one or the new one.

        Raises:
            DashboardError: The folder is full or not writable. The old file is still there.
        """
        page = render(board, warehouse, edition)
        part = self.path.with_suffix(".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                part.write_text(page, encoding="utf-8")
                part.replace(self.path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(error) from error

    def check_health(self) -> None:
        """See `Dashboard.check_health`."""
        self.edition()

    def _refused(self, error: OSError) -> DashboardError:
        reason = error.strerror or str(error)
        return DashboardError(self.path, reason, "Is there room, and may we write? The warehouse is not touched")


def render(board: Board, warehouse: Warehouse, edition: str) -> str:
    """The whole page."""
    counted = warehouse.query(board.numbers_sql)[0]
    drawn = [draw(figure, warehouse.query(figure.sql)) for figure in board.figures]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        edition=edition,
        title=escape(board.title),
        subtitle=escape(board.subtitle),
        numbers="\n".join(number_html(number, counted[number.column]) for number in board.numbers),
        figures="\n".join(figure_html(place, figure) for place, figure in enumerate(board.figures)),
        # "</script" would end the script inside which it stands, and "<!--<script" would keep it from ending.
        specs=json.dumps(drawn).replace("<", "\\u003c"),
        vega=drawing_program(),
    )


@cache
def drawing_program() -> str:
    """Vega, all in one script; it takes a second or two to put together."""
    import vl_convert  # noqa: PLC0415  # slow to load, as Altair is; only a new edition should pay for them

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def number_html(number: Number, value: float | None) -> str:
    """A tile; an empty warehouse has no averages."""
    shown = "-" if value is None else number.shown_as.format(value)
    return f'<div class="number"><b>{shown}</b><span>{escape(number.label)}</span></div>'


def figure_html(place: int, figure: Figure) -> str:
    """A card, which the page's script fills."""
    return (
        f'<figure class="wide-{figure.columns_wide}"><figcaption><h2>{escape(figure.title)}</h2>'
        f'<p>{escape(figure.note)}</p></figcaption><div id="figure-{place}"></div></figure>'
    )


def draw(figure: Figure, rows: Rows) -> dict[str, Any]:
    """The Vega-Lite chart of one figure."""
    import altair as alt  # noqa: PLC0415  # see `drawing_program`

    chart = alt.Chart(alt.InlineData(values=list(rows)))
    tooltip = [
        alt.Tooltip(field=name, title=spoken(name), type=kind_of(rows, name), format=format_of(rows, name))
        for name in columns_of(rows)
    ]
    plain = alt.Axis(title=spoken(figure.x), labelAngle=0, grid=False)
    x = alt.X(field=figure.x, type="ordinal", sort=None, axis=plain)
    y = alt.Y(field=figure.y, type="quantitative", axis=alt.Axis(title=spoken(figure.y), tickCount=5))
    heat = alt.Scale(range=[COOL, MILD, WARM, HOT], interpolate="lab")
    match figure.shape:
        case "columns":
            colour = alt.Color(field=figure.y, type="quantitative", scale=heat, legend=None)
            chart = chart.mark_bar(cornerRadiusEnd=3).encode(x=x, y=y, color=colour, tooltip=tooltip)
        case "bars":
            colour = alt.Color(field=figure.x, type="quantitative", scale=heat, legend=None)
            along = alt.X(field=figure.x, type="quantitative", axis=alt.Axis(title=spoken(figure.x), tickCount=5))
            named = alt.Axis(title=None, grid=False, labelLimit=200)
            names = alt.Y(field=figure.y, type="nominal", sort=None, axis=named)
            chart = chart.mark_bar(cornerRadiusEnd=3).encode(x=along, y=names, color=colour, tooltip=tooltip)
        case "lines":
            scale = alt.Scale(range=[INK, HOT, WARM])
            legend = alt.Legend(orient="top", title=None)
            colour = alt.Color(field=figure.by, type="nominal", scale=scale, legend=legend)
            points = alt.OverlayMarkDef(size=50, filled=True)
            line = chart.mark_line(point=points, strokeWidth=2.5, interpolate="monotone")
            chart = line.encode(x=x, y=y, color=colour, tooltip=tooltip)
        case "heat":
            colour = alt.Color(
                field=figure.by, type="quantitative", scale=heat, legend=alt.Legend(title=None, gradientLength=220)
            )
            down = alt.Y(field=figure.y, type="ordinal", sort=None, axis=alt.Axis(title=spoken(figure.y), grid=False))
            chart = chart.mark_rect(cornerRadius=2).encode(x=x, y=down, color=colour, tooltip=tooltip)
    height = 380 if figure.shape in ("bars", "heat") else 230
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    spec["config"] = THEME
    return spec


def spoken(column: str) -> str:
    """A column's name as people say it."""
    return column.replace("_", " ")


def columns_of(rows: Rows) -> list[str]:
    """The answer's columns; none where it has no rows."""
    return list(rows[0]) if rows else []


def kind_of(rows: Rows, column: str) -> Literal["quantitative", "nominal"]:
    """Whether a column holds numbers."""
    return "quantitative" if isinstance(rows[0][column], int | float) else "nominal"


def format_of(rows: Rows, column: str) -> str:
    """Thousands apart; one decimal where there are any."""
    match rows[0][column]:
        case int():
            return ",d"
        case float():
            return ".1f"
        case _:
            return ""


THEME: dict[str, Any] = {
    "background": "transparent",
    "font": "Inter, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": FAINT,
        "labelColor": "#5b6b7a",
        "labelFontSize": 11,
        "labelPadding": 6,
        "titleColor": "#5b6b7a",
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "symbolType": "circle"},
}
