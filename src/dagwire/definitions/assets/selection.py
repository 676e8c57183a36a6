"""`AssetSelection`: which assets and which of their checks are meant. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from dagwire.config.values.type_guards import is_collection
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_attributes import KIND_TAG
from dagwire.errors import UnknownNameError


class Selectable:
    """The assets that a selection chooses among, and how they hang together."""

    def __init__(self, assets: Iterable[AssetsDefinition], checks: Iterable[AssetChecksDefinition] = ()) -> None:
        """Read keys and dependencies."""
        definitions = list(assets)
        inside = (spec.key for d in definitions for spec in d.check_specs)
        self.check_keys: set[AssetCheckKey] = {*inside, *(key for check in checks for key in check.specs_by_key)}
        self.spec_by_key: dict[AssetKey, AssetSpec] = {s.key: s for d in definitions for s in d.specs}
        self.reach = Reach({key: deps for d in definitions for key, deps in d.asset_deps.items()})

    def where(self, question: Callable[[AssetSpec], bool]) -> set[AssetKey]:
        """The keys of those of which `question` is true."""
        return {key for key, spec in self.spec_by_key.items() if question(spec)}

    def checked(self, key: AssetKey) -> AssetKey:
        """`key` itself.

        Raises:
            UnknownNameError: No asset bears it.
        """
        if key not in self.spec_by_key:
            known = [known.to_user_string() for known in self.spec_by_key]
            raise UnknownNameError("asset", key.to_user_string(), known)
        return key

    def checked_check(self, key: AssetCheckKey) -> AssetCheckKey:
        """`key` itself.

        Raises:
            UnknownNameError: No check bears it.
        """
        if key not in self.check_keys:
            known = sorted(known.to_user_string() for known in self.check_keys)
            raise UnknownNameError("check", key.to_user_string(), known)
        return key


class AssetSelection:
    """Which assets are meant, and with them their checks, unless it says otherwise.

    Selections are joined by `|`, crossed by `&`, and taken from one another by `-`.
    """

    def __init__(
        self,
        text: str,
        choose: Callable[[Selectable], set[AssetKey]],
        choose_checks: Callable[[Selectable], set[AssetCheckKey]] | None = None,
    ) -> None:
        """`text` is how messages tell it; the class methods are how selections are made."""
        self._text = text
        self._choose = choose
        self._choose_checks = choose_checks
        self._joined: tuple[AssetSelection, ...] = ()
        """What it joins, side by side, so that joining thousands one by one makes no chain of thousands."""

    def _checks(self, among: Selectable) -> set[AssetCheckKey]:
        """The checks that are meant; those of the assets where nothing else is said."""
        if self._choose_checks is not None:
            return self._choose_checks(among)
        keys = self._choose(among)
        return {key for key in among.check_keys if key.asset_key in keys}

    # -- what to begin with --------------------------------------------------------------------------------------------

    @classmethod
    def all(cls) -> "AssetSelection":
        """All assets."""
        return cls("*", lambda among: set(among.spec_by_key))

    @classmethod
    def any_of(cls, selections: Iterable["AssetSelection"]) -> "AssetSelection":
        """What any of these means, however many they are; none where there are none."""
        joined = [part for one in selections for part in one._joined or (one,)]
        made = cls(
            f"({' or '.join(map(str, joined))})",
            lambda among: set[AssetKey]().union(*(one._choose(among) for one in joined)),
            lambda among: set[AssetCheckKey]().union(*(one._checks(among) for one in joined)),
        )
        made._joined = tuple(joined)
        return made

    @classmethod
    def keys(cls, *asset_keys: CoercibleToAssetKey) -> "AssetSelection":
        """These assets; text may be a path with slashes."""
        keys = [
            AssetKey.from_user_string(key) if isinstance(key, str) else AssetKey.from_coercible(key)
            for key in asset_keys
        ]
        text = " or ".join(f'key:"{key.to_user_string()}"' for key in keys)
        return cls(text, lambda among: {among.checked(key) for key in keys})

    @classmethod
    def assets(cls, *assets: Any) -> "AssetSelection":
        """These assets, given as definitions, keys or names; of a definition all that it makes."""
        keys = [key for given in assets for key in _keys_of(given)]
        return cls.keys(*keys)

    @classmethod
    def groups(cls, *group_strs: str) -> "AssetSelection":
        """The assets of these groups."""
        return cls(_either("group", group_strs), lambda among: among.where(lambda spec: spec.group_name in group_strs))

    @classmethod
    def tag(cls, key: str, value: str) -> "AssetSelection":
        """The assets that bear this tag."""
        return cls(f"tag:{key}={value}", lambda among: among.where(lambda spec: spec.tags.get(key) == value))

    @classmethod
    def kind(cls, kind: str) -> "AssetSelection":
        """The assets of this kind."""
        return cls(f"kind:{kind}", lambda among: among.where(lambda spec: f"{KIND_TAG}{kind}" in spec.tags))

    @classmethod
    def owner(cls, owner: str) -> "AssetSelection":
        """The assets of this owner."""
        return cls(f'owner:"{owner}"', lambda among: among.where(lambda spec: owner in spec.owners))

    @classmethod
    def key_prefixes(cls, *key_prefixes: CoercibleToAssetKey) -> "AssetSelection":
        """The assets whose keys begin so."""
        prefixes = [AssetKey.from_coercible(prefix).parts for prefix in key_prefixes]
        text = _either("key_prefix", ["/".join(prefix) for prefix in prefixes])
        return cls(
            text,
            lambda among: among.where(lambda spec: any(spec.key.parts[: len(p)] == p for p in prefixes)),
        )

    @classmethod
    def key_substring(cls, key_substring: str) -> "AssetSelection":
        """The assets in whose keys, written with slashes, this text occurs."""
        text = f'key_substring:"{key_substring}"'
        return cls(text, lambda among: among.where(lambda spec: key_substring in spec.key.to_user_string()))

    @classmethod
    def checks(cls, *given: Any) -> "AssetSelection":
        """These checks, given as definitions or keys, and no assets."""
        keys = {key for check in given for key in _check_keys_of(check)}
        text = " or ".join(f'check:"{key.to_user_string()}"' for key in keys)
        return cls(text, lambda _: set(), lambda among: {among.checked_check(key) for key in keys})

    @classmethod
    def checks_for_assets(cls, *assets: Any) -> "AssetSelection":
        """All checks of these assets, without the assets."""
        keys = {key for given in assets for key in _keys_of(given)}
        text = _either("checks_for", [key.to_user_string() for key in keys])
        return cls(text, lambda _: set(), lambda among: {key for key in among.check_keys if key.asset_key in keys})

    @classmethod
    def all_asset_checks(cls) -> "AssetSelection":
        """All checks, without assets."""
        return cls("all_asset_checks()", lambda _: set(), lambda among: set(among.check_keys))

    def without_checks(self) -> "AssetSelection":
        """The same assets, without their checks."""
        return AssetSelection(f"({self} without checks)", self._choose, lambda _: set())

    # -- what to make of it --------------------------------------------------------------------------------------------

    def __or__(self, other: "AssetSelection") -> "AssetSelection":
        """What either means."""
        return AssetSelection.any_of((self, other))

    def __and__(self, other: "AssetSelection") -> "AssetSelection":
        """What both mean."""
        return AssetSelection(
            f"({self} and {other})",
            lambda among: self._choose(among) & other._choose(among),
            lambda among: self._checks(among) & other._checks(among),
        )

    def __sub__(self, other: "AssetSelection") -> "AssetSelection":
        """What this means and the other does not."""
        return AssetSelection(
            f"({self} and not {other})",
            lambda among: self._choose(among) - other._choose(among),
            lambda among: self._checks(among) - other._checks(among),
        )

    def upstream(  # Dagster's signature
        self,
        depth: int | None = None,
        include_self: bool = True,  # Dagster's signature
    ) -> "AssetSelection":
        """With all that comes before, or what is `depth` steps before at most."""
        return self._with("before", f"+({self})", depth, include_self=include_self)

    def downstream(  # Dagster's signature
        self,
        depth: int | None = None,
        include_self: bool = True,  # Dagster's signature
    ) -> "AssetSelection":
        """With all that comes after, or what is `depth` steps after at most."""
        return self._with("after", f"({self})+", depth, include_self=include_self)

    def _with(
        self, walk: Literal["before", "after"], text: str, depth: int | None, *, include_self: bool
    ) -> "AssetSelection":
        def choose(among: Selectable) -> set[AssetKey]:
            own = self._choose(among)
            found = among.reach.upstream_of(own, depth) if walk == "before" else among.reach.downstream_of(own, depth)
            return found | own if include_self else found - own

        return AssetSelection(text, choose)

    def roots(self) -> "AssetSelection":
        """Those of which nothing selected comes before."""
        return self._without_neighbours("roots", lambda among: among.reach.upstream)

    def sinks(self) -> "AssetSelection":
        """Those of which nothing selected comes after."""
        return self._without_neighbours("sinks", lambda among: among.reach.downstream)

    def _without_neighbours(
        self, name: str, neighbours: Callable[[Selectable], Mapping[AssetKey, Sequence[AssetKey]]]
    ) -> "AssetSelection":
        def choose(among: Selectable) -> set[AssetKey]:
            own = self._choose(among)
            return {key for key in own if own.isdisjoint(neighbours(among)[key])}

        return AssetSelection(f"{name}({self})", choose)

    def resolve(self, all_assets: Iterable[AssetsDefinition]) -> set[AssetKey]:
        """The keys that are meant, among `all_assets`.

        Raises:
            UnknownNameError: A name is no asset's.
        """
        return self._choose(Selectable(all_assets))

    def resolve_checks(
        self, all_assets: Iterable[AssetsDefinition], all_checks: Iterable[AssetChecksDefinition] = ()
    ) -> set[AssetCheckKey]:
        """The keys of the checks that are meant, among those of `all_assets` and `all_checks`.

        Raises:
            UnknownNameError: A name is no asset's or no check's.
        """
        among = Selectable(all_assets, all_checks)
        is_plain = self._choose_checks is None and not among.check_keys
        return set() if is_plain else self._checks(among)

    def __str__(self) -> str:
        """As a string selection."""
        return self._text

    def __repr__(self) -> str:
        """The same, with the class."""
        return f"AssetSelection({self._text!r})"


def _either(attribute: str, values: Iterable[str]) -> str:
    return " or ".join(f'{attribute}:"{value}"' for value in values)


def _keys_of(given: Any) -> Collection[AssetKey]:
    return given.keys if isinstance(given, AssetsDefinition) else [AssetKey.from_coercible(given)]


def _check_keys_of(given: Any) -> Collection[AssetCheckKey]:
    return given.check_keys if isinstance(given, AssetChecksDefinition) else [given]


def listed_terms(selection: Any) -> list[Any]:
    """The members of a selection that is a list, or the one that it is."""
    return list(selection) if is_collection(selection) else [selection]
