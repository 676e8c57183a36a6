"""Selections written as text, as Dagster reads them. Pure.

key:"raw/trips"     an asset; with `*` in it, all whose keys match; without quotes if it is one word with slashes
group: tag: kind: owner: is:external
+key:x  2+key:x     with everything upstream, or at most two steps of it; key:x+ and key:x+2 for downstream
a or b, and, not    and parentheses; roots(...), sinks(...); * for all
trips  +trips  trips++  *trips
                    a name alone, without any of the above; here each plus is one step, and a star is all steps
"""

import re
from collections.abc import Callable, Iterable, Mapping

from dagwire.definitions.assets.selection_tree import SelectionKind, SelectionTree, both, downstream, either, upstream
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import InvalidDefinitionError

_NULL = "<null>"
_DEEPEST = 50
"""The deepest nesting of parentheses and `not` that is read; nobody writes a deeper one."""
_SHOWN = 120
"""The number of characters of a text that a message shows."""
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"[^"\\]*")
    | (?P<null><null>)
    | (?P<word>[A-Za-z_*][A-Za-z0-9_*/]*)
    | (?P<digits>[0-9]+)
    | (?P<mark>[():=+])
    )""",
    re.VERBOSE,
)
_CLAUSE = re.compile(r"(?P<up>\*|\+*)(?P<name>[\w./\[\]\-]+)(?P<down>\*|\+*)", re.ASCII)
_TAG = re.compile(r"tag:(?P<key>[^\s\"()<>=]+)(?:=(?P<value>[^\s\"()<>=]*))?")
"""A tag alone, whose key and value need no quotes, as in Dagster."""
_WORDS = {"and": "and", "AND": "and", "or": "or", "OR": "or", "not": "not", "NOT": "not"}
_FUNCTIONS = {"roots": SelectionKind.ROOTS, "sinks": SelectionKind.SINKS}
_END = ("end", "")


def parsed(text: str, *, include_sources: bool = False) -> SelectionTree:
    """Return the selection that `text` describes.

    Raises:
        InvalidDefinitionError: It does not read; the message shows where.
    """
    clause = _CLAUSE.fullmatch(text.strip())
    if clause is not None:
        return _named(clause)
    tag = _TAG.fullmatch(text.strip())
    if tag is not None:
        values = (tag["key"], tag["value"] or "")
        return SelectionTree(SelectionKind.TAG, values, include_sources=include_sources)
    return _Parser(text, include_sources=include_sources).selection()


def _named(clause: re.Match[str]) -> SelectionTree:
    """A name alone, with the steps around it."""
    named = SelectionTree(SelectionKind.KEYS, (AssetKey.from_user_string(clause["name"]),))
    walked = [upstream(named, _steps(clause["up"]))] if clause["up"] else []
    walked += [downstream(named, _steps(clause["down"]))] if clause["down"] else []
    return either(*walked) if walked else named


def _steps(marks: str) -> int | None:
    return None if marks == "*" else len(marks)


class _Parser:
    """Reads one text, from the loosest binding word to the tightest mark."""

    def __init__(self, text: str, *, include_sources: bool) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self._include_sources = include_sources

    def selection(self) -> SelectionTree:
        """Read the whole text."""
        found = self._either()
        if self._at < len(self._tokens):
            raise self._unreadable()
        return found

    def _either(self) -> SelectionTree:
        found = [self._both()]
        while self._takes_word("or"):
            found.append(self._both())
        return either(*found)

    def _both(self) -> SelectionTree:
        found = [self._negated()]
        while self._takes_word("and"):
            found.append(self._negated())
        return both(*found)

    def _negated(self) -> SelectionTree:
        if not self._takes_word("not"):
            return self._walked()
        with _Nesting(self):
            return SelectionTree(SelectionKind.NOT, operands=(self._negated(),))

    def _walked(self) -> SelectionTree:
        """An atom with the steps before and after it."""
        steps = self._take("digits")
        goes_up = self._takes("+")
        if steps is not None and not goes_up:
            raise self._unreadable()
        atom = self._atom()
        walked = [upstream(atom, None if steps is None else int(steps))] if goes_up else []
        if self._takes("+"):
            steps = self._take("digits")
            walked.append(downstream(atom, None if steps is None else int(steps)))
        return either(*walked) if walked else atom

    def _atom(self) -> SelectionTree:
        if self._takes("("):
            return self._parenthesised()
        name = self._take("word")
        if name == "*":
            return SelectionTree(SelectionKind.ALL, include_sources=self._include_sources)
        if name in _FUNCTIONS and self._takes("("):
            return SelectionTree(_FUNCTIONS[name], operands=(self._parenthesised(),))
        if name is None or not self._takes(":"):
            raise self._unreadable()
        choose = _BY_ATTRIBUTE.get(name)
        if choose is None:
            known = ", ".join(_BY_ATTRIBUTE)
            msg = (
                f"Selection '{_cut(self._text)}': assets have no attribute '{_cut(name)}' to be selected by here. "
                f"Known: {known}."
            )
            raise InvalidDefinitionError(msg)
        return choose(self)

    def _parenthesised(self) -> SelectionTree:
        with _Nesting(self):
            inner = self._either()
        if not self._takes(")"):
            raise self._unreadable()
        return inner

    # -- values of attributes ------------------------------------------------------------------------------------------

    def value(self, *, pattern: bool = False, null: bool = False) -> str | None:
        """The value of an attribute: quoted, or one word; `<null>` is None."""
        quoted = self._take("quoted")
        if quoted is not None:
            return quoted[1:-1]
        if null and self._take("null") is not None:
            return None
        word = self._take("word")
        if word is None or word in _WORDS or word == "*" or ("*" in word and not pattern):
            raise self._unreadable(before=word is not None)
        return word

    def takes_value(self) -> bool:
        """Whether a second value follows, after an equals sign."""
        return self._takes("=")

    # -- tokens --------------------------------------------------------------------------------------------------------

    def nest(self, by: int) -> None:
        """Go deeper or back.

        Raises:
            InvalidDefinitionError: The text nests too deeply.
        """
        self._depth += by
        if self._depth > _DEEPEST:
            msg = f"Selection '{_cut(self._text)}' nests more than {_DEEPEST} deep."
            raise InvalidDefinitionError(msg)

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self, kind: str) -> str | None:
        found, text = self._peek()
        if found != kind:
            return None
        self._at += 1
        return text

    def _takes(self, mark: str) -> bool:
        found = self._peek() == ("mark", mark)
        self._at += found
        return found

    def _takes_word(self, word: str) -> bool:
        kind, text = self._peek()
        found = kind == "word" and _WORDS.get(text) == word
        self._at += found
        return found

    def _unreadable(self, *, before: bool = False) -> InvalidDefinitionError:
        at = self._at - before
        return _unreadable(self._text, self._tokens[at][1] if at < len(self._tokens) else "its end")


class _Nesting:
    """A level of parentheses or of `not`, while it is read."""

    def __init__(self, parser: _Parser) -> None:
        self._parser = parser

    def __enter__(self) -> None:
        self._parser.nest(1)

    def __exit__(self, *_: object) -> None:
        self._parser.nest(-1)


def _tokens(text: str) -> Iterable[tuple[str, str]]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unreadable(text, text[position:].strip())
        assert found.lastgroup is not None  # noqa: S101  # every branch of the pattern is named
        yield found.lastgroup, found.group(found.lastgroup)
        position = found.end()


def _unreadable(text: str, where: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"Selection '{_cut(text)}' does not read, at {_cut(where)}. Write a name alone, such as trips or +trips, or "
        f'`key:`, `group:`, `tag:`, `kind:` or `owner:` with a value, joined by and, or, not: key:"raw/*" or group:raw.'
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _by_key(parser: _Parser) -> SelectionTree:
    value = parser.value(pattern=True)
    assert value is not None  # noqa: S101  # only `null=True` gives None
    if "*" in value:
        return SelectionTree(SelectionKind.KEY_PATTERN, (value,), include_sources=True)
    return SelectionTree(SelectionKind.KEYS, (AssetKey.from_user_string(value),))


def _by_group(parser: _Parser) -> SelectionTree:
    value = parser.value(null=True)
    if value is not None and "*" in value:
        return SelectionTree(SelectionKind.GROUP_PATTERN, (value,))
    return SelectionTree(SelectionKind.GROUPS, (value,))


def _by_tag(parser: _Parser) -> SelectionTree:
    key = parser.value(null=True)
    value = parser.value(null=True) if parser.takes_value() else ""
    return SelectionTree(SelectionKind.TAG, (_NULL if key is None else key, value or ""))


def _by_state(parser: _Parser) -> SelectionTree:
    value = parser.value()
    if value != "external":
        msg = f"Selection: `is:` takes `external`, not '{_cut(str(value))}'."
        raise InvalidDefinitionError(msg)
    return SelectionTree(SelectionKind.EXTERNAL)


_BY_ATTRIBUTE: Mapping[str, Callable[[_Parser], SelectionTree]] = {
    "key": _by_key,
    "group": _by_group,
    "tag": _by_tag,
    "kind": lambda parser: SelectionTree(SelectionKind.KIND, (parser.value(null=True),)),
    "owner": lambda parser: SelectionTree(SelectionKind.OWNER, (parser.value(null=True),)),
    "is": _by_state,
}
