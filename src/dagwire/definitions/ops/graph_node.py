"""`GraphNode`: an op or graph in its place in a graph or job. Plain data."""

from typing import Any, NamedTuple


class GraphNode(NamedTuple):
    """An op or graph in its place in another graph, or in a job."""

    name: str
    definition: Any
