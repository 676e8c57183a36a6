"""Partition mappings: which partitions of an upstream asset a partition needs. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dagwire.definitions.partitions.partitions import PartitionsDefinition, StaticPartitionsDefinition
from dagwire.errors import InvalidDefinitionError, nearest


class PartitionMapping(ABC):
    """Says which partitions of an upstream asset some partitions of a downstream asset need.

    To write one of your own define `upstream_keys`.
    """

    @abstractmethod
    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The upstream partitions needed, each once, in order; those that do not exist are refused by the caller.

        Args:
            keys: The downstream partitions that a run makes; none where `downstream` is None.
            downstream: The partitions of the asset that is made; None where it has none.
            upstream: The partitions of the asset that it needs.
        """

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Why it cannot stand between two assets of these partitions, as a sentence; None where it can."""
        del upstream
        return _DOWNSTREAM_HAS_NONE if downstream is None else None


def checked_mapping(owner: str, given: object) -> PartitionMapping | None:
    """What was given as `partition_mapping`.

    Raises:
        InvalidDefinitionError: It is no mapping; a class, say, that was not called.
    """
    if given is None or isinstance(given, PartitionMapping):
        return given
    called = isinstance(given, type) and issubclass(given, PartitionMapping)
    hint = f" Call the class: `{given.__name__}(...)`." if isinstance(given, type) and called else ""
    msg = f"{owner}: `partition_mapping` is a PartitionMapping, not {given!r}.{hint}"
    raise InvalidDefinitionError(msg)


_DOWNSTREAM_HAS_NONE = "It goes by the partition that is made, and the asset is made as a whole."


@dataclass(frozen=True)
class IdentityPartitionMapping(PartitionMapping):
    """A partition needs that of the same key."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The same keys."""
        return list(keys)


@dataclass(frozen=True)
class AllPartitionMapping(PartitionMapping):
    """Every partition needs all of those upstream."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """All that there are now."""
        return upstream.get_partition_keys()

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """It fits everything."""
        return None


@dataclass(frozen=True)
class LastPartitionMapping(PartitionMapping):
    """Every partition needs the last one upstream."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The last that there is now; none where there is none."""
        last = upstream.get_last_partition_key()
        return [] if last is None else [last]

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """It fits everything."""
        return None


@dataclass(frozen=True)
class SpecificPartitionsPartitionMapping(PartitionMapping):
    """Every partition needs the same few upstream."""

    partition_keys: Sequence[str]

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys that it was made with."""
        return list(self.partition_keys)

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """It fits everything."""
        return None


@dataclass(frozen=True)
class StaticPartitionMapping(PartitionMapping):
    """A table says which partitions need which.

    Example:
        >>> from dagwire import StaticPartitionMapping, StaticPartitionsDefinition
        >>> airports = StaticPartitionsDefinition(["JFK", "LGA", "EWR"])
        >>> states = StaticPartitionsDefinition(["NY", "NJ"])
        >>> mapping = StaticPartitionMapping({"JFK": "NY", "LGA": "NY", "EWR": "NJ"})
        >>> mapping.upstream_keys(["NY"], states, airports)
        ['JFK', 'LGA']
    """

    downstream_partition_keys_by_upstream_partition_key: Mapping[str, str | Collection[str]]
    """`{upstream key: the downstream key, or keys, that need it}`."""

    def _needed_by(self, upstream_key: str) -> set[str]:
        keys = self.downstream_partition_keys_by_upstream_partition_key[upstream_key]
        return {keys} if isinstance(keys, str) else set(keys)

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """Those that the table says, in its order."""
        table = self.downstream_partition_keys_by_upstream_partition_key
        return [key for key in table if not self._needed_by(key).isdisjoint(keys)]

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """It must speak of partitions that exist, on both sides."""
        if downstream is None:
            return _DOWNSTREAM_HAS_NONE
        table = self.downstream_partition_keys_by_upstream_partition_key
        needed_by = {key for upstream_key in table for key in self._needed_by(upstream_key)}
        return _strangers("upstream", table, upstream) or _strangers("downstream", sorted(needed_by), downstream)


def _strangers(side: str, named: Collection[str], partitions: PartitionsDefinition) -> str | None:
    """A sentence on those of `named` that are no partitions, of a fixed list of them."""
    if not isinstance(partitions, StaticPartitionsDefinition):
        return None
    for name in named:
        if not partitions.has_partition_key(name):
            guess = nearest(name, partitions.partition_keys)
            hint = f" Did you mean '{guess}'?" if guess else ""
            return f"It names '{name}', which is no partition of the {side} asset.{hint}"
    return None
