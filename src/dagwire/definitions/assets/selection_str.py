"""The text of a selection, in the form that `AssetSelection.from_string` reads. Pure."""

from collections.abc import Callable, Iterable, Mapping

from dagwire.definitions.assets.selection_tree import SelectionKind, SelectionTree
from dagwire.definitions.specs.asset_key import AssetKey

_JOINED = (SelectionKind.ANY, SelectionKind.BOTH, SelectionKind.MINUS, SelectionKind.NOT)
_SEVERAL = (SelectionKind.KEYS, SelectionKind.GROUPS)
_WALKED = (SelectionKind.UPSTREAM, SelectionKind.DOWNSTREAM)


def selection_str(tree: SelectionTree) -> str:
    """Return the text of `tree`; a kind that has none in Dagster's grammar is shown by its method."""
    write = _WRITERS.get(tree.kind, _method)
    return write(tree)


def _method(tree: SelectionTree) -> str:
    return f"{tree.kind}({', '.join(map(selection_str, tree.operands))})"


def _minus(tree: SelectionTree) -> str:
    left, right = tree.operands
    negated = f"not {_operand(right)}"
    return negated if left.kind is SelectionKind.ALL else f"{_operand(left)} and {negated}"


def _walked(tree: SelectionTree) -> str:
    depth, include_self = tree.values
    inner = tree.operands[0]
    own, steps = _operand(inner), "" if depth is None else str(depth)
    if inner.kind in _WALKED and inner.values[-1:] == (True,):
        own = f"({own})"
    walked = f"{steps}+{own}" if tree.kind is SelectionKind.UPSTREAM else f"{own}+{steps}"
    return walked if include_self else f"{walked} and not {own}"


def _tag(tree: SelectionTree) -> str:
    key, value = tree.values
    return f'tag:"{key}"="{value}"' if value else f'tag:"{key}"'


def _operand(tree: SelectionTree) -> str:
    """The text of `tree` as part of another, in parentheses if it would be read otherwise."""
    is_several = tree.kind in _SEVERAL and len(tree.values) > 1
    is_cut = tree.kind in _WALKED and tree.values[-1:] == (False,)
    text = selection_str(tree)
    return f"({text})" if tree.kind in _JOINED or is_several or is_cut else text


def _either(attribute: str, values: Iterable[object]) -> str:
    return " or ".join(f"{attribute}:<null>" if value is None else f'{attribute}:"{value}"' for value in values)


def _paths(keys: Iterable[AssetKey]) -> Iterable[str]:
    return (key.to_user_string() for key in keys)


_WRITERS: Mapping[SelectionKind, Callable[[SelectionTree], str]] = {
    SelectionKind.ALL: lambda _tree: "*",
    SelectionKind.KEYS: lambda tree: _either("key", _paths(tree.values)),
    SelectionKind.KEY_PATTERN: lambda tree: _either("key", tree.values),
    SelectionKind.GROUPS: lambda tree: _either("group", tree.values),
    SelectionKind.GROUP_PATTERN: lambda tree: _either("group", tree.values),
    SelectionKind.KIND: lambda tree: _either("kind", tree.values),
    SelectionKind.OWNER: lambda tree: _either("owner", tree.values),
    SelectionKind.TAG: _tag,
    SelectionKind.KEY_SUBSTRING: lambda tree: _either("key_substring", tree.values),
    SelectionKind.KEY_PREFIXES: lambda tree: _either("key_prefix", ("/".join(path) for path in tree.values)),
    SelectionKind.EXTERNAL: lambda _tree: "is:external",
    SelectionKind.CHECKS: lambda tree: _either("check", (key.to_user_string() for key in tree.values)),
    SelectionKind.CHECKS_OF_ASSETS: lambda tree: f"{tree.kind}({_either('key', _paths(tree.values))})",
    SelectionKind.ANY: lambda tree: " or ".join(map(_operand, tree.operands)),
    SelectionKind.BOTH: lambda tree: " and ".join(map(_operand, tree.operands)),
    SelectionKind.MINUS: _minus,
    SelectionKind.NOT: lambda tree: f"not {_operand(tree.operands[0])}",
    SelectionKind.UPSTREAM: _walked,
    SelectionKind.DOWNSTREAM: _walked,
}
