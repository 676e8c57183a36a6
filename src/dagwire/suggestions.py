"""Text for messages: the nearest name, and names in lists."""

import difflib
from collections.abc import Iterable, Sequence


def nearest(name: str, choices: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The one of `choices` that `name` was most likely meant to be, or None if nothing comes near."""
    known = list(choices)
    if len(known) > _MOST_COMPARED:
        found = [*_one_letter_off(name) & set(known)][:1]
    else:
        found = difflib.get_close_matches(name, known, n=1, cutoff=likeness)
    begun = [choice for choice in known if len(name) >= _BEGINNING and choice.startswith(name)]
    return found[0] if found else begun[0] if len(begun) == 1 else None


_MOST_COMPARED = 2_000
"""Among more names only those that are one letter off are looked for: to compare 200,000 takes seconds."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./"


def _one_letter_off(name: str) -> set[str]:
    """Every text that is `name` with one letter too many, too few, changed, or swapped with the next."""
    halves = [(name[:i], name[i:]) for i in range(len(name) + 1)]
    shorter = {start + end[1:] for start, end in halves if end}
    swapped = {start + end[1] + end[0] + end[2:] for start, end in halves if len(end) > 1}
    changed = {start + letter + end[1:] for start, end in halves if end for letter in _LETTERS}
    return shorter | swapped | changed | {start + letter + end for start, end in halves for letter in _LETTERS}


_BEGINNING = 3
"""The number of letters from which a beginning shows which name is meant: `prod`."""


def did_you_mean(name: str, choices: Iterable[str], joined_by: str = " ") -> str:
    """The end of a message: the one of `choices` that was probably meant; empty if nothing comes near.

    Example:
        >>> did_you_mean("regoin", ["region", "size"])
        " Did you mean 'region'?"
    """
    guess = nearest(name, choices)
    return f"{joined_by}Did you mean '{guess}'?" if guess else ""


def quoted_list(names: Iterable[str]) -> str:
    """The names in quotes, with commas; "none" if there are none."""
    return ", ".join(f"'{name}'" for name in names) or "none"


def first_few(names: Sequence[str]) -> str:
    """The first of `names`, and how many more there are."""
    more = len(names) - _MOST_ASKERS
    return ", ".join(names[:_MOST_ASKERS]) + (f" and {more} more" if more > 0 else "")


_MOST_ASKERS = 3


def quoted(names: Iterable[str]) -> list[str]:
    """Put each name in quotes."""
    return [f"'{name}'" for name in names]


def bullets(lines: Iterable[str]) -> str:
    """Put each line on a line of its own, behind a dash."""
    return "".join(f"\n  - {line}" for line in lines)
