"""Partition mappings: the upstream partitions that a partition takes, and the downstream ones that take it. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition, StaticPartitionsDefinition
from dagwire.definitions.partitions.partitions_subset import DefaultPartitionsSubset, PartitionsSubset
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.instance import DynamicPartitionsStore
from dagwire.suggestions import did_you_mean


@dataclass(frozen=True)
class UpstreamPartitionsResult:
    """The upstream partitions that some downstream partitions take."""

    partitions_subset: PartitionsSubset
    required_but_nonexistent_subset: PartitionsSubset
    """The keys that are required and do not exist."""

    @property
    def required_but_nonexistent_partition_keys(self) -> Sequence[str]:
        """The keys of those that do not exist."""
        return list(self.required_but_nonexistent_subset.get_partition_keys())


class PartitionMapping(ABC):
    """The partitions of an upstream asset that partitions of a downstream asset take, and the reverse.

    Example:
        >>> from dagwire import PartitionMapping, UpstreamPartitionsResult
        >>> class FirstLetter(PartitionMapping):
        ...     def get_upstream_mapped_partitions_result_for_partitions(
        ...         self, downstream_partitions_subset, downstream_partitions_def, upstream_partitions_def,
        ...         current_time=None, dynamic_partitions_store=None,
        ...     ):
        ...         letters = {key[0] for key in downstream_partitions_subset.get_partition_keys()}
        ...         taken = upstream_partitions_def.subset_with_partition_keys(sorted(letters))
        ...         return UpstreamPartitionsResult(taken, upstream_partitions_def.empty_subset())
        ...     def get_downstream_partitions_for_partitions(
        ...         self, upstream_partitions_subset, upstream_partitions_def, downstream_partitions_def,
        ...         current_time=None, dynamic_partitions_store=None,
        ...     ):
        ...         words = downstream_partitions_def.get_partition_keys()
        ...         taking = [word for word in words if word[0] in upstream_partitions_subset]
        ...         return downstream_partitions_def.subset_with_partition_keys(taking)
        ...     def validate_partition_mapping(self, upstream_partitions_def, downstream_partitions_def):
        ...         pass
        ...     @property
        ...     def description(self):
        ...         return "A word takes its first letter."
    """

    @abstractmethod
    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """The upstream partitions that downstream ones take.

        Args:
            downstream_partitions_subset: The partitions that a run makes; None for an asset without partitions.
            downstream_partitions_def: The partitions of the asset that is made; None if it has none.
            upstream_partitions_def: The partitions of the asset that it takes.
            current_time: When partitions must exist; the time of `partition_loading_context` by default.
            dynamic_partitions_store: The instance that knows dynamic partitions, likewise.
        """

    @abstractmethod
    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """The downstream partitions that take some upstream ones; arguments as above."""

    @abstractmethod
    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Raise an error if the mapping cannot connect two assets with these partitions."""

    @property
    @abstractmethod
    def description(self) -> str:
        """A sentence for people."""


def checked_mapping(owner: str, passed: object) -> PartitionMapping | None:
    """The argument `partition_mapping` of `owner`.

    Raises:
        InvalidDefinitionError: It is not a mapping; a class, say, that was not called.
    """
    if passed is None or isinstance(passed, PartitionMapping):
        return passed
    is_class = isinstance(passed, type) and issubclass(passed, PartitionMapping)
    hint = f" Call the class: `{passed.__name__}(...)`." if isinstance(passed, type) and is_class else ""
    msg = f"{owner}: `partition_mapping` is a PartitionMapping, not {passed!r}.{hint}"
    raise InvalidDefinitionError(msg)


