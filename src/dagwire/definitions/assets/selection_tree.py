"""`SelectionTree`: a selection of assets and checks as data, equal by value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SelectionKind(StrEnum):
    """The question that a selection asks of each asset, or the way in which it combines others."""

    ALL = "all"
    KEYS = "keys"
    KEY_PATTERN = "key_pattern"
    GROUPS = "groups"
    GROUP_PATTERN = "group_pattern"
    TAG = "tag"
    KIND = "kind"
    OWNER = "owner"
    KEY_PREFIXES = "key_prefixes"
    KEY_SUBSTRING = "key_substring"
    EXTERNAL = "external"
    ANY = "any"
    BOTH = "both"
    MINUS = "minus"
    NOT = "not"
    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    ROOTS = "roots"
    SINKS = "sinks"
    MATERIALIZABLE = "materializable"
    NEIGHBORS = "required_multi_asset_neighbors"
    SOURCES = "upstream_source_assets"
    CHECKS = "checks"
    CHECKS_OF_ASSETS = "checks_for_assets"
    ALL_CHECKS = "all_asset_checks"


@dataclass(frozen=True, slots=True)
class SelectionTree:
    """A selection: its kind, the values that it asks for, and the selections that it is made of."""

    kind: SelectionKind
    values: tuple[Any, ...] = ()
    operands: tuple["SelectionTree", ...] = ()
    include_sources: bool = False
    """Whether assets that are made elsewhere are among those that it may select."""

    def flat(self, kind: SelectionKind) -> tuple["SelectionTree", ...]:
        """Return the operands if it is of `kind`, else itself: thousands in a row make no chain of thousands."""
        return self.operands if self.kind is kind else (self,)


def either(*trees: SelectionTree) -> SelectionTree:
    """Return the selection of everything that any of `trees` selects."""
    if len(trees) == 1:
        return trees[0]
    kind = SelectionKind.ANY
    return SelectionTree(kind, operands=tuple(operand for tree in trees for operand in tree.flat(kind)))


def both(*trees: SelectionTree) -> SelectionTree:
    """Return the selection of everything that each of `trees` selects."""
    if len(trees) == 1:
        return trees[0]
    kind = SelectionKind.BOTH
    return SelectionTree(kind, operands=tuple(operand for tree in trees for operand in tree.flat(kind)))


def upstream(tree: SelectionTree, depth: int | None = None, *, include_self: bool = True) -> SelectionTree:
    """Return the selection of `tree` with everything upstream of it, at most `depth` steps away."""
    return SelectionTree(SelectionKind.UPSTREAM, (depth, include_self), (tree,))


def downstream(tree: SelectionTree, depth: int | None = None, *, include_self: bool = True) -> SelectionTree:
    """Return the selection of `tree` with everything downstream of it, at most `depth` steps away."""
    return SelectionTree(SelectionKind.DOWNSTREAM, (depth, include_self), (tree,))
