"""`NodeHandle` and `OpNode`: a step's place in its job, as contexts show it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from dagwire.definitions.ops.node import Node


class NodeHandle(NamedTuple):
    """The place of a step in its job: its name, and the graph around it."""

    name: str
    parent: "NodeHandle | None" = None

    @classmethod
    def from_path(cls, path: list[str]) -> "NodeHandle":
        """Make the handle of names from the outermost graph to the step."""
        return cls(path[-1], cls.from_path(path[:-1]) if path[1:] else None)

    @property
    def path(self) -> list[str]:
        """The names from the outermost graph to the step."""
        return [*(self.parent.path if self.parent else ()), self.name]

    @property
    def root(self) -> "NodeHandle":
        """The outermost graph, or the step itself."""
        return self.parent.root if self.parent else self

    def to_string(self) -> str:
        """Join the names by dots."""
        return ".".join(self.path)

    def __str__(self) -> str:
        """Join the names by dots."""
        return self.to_string()


class OpNode(NamedTuple):
    """A step as a part of its job."""

    name: str
    """The name in its graph: an alias, or the definition's."""
    definition: Any
    handle: NodeHandle
    """The place in the job."""

    @classmethod
    def of(cls, node: Node) -> Self:
        """Show a step of a job."""
        handle = NodeHandle.from_path(node.name.partition("[")[0].split("."))  # one place, however many mapped steps
        return cls(handle.name, node.definition, handle)

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags of the step."""
        return self.definition.tags  # type: ignore[no-any-return]  # a step definition's