class KeyMapping(PartitionMapping):
    """A mapping that is computed from lists of keys: the base of dagwire's own."""

    @abstractmethod
    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The upstream keys that are taken, each once, in order; some may not exist.

        Args:
            keys: The downstream partitions that a run makes; none if `downstream` is None.
            downstream: The partitions of the asset that is made; None if it has none.
            upstream: The partitions of the asset that it takes.
        """

    @abstractmethod
    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """The downstream keys that take some upstream keys, each once, in order; some may not exist."""

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """The reason why it cannot connect two assets with these partitions, as a sentence; None if it can."""
        del upstream
        return _DOWNSTREAM_HAS_NONE if downstream is None else None

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: PartitionsDefinition | None,
        upstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> UpstreamPartitionsResult:
        """The upstream partitions that downstream ones take, as in the base class."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            self.validate_partition_mapping(upstream_partitions_def, downstream_partitions_def)
            keys: Sequence[str] = ()
            if downstream_partitions_subset is not None:
                keys = list(downstream_partitions_subset.get_partition_keys())
            needed = self.upstream_keys(keys, downstream_partitions_def, upstream_partitions_def)
            there = upstream_partitions_def.filter_valid_partition_keys(set(needed))
            return UpstreamPartitionsResult(
                upstream_partitions_def.subset_with_partition_keys(key for key in needed if key in there),
                self.missing_subset([key for key in needed if key not in there], upstream_partitions_def),
            )

    def missing_subset(self, keys: Sequence[str], upstream: PartitionsDefinition) -> PartitionsSubset:
        """The subset of keys that are taken and do not exist."""
        del upstream
        return DefaultPartitionsSubset(keys)

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: PartitionsDefinition,
        downstream_partitions_def: PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: DynamicPartitionsStore | None = None,
    ) -> PartitionsSubset:
        """The downstream partitions that take some upstream ones, as in the base class."""
        with partition_loading_context(current_time, dynamic_partitions_store):
            self.validate_partition_mapping(upstream_partitions_def, downstream_partitions_def)
            keys = list(upstream_partitions_subset.get_partition_keys())
            taking = self.downstream_keys(keys, upstream_partitions_def, downstream_partitions_def) if keys else []
            there = downstream_partitions_def.filter_valid_partition_keys(set(taking))
            return downstream_partitions_def.subset_with_partition_keys(key for key in taking if key in there)

    def validate_partition_mapping(
        self, upstream_partitions_def: PartitionsDefinition, downstream_partitions_def: PartitionsDefinition | None
    ) -> None:
        """Refuse two assets that it cannot connect.

        Raises:
            InvalidDefinitionError: The mapping has a mismatch, which the message includes.
        """
        problem = self.mismatch(downstream_partitions_def, upstream_partitions_def)
        if problem is not None:
            msg = f"{type(self).__name__}: {problem}"
            raise InvalidDefinitionError(msg)


def upstream_keys_of(
    mapping: PartitionMapping,
    keys: Sequence[str],
    downstream: PartitionsDefinition | None,
    upstream: PartitionsDefinition,
) -> list[str]:
    """The upstream keys by any mapping; some may not exist."""
    if isinstance(mapping, KeyMapping):
        return mapping.upstream_keys(keys, downstream, upstream)
    subset = None if downstream is None else downstream.subset_with_partition_keys(keys)
    result = mapping.get_upstream_mapped_partitions_result_for_partitions(subset, downstream, upstream)
    return [*result.partitions_subset.get_partition_keys(), *result.required_but_nonexistent_partition_keys]


def downstream_keys_of(
    mapping: PartitionMapping, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
) -> list[str]:
    """The downstream keys by any mapping."""
    subset = upstream.subset_with_partition_keys(keys)
    return list(mapping.get_downstream_partitions_for_partitions(subset, upstream, downstream).get_partition_keys())


_DOWNSTREAM_HAS_NONE = "It goes by the partition that is made, and the asset is made as a whole."


