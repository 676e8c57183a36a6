"""Rules for the tags, owners, kinds and groups of assets. Pure."""

import json
import re
from collections.abc import Collection, Iterable, Mapping

from dagwire.definitions.specs.argument_types import check_members, check_text_keys
from dagwire.errors import InvalidDefinitionError

KIND_TAG = "dagster/kind/"
"""The prefix of the tags that hold an asset's kinds, as in Dagster."""
DEFAULT_GROUP = "default"
"""The group of an asset that names none."""

_MOST_KINDS = 10
_TAG_KEY = re.compile(r"(?:[A-Za-z0-9_.\-]{1,63}/)?[A-Za-z0-9_.\-]{1,63}")
_TAG_VALUE = re.compile(r"[A-Za-z0-9_.\-]{0,63}")
_GROUP = re.compile(r"[A-Za-z0-9_]+(?:/[A-Za-z0-9_]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")


def valid_tags(owner: str, tags: Mapping[str, str] | None, kinds: Iterable[str] | None) -> dict[str, str]:
    """Return `tags` with a tag for each kind.

    Raises:
        InvalidDefinitionError: A tag has a key or a value that Dagster refuses, or there are too many kinds.
    """
    check_tags(owner, tags)
    kinds = list(kinds or ())
    if len(kinds) > _MOST_KINDS:
        msg = f"{owner} has {len(kinds)} kinds; an asset has at most {_MOST_KINDS}."
        raise InvalidDefinitionError(msg)
    return {**(tags or {}), **{f"{KIND_TAG}{kind}": "" for kind in kinds}}


def check_tags(owner: str, tags: Mapping[str, str] | None, any_text: Collection[str] = ()) -> None:
    """Refuse tags whose keys or values Dagster refuses; the tags named in `any_text` are free.

    Raises:
        InvalidDefinitionError: A tag is refused; the message has the rule.
    """
    check_text_keys(owner, "tags", tags)
    for key, value in (tags or {}).items():
        if key not in any_text:
            _check_tag(owner, key, value)


def _check_tag(owner: str, key: str, value: object) -> None:
    if not isinstance(value, str):
        msg = f"{owner}: the value of tag '{key}' must be a str, not {type(value).__name__}."
        raise InvalidDefinitionError(msg)
    if not (_TAG_KEY.fullmatch(key) or key.startswith(KIND_TAG)):
        msg = (
            f"{owner}: tag '{key}' has an invalid key. A key has at most 63 letters, digits, '_', '-' and '.', after a "
            f"namespace of the same form and a slash, if any."
        )
        raise InvalidDefinitionError(msg)
    if not _TAG_VALUE.fullmatch(value):
        msg = f"{owner}: tag '{key}' has an invalid value. A value has at most 63 letters, digits, '_', '-' and '.'."
        raise InvalidDefinitionError(msg)


def json_tags(tags: Mapping[str, object] | None) -> dict[str, str]:
    """Return the tags of a step or a run, each value that is not text as JSON.

    Raises:
        InvalidDefinitionError: JSON cannot hold a value.
    """
    return {key: value if isinstance(value, str) else _as_json(key, value) for key, value in (tags or {}).items()}


def _as_json(key: str, value: object) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError) as error:
        msg = f"The value of tag '{key}' is neither text nor anything that JSON can hold: {error}"
        raise InvalidDefinitionError(msg) from error


def valid_owners(owner_of: str, owners: Iterable[str] | None) -> list[str]:
    """Return `owners` as a list.

    Raises:
        InvalidDefinitionError: One is neither an email address nor `team:name`.
    """
    check_members(owner_of, "owners", owners, str)
    listed = list(owners or ())
    wrong = [owner for owner in listed if not (_EMAIL.fullmatch(owner) or owner.partition("team:")[2])]
    if wrong:
        msg = f"{owner_of}: owner '{wrong[0]}' is neither an email address nor 'team:name'."
        raise InvalidDefinitionError(msg)
    return listed


def check_group_name(owner: str, group_name: object) -> None:
    """Refuse a group that is not made of letters, digits and underscores, with slashes between them.

    Raises:
        InvalidDefinitionError: The group is refused.
    """
    if group_name is None or (isinstance(group_name, str) and _GROUP.fullmatch(group_name)):
        return
    msg = (
        f"{owner} cannot be in group '{group_name}': letters, digits and underscores make a group's name, slashes "
        f"divide it; leave `group_name` out for the group '{DEFAULT_GROUP}'."
    )
    raise InvalidDefinitionError(msg)
