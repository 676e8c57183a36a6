"""The dashboard in Apache Superset, made and brought up to date over its REST API."""

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import httpx
import stamina
from pydantic import Field, HttpUrl, PositiveFloat, PositiveInt, PrivateAttr, SecretStr

from dagwire import ConfigurableResource, InitResourceContext

from resources.dashboard import Board, Figure, Number
from resources.errors import DashboardError, advice_for
from resources.http_api import NO_PROXY, may_pass
from resources.warehouse import Warehouse

ADVICE = {
    "401": "Check the dashboard's `user` and `password`",
    "403": "Give the dashboard's `user` the role Admin or Alpha in Superset",
    "could not set lock": "Let Superset read another warehouse than DuckDB, which has one writer at a time",
    "could not load database driver": "Install the warehouse's driver where Superset runs",
    "operationalerror": "Check the dashboard's `warehouse_uri`: Superset itself must reach the warehouse by it",
    "connection failed": "Check the dashboard's `warehouse_uri`: Superset itself must reach the warehouse by it",
    "no answer": "Is Superset running? Check the dashboard's `url`",
}
OTHERWISE = "The warehouse is not touched; publish again"
EDITION = re.compile(r"/\* edition (\w+) \*/")
ROW_UNITS = 12
NUMBER_HEIGHT, FIGURE_HEIGHT = 20, 50
CHART_TYPES = {
    "columns": "echarts_timeseries_bar",
    "bars": "echarts_timeseries_bar",
    "lines": "echarts_timeseries_line",
    "heat": "heatmap_v2",
}


class Placed(NamedTuple):
    """A chart on the dashboard."""

    chart: int
    title: str
    units: int
    """Its width, of twelve."""