@dataclass(frozen=True)
class IdentityPartitionMapping(KeyMapping):
    """A partition takes the upstream one of its own key."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys themselves."""
        return list(keys)

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """The keys themselves."""
        return list(keys)

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must have partitions of one kind."""
        if downstream is None:
            return _DOWNSTREAM_HAS_NONE
        if type(downstream) is type(upstream):
            return None
        kinds = f"those of the upstream asset are a {type(upstream).__name__}, the others a {type(downstream).__name__}"
        return f"It takes partitions of equal keys, and {kinds}. Give the mapping of one to the other."

    @property
    def description(self) -> str:
        """A sentence for people."""
        return "A partition takes the upstream partition of its own key."


class _WholeMapping(KeyMapping):
    """A mapping by which every downstream partition takes the same upstream ones."""

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """Every downstream key, if any of the upstream ones is taken at all."""
        taken = self.upstream_keys([], downstream, upstream)
        return downstream.get_partition_keys() if not set(taken).isdisjoint(keys) else []

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """No fault: the mapping fits any partitions."""
        return None


@dataclass(frozen=True)
class AllPartitionMapping(_WholeMapping):
    """Every partition takes all upstream ones."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """Every upstream key that exists now."""
        return upstream.get_partition_keys()

    @property
    def description(self) -> str:
        """A sentence for people."""
        return "Every partition takes all upstream partitions."


@dataclass(frozen=True)
class LastPartitionMapping(_WholeMapping):
    """Every partition takes the last upstream one."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The last that there is now; none if there is none."""
        last = upstream.get_last_partition_key()
        return [] if last is None else [last]

    @property
    def description(self) -> str:
        """A sentence for people."""
        return "Every partition takes the last upstream partition."


@dataclass(frozen=True)
class SpecificPartitionsPartitionMapping(_WholeMapping):
    """Every partition takes the same few upstream ones."""

    partition_keys: Sequence[str]

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys that it was made with."""
        return list(self.partition_keys)

    @property
    def description(self) -> str:
        """A sentence for people."""
        return f"Every partition takes the upstream partitions {', '.join(self.partition_keys)}."


@dataclass(frozen=True)
class StaticPartitionMapping(KeyMapping):
    """A table lists the partitions that take each upstream one.

    Example:
        >>> from dagwire import StaticPartitionMapping, StaticPartitionsDefinition
        >>> airports = StaticPartitionsDefinition(["JFK", "LGA", "EWR"])
        >>> states = StaticPartitionsDefinition(["NY", "NJ"])
        >>> mapping = StaticPartitionMapping({"JFK": "NY", "LGA": "NY", "EWR": "NJ"})
        >>> mapping.upstream_keys(["NY"], states, airports)
        ['JFK', 'LGA']
    """

    downstream_partition_keys_by_upstream_partition_key: Mapping[str, str | Collection[str]]
    """`{upstream key: the downstream key, or keys, that take it}`."""

    def _taking(self, upstream_key: str) -> list[str]:
        keys = self.downstream_partition_keys_by_upstream_partition_key.get(upstream_key, ())
        return [keys] if isinstance(keys, str) else list(keys)

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """List the keys of the table, in its order."""
        table = self.downstream_partition_keys_by_upstream_partition_key
        return [key for key in table if not set(self._taking(key)).isdisjoint(keys)]

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """List the keys of the table, in its order."""
        return list(dict.fromkeys(taking for key in keys for taking in self._taking(key)))

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must be static partitions, which have its keys."""
        if downstream is None:
            return _DOWNSTREAM_HAS_NONE
        if not isinstance(upstream, StaticPartitionsDefinition):
            return _not_static("upstream")
        if not isinstance(downstream, StaticPartitionsDefinition):
            return _not_static("downstream")
        table = self.downstream_partition_keys_by_upstream_partition_key
        taking = {key for upstream_key in table for key in self._taking(upstream_key)}
        return _unknown_key("upstream", table, upstream) or _unknown_key("downstream", sorted(taking), downstream)

    @property
    def description(self) -> str:
        """A sentence for people."""
        return f"Upstream partitions are taken by: {dict(self.downstream_partition_keys_by_upstream_partition_key)}."


def _not_static(side: str) -> str:
    return f"It goes by fixed lists of keys, and the partitions of the {side} asset are not static."


def _unknown_key(side: str, named: Collection[str], partitions: StaticPartitionsDefinition) -> str | None:
    """A sentence on a key that is not in a fixed list of partitions; None if all are."""
    for name in named:
        if not partitions.has_partition_key(name):
            hint = did_you_mean(name, partitions.partition_keys)
            return f"It names '{name}', which is not a partition of the {side} asset.{hint}"
    return None
