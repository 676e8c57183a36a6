"""Selections written as text, as in `dagwire job run` and `define_asset_job`. Pure.

trips               one asset; with slashes for a longer key
+trips  trips++     with what is one step before, two steps after; `*trips` with all of it
key:"raw/*"         by attribute: key, group, tag, kind, owner
+group:raw  2+key:x with all that comes before; with what is two steps before at most
a or b, and, not    and parentheses; roots(...), sinks(...)
"""

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.selection import AssetSelection, listed_terms
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import InvalidDefinitionError

ALL = "*"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<paren>[()])
    | (?P<function>roots|sinks)(?=\s*\()
    | (?P<word>and|or|not)(?![\w:/.\-])
    | (?P<marks>\d*\++\d*|\*)
    | (?P<term>(?:[a-z_]+:)?(?:"[^"]*"|[\w./\-]+(?:=(?:"[^"]*"|[\w./\-]+))?))
    )""",
    re.VERBOSE,
)


def selection_of(given: Any) -> AssetSelection:
    """`given` as a selection: one itself, text, a key, an asset, or a list of these; None means all.

    Raises:
        InvalidDefinitionError: Text does not read, or something else names no asset.
    """
    if given is None:
        return AssetSelection.all()
    if isinstance(given, AssetSelection):
        return given
    if isinstance(given, str):
        return parsed(given)
    terms = listed_terms(given)
    if len(terms) == 1 and terms[0] is given:
        return AssetSelection.assets(given)
    return AssetSelection.any_of(map(selection_of, terms))


class Selected(NamedTuple):
    """What a run is to make: assets and checks."""

    keys: set[AssetKey]
    check_keys: set[AssetCheckKey]


def selected(assets: Sequence[AssetsDefinition], checks: Sequence[AssetChecksDefinition], selection: Any) -> Selected:
    """The assets and checks that `selection` means.

    Raises:
        UnknownNameError: A name is no asset's or no check's.
        InvalidDefinitionError: The selection does not read.
    """
    meant = selection_of(selection)
    return Selected(meant.resolve(assets), meant.resolve_checks(assets, checks))


def parsed(text: str) -> AssetSelection:
    """The selection that `text` says.

    Raises:
        InvalidDefinitionError: It does not read; the message shows where.
    """
    return _Parser(text).selection()


class _Parser:
    """Reads one text, from the loosest binding word to the tightest mark."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def selection(self) -> AssetSelection:
        """All of the text."""
        found = self._either()
        if self._at < len(self._tokens):
            raise self._unreadable()
        return found

    def _either(self) -> AssetSelection:
        found = self._both()
        while self._takes("word", "or"):
            found |= self._both()
        return found

    def _both(self) -> AssetSelection:
        found = self._negated()
        while self._takes("word", "and"):
            found &= self._negated()
        return found

    def _negated(self) -> AssetSelection:
        if self._takes("word", "not"):
            return AssetSelection.all() - self._negated()
        return self._walked()

    def _walked(self) -> AssetSelection:
        """A term with marks before and after it; a mark alone that is a star means all."""
        before = self._take("marks")
        term = self._peek("term")
        bare = term is not None and ":" not in term
        if before == ALL and term is None and self._peek("paren") != "(":
            return AssetSelection.all()
        atom = found = self._atom()
        if before:
            found |= atom.upstream(_depth(before, bare=bare))
        after = self._take("marks")
        return found | atom.downstream(_depth(after, bare=bare)) if after else found

    def _atom(self) -> AssetSelection:
        function = self._take("function")
        if self._takes("paren", "("):
            inner = self._either()
            if not self._takes("paren", ")"):
                raise self._unreadable()
            return inner.roots() if function == "roots" else inner.sinks() if function else inner
        term = self._take("term")
        if term is None:
            raise self._unreadable()
        return self._by_attribute(term)

    def _by_attribute(self, term: str) -> AssetSelection:
        attribute, colon, value = term.partition(":")
        if not colon:
            return AssetSelection.keys(term.strip('"'))
        choose = _BY_ATTRIBUTE.get(attribute)
        if choose is None:
            known = ", ".join(_BY_ATTRIBUTE)
            msg = f"Selection '{self._text}': assets have no attribute '{attribute}' to be selected by. Known: {known}."
            raise InvalidDefinitionError(msg)
        return choose(value.replace('"', ""))

    def _peek(self, kind: str) -> str | None:
        here = self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")
        return here[1] if here[0] == kind else None

    def _take(self, kind: str) -> str | None:
        found = self._peek(kind)
        self._at += found is not None
        return found

    def _takes(self, kind: str, value: str) -> bool:
        return self._peek(kind) == value and self._take(kind) is not None

    def _unreadable(self) -> InvalidDefinitionError:
        return _unreadable(self._text, self._tokens[self._at][1] if self._at < len(self._tokens) else "its end")


def _tokens(text: str) -> Iterable[tuple[str, str]]:
    position = 0
    while text[position:].strip():
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unreadable(text, text[position:].strip())
        assert found.lastgroup is not None  # noqa: S101  # every branch of the pattern is named
        yield found.lastgroup, found.group(found.lastgroup)
        position = found.end()


def _unreadable(text: str, where: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"Selection '{text}' does not read, at {where}. Write names, `+name`, `name+`, `key:`, `group:`, `tag:`, "
        f"`kind:` or `owner:`, joined by and, or, not."
    )


def _depth(marks: str, *, bare: bool) -> int | None:
    """How many steps marks mean: a number says so; pluses at a bare name count; all else has no end."""
    number = re.search(r"\d+", marks)
    if number is not None:
        return int(number.group())
    return len(marks) if bare and marks != ALL else None


def _by_key(value: str) -> AssetSelection:
    if ALL not in value:
        return AssetSelection.keys(value)
    matching: Callable[[Any], bool] = lambda spec: fnmatchcase(spec.key.to_user_string(), value)  # noqa: E731  # a question
    return AssetSelection(f'key:"{value}"', lambda among: among.where(matching))


def _by_tag(value: str) -> AssetSelection:
    key, _, wanted = value.partition("=")
    return AssetSelection.tag(key, wanted)


_BY_ATTRIBUTE: dict[str, Callable[[str], AssetSelection]] = {
    "key": _by_key,
    "group": AssetSelection.groups,
    "tag": _by_tag,
    "kind": AssetSelection.kind,
    "owner": AssetSelection.owner,
}