class SupersetDashboard(ConfigurableResource):
    """A dashboard in Superset, whose charts ask the warehouse themselves when somebody looks.

    A run that reaches it logs in, and closes its connections when it ends. What it makes is found again by name, so
    publishing twice leaves one dashboard. Superset reaches the warehouse by an address of its own.
    """

    kind: Literal["superset"] = "superset"
    url: HttpUrl
    user: str
    password: SecretStr
    warehouse_uri: SecretStr = Field(description="SQLAlchemy's address of the warehouse, as Superset reaches it.")
    slug: str = Field(default="flights", description="The end of the dashboard's own address.")
    connect_timeout_s: PositiveFloat = 5
    read_timeout_s: PositiveFloat = Field(default=60, description="For one request.")
    attempts: PositiveInt = 3

    _client: httpx.Client = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Log in."""
        self._client = httpx.Client(
            base_url=str(self.url).rstrip("/") + "/api/v1/",
            timeout=httpx.Timeout(self.read_timeout_s, connect=self.connect_timeout_s),
            headers={"Referer": str(self.url)},
            mounts=NO_PROXY,
        )
        try:
            self._log_in()
        except BaseException:
            self._client.close()
            raise

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def location(self) -> str:
        """See `Dashboard.location`."""
        return f"{str(self.url).rstrip('/')}/superset/dashboard/{self.slug}/"

    def edition(self) -> str | None:
        """See `Dashboard.edition`; it stands in a comment of the dashboard's style sheet."""
        found = self._find("dashboard", "slug", self.slug)
        if found is None:
            return None
        edition = EDITION.search(self._ask("GET", f"dashboard/{found}")["result"]["css"] or "")
        return edition[1] if edition else None

    def publish(self, board: Board, warehouse: Warehouse, edition: str) -> None:
        """See `Dashboard.publish`. Each figure is a data set and a chart of its own.

        Raises:
            DashboardError: Superset refused, or does not reach the warehouse. The edition stays as it was.
        """
        uri = {"sqlalchemy_uri": self.warehouse_uri.get_secret_value()}
        database = self._keep("database", "database_name", board.title, {**uri, "expose_in_sqllab": True})
        dashboard = self._keep("dashboard", "slug", self.slug, {"dashboard_title": board.title, "published": True})
        charts: list[Placed] = []
        for name, sql, params, units in drawn(board):
            dataset = self._dataset(database, f"{self.slug}: {name}", warehouse.native_sql(sql))
            source = {"datasource_id": dataset, "datasource_type": "table", "dashboards": [dashboard]}
            drawing = {"viz_type": params["viz_type"], "params": json.dumps(params)}
            chart = self._keep("chart", "slice_name", f"{self.slug}: {name}", {**source, **drawing})
            charts.append(Placed(chart, name, units))
        layout = {"position_json": json.dumps(placed(board.title, charts)), "css": f"/* edition {edition} */"}
        self._ask("PUT", f"dashboard/{dashboard}", json=layout)

    def check_health(self) -> None:
        """See `Dashboard.check_health`."""
        self.edition()

    def _log_in(self) -> None:
        secret = self.password.get_secret_value()
        login = {"username": self.user, "password": secret, "provider": "db", "refresh": True}
        token = self._ask("POST", "security/login", json=login)["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"
        self._client.headers["X-CSRFToken"] = self._ask("GET", "security/csrf_token/")["result"]

    def _dataset(self, database: int, name: str, sql: str) -> int:
        """The data set of a question, with the columns that its answer has now."""
        found = self._find("dataset", "table_name", name)
        if found is None:
            made = self._ask("POST", "dataset/", json={"database": database, "table_name": name, "sql": sql})
            found = int(made["id"])
        else:
            self._ask("PUT", f"dataset/{found}", json={"database_id": database, "sql": sql})
        self._ask("PUT", f"dataset/{found}/refresh")
        return found

    def _keep(self, kind: str, key: str, name: str, values: Mapping[str, Any]) -> int:
        """Make what has this name, or bring it up to date; return its id."""
        found = self._find(kind, key, name)
        if found is None:
            return int(self._ask("POST", f"{kind}/", json={key: name, **values})["id"])
        self._ask("PUT", f"{kind}/{found}", json={key: name, **values})
        return found

    def _find(self, kind: str, key: str, name: str) -> int | None:
        """The id of what has this name; None if there is none."""
        quoted = name.replace("!", "!!").replace("'", "!'")
        found = self._ask("GET", f"{kind}/", params={"q": f"(filters:!((col:{key},opr:eq,value:'{quoted}')))"})
        return int(found["ids"][0]) if found["ids"] else None

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        """The answer to one request. Only what changes nothing is asked again."""
        attempts = self.attempts if method == "GET" else 1
        with self._as_dashboard_error():
            for attempt in stamina.retry_context(may_pass, attempts, timeout=None):
                with attempt:
                    return self._client.request(method, path, **request).raise_for_status().json()
        raise AssertionError  # the loop returns or raises

    @contextmanager
    def _as_dashboard_error(self) -> Generator[None]:
        """Turn the client's errors into one that names Superset, with its own message."""
        try:
            yield
        except httpx.HTTPStatusError as error:
            answer = error.response
            problem = f"{answer.request.url.path} answered {answer.status_code}, {message_of(answer)}"
            raise DashboardError(self._where, problem, advice_for(problem, ADVICE, OTHERWISE)) from error
        except httpx.HTTPError as error:
            problem = f"no answer ({type(error).__name__}: {error})"
            raise DashboardError(self._where, problem, ADVICE["no answer"]) from error

    @property
    def _where(self) -> str:
        return f"Superset at {self.url}"


def message_of(answer: httpx.Response) -> str:
    """Superset's own message, without its structures."""
    try:
        content = answer.json()
    except ValueError:
        return answer.reason_phrase
    errors: Sequence[Mapping[str, Any]] = content.get("errors") or []
    return "; ".join(str(one.get("message")) for one in errors) or str(content.get("message"))


def drawn(board: Board) -> Iterator[tuple[str, str, dict[str, Any], int]]:
    """The name, question, drawing and width of each chart."""
    for number in board.numbers:
        yield number.label, board.numbers_sql, number_params(number), ROW_UNITS // len(board.numbers)
    for figure in board.figures:
        yield figure.title, figure.sql, figure_params(figure), figure.columns_wide


def number_params(number: Number) -> dict[str, Any]:
    """How Superset draws a figure at the head of the board."""
    return {
        "viz_type": "big_number_total",
        "metric": metric(number.column),
        "y_axis_format": ",.1f",
        "header_font_size": 0.3,
    }


def figure_params(figure: Figure) -> dict[str, Any]:
    """How Superset draws a figure."""
    params: dict[str, Any] = {"viz_type": CHART_TYPES[figure.shape], "row_limit": 1000}
    match figure.shape:
        case "heat":
            return params | {"x_axis": figure.x, "groupby": figure.y, "metric": metric(figure.by)}
        case "bars":
            return params | {"x_axis": figure.y, "metrics": [metric(figure.x)], "orientation": "horizontal"}
        case "lines":
            return params | {"x_axis": figure.x, "metrics": [metric(figure.y)], "groupby": [figure.by]}
        case "columns":
            return params | {"x_axis": figure.x, "metrics": [metric(figure.y)]}


def metric(column: str) -> dict[str, str]:
    """A column whose value each row of the answer has once."""
    label = column.replace("_", " ")
    return {"expressionType": "SQL", "sqlExpression": f"MAX({column})", "label": label}


def placed(title: str, charts: Sequence[Placed]) -> dict[str, Any]:
    """Superset's layout: the charts in their order, as many in a row as fit by their widths."""
    rows: list[list[Placed]] = [[]]
    for chart in charts:
        if sum(other.units for other in rows[-1]) + chart.units > ROW_UNITS:
            rows.append([])
        rows[-1].append(chart)
    names = [f"ROW-{number}" for number, _ in enumerate(rows)]
    layout: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": title}},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": names, "parents": ["ROOT_ID"]},
    }
    for name, row in zip(names, rows, strict=True):
        parents = ["ROOT_ID", "GRID_ID"]
        children = [f"CHART-{one.chart}" for one in row]
        meta: dict[str, Any] = {"background": "BACKGROUND_TRANSPARENT"}
        layout[name] = {"type": "ROW", "id": name, "children": children, "parents": parents, "meta": meta}
        for one in row:
            height = NUMBER_HEIGHT if one.units == ROW_UNITS // 4 else FIGURE_HEIGHT
            meta = {"chartId": one.chart, "width": one.units, "height": height, "sliceNameOverride": one.title}
            key = f"CHART-{one.chart}"
            layout[key] = {"type": "CHART", "id": key, "children": [], "parents": [*parents, name], "meta": meta}
    return layout
