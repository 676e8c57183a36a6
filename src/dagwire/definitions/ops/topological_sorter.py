"""`TopologicalSorter`: the steps that are ready, as others are done. Pure."""

from collections.abc import Iterable, Mapping


class TopologicalSorter:
    """Counts the unfinished parents of each step; lives as long as one ordering or one run."""

    def __init__(self, after: Mapping[str, Iterable[str]]) -> None:
        """`after` is `{step: the steps before it}`."""
        self._children: dict[str, list[str]] = {name: [] for name in after}
        self._unmet: dict[str, int] = {}
        for name, before in after.items():
            parents = set(before)
            self._unmet[name] = len(parents)
            for parent in parents:
                self._children[parent].append(name)

    def ready(self) -> list[str]:
        """The steps without parents, by name."""
        return sorted(name for name, count in self._unmet.items() if not count)

    def done(self, name: str) -> list[str]:
        """Mark `name` as done; return the steps that became ready, by name."""
        freed: list[str] = []
        for child in self._children.pop(name):
            self._unmet[child] -= 1
            if not self._unmet[child]:
                freed.append(child)
        return sorted(freed) if len(freed) > 1 else freed

    def insert(self, after: Mapping[str, Iterable[str]], before: str) -> None:
        """Add steps, parents first, that `before` waits for too; one of their parents is not done."""
        self._unmet[before] += len(after)
        for name, earlier in after.items():
            parents = [parent for parent in set(earlier) if parent in self._children]  # the others are done
            self._children[name] = [before]
            self._unmet[name] = len(parents)
            for parent in parents:
                self._children[parent].append(name)

    def blocked(self) -> list[str]:
        """The steps that still wait for another."""
        return [name for name, count in self._unmet.items() if count]
