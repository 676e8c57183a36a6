"""The names upstream and downstream of others in a graph. Pure."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)


class Reach(Generic[N]):
    """A graph of names that can be walked in both directions."""

    def __init__(self, parents: Mapping[N, Iterable[N]]) -> None:
        """`parents` is `{name: the names directly upstream}`; names that are not a key of it are left out."""
        self.upstream: dict[N, list[N]] = {
            name: [p for p in before if p in parents] for name, before in parents.items()
        }
        self.downstream: dict[N, list[N]] = {name: [] for name in parents}
        for name, before in self.upstream.items():
            for parent in before:
                self.downstream[parent].append(name)

    def upstream_of(self, names: Collection[N], depth: int | None = None) -> set[N]:
        """The names upstream of `names`, at most `depth` steps away; `names` themselves only if they are on the way."""
        return self._walk(names, self.upstream, depth)

    def downstream_of(self, names: Collection[N], depth: int | None = None) -> set[N]:
        """The names downstream of `names`, at most `depth` steps away."""
        return self._walk(names, self.downstream, depth)

    @staticmethod
    def _walk(start: Collection[N], neighbours: Mapping[N, Iterable[N]], depth: int | None) -> set[N]:
        reached: set[N] = set()
        frontier = set(start)
        steps_left = len(neighbours) if depth is None else depth
        while frontier and steps_left > 0:
            frontier = {near for name in frontier for near in neighbours[name]} - reached
            reached |= frontier
            steps_left -= 1
        return reached
