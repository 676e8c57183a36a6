"""`SettingsProvider`: a container's settings, read and validated once, on first use."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from threading import RLock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from dependency_injector import providers
from pydantic_settings import BaseSettings

from dagwire.config.environments.environment import chosen_environment, environment
from dagwire.config.environments.profiles import Profile, Profiles
from dagwire.config.explain.explained_values import Explained, SourceKind
from dagwire.config.explain.replaced_sources import as_called, with_variables
from dagwire.config.explain.source_recording import Reading, read_recorded
from dagwire.config.settings.explain_sources import explain_sources
from dagwire.config.settings.settings_error import settings_error
from dagwire.config.settings.source_checks import check_sources
from dagwire.config.settings.source_limits import bounded_sources
from dagwire.config.settings.variable_conflicts import check_claims
from dagwire.config.values.changed_model import changed_model
from dagwire.config.values.variable_overrides import VariableOverrides, variable_overrides_in_force
from dagwire.errors import SettingsError, UnknownEnvironmentError

S = TypeVar("S", bound=BaseSettings)
V = TypeVar("V")


class _LockOfEach:
    """A lock for each provider, where dependency-injector has one for all: reading settings waits for no other."""

    def __get__(self, instance: object, owner: object) -> object:
        """A new lock; asked for once, when a provider is made."""
        return RLock()


class SettingsProvider(providers.ThreadSafeSingleton[S]):
    """Provide one settings object, read when first asked for and kept for the life of the process.

    Nothing is read at import, so a module that declares a container needs no environment. Values are reached as
    `settings.provided.warehouse.path`; `reset()` makes the next use read anew. Settings that have `Profiles` are read
    once for each environment that is used.

    Example:
        >>> from dagwire import SettingsProvider
        >>> from pydantic_settings import BaseSettings
        >>> class Settings(BaseSettings):
        ...     region: str = "eu"
        >>> settings = SettingsProvider(Settings)
        >>> settings().region
        'eu'
    """

    storage_lock: _LockOfEach = _LockOfEach()

    def __init__(self, provides: Callable[..., S] | None = None, *args: Any, **kwargs: Any) -> None:
        """Take the class of the settings, and what it is to be called with.

        Raises:
            InvalidDefinitionError: Two of its fields are set by one variable.
        """
        super().__init__(*(() if provides is None else (provides,)), *args, **kwargs)
        self._kept: S | None = None
        self._profile: Profile | None = None
        self._singletons: dict[providers.Provider[Any], None] = {}
        self._is_for_process = True
        self._by_environment: dict[str, SettingsProvider[S]] = {}
        self._by_overrides: WeakKeyDictionary[VariableOverrides, SettingsProvider[S]] = WeakKeyDictionary()
        self._overrides: VariableOverrides | None = None
        if provides is not None:
            check_claims(as_called(self.settings, kwargs))

    # -- environments --------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> type[S]:
        """The class of the settings."""
        return cast("type[S]", self.provides)

    @property
    def profiles(self) -> Profiles | None:
        """The profiles that the class declares as `profiles`, or None."""
        found = getattr(self.settings, "profiles", None)
        return found if isinstance(found, Profiles) else None

    def profile(self) -> Profile | None:
        """The profile that these settings are read for; None where they have no profiles.

        That of the process is found at the first use, and kept until `reset()`.

        Raises:
            UnknownEnvironmentError: The environment that is picked has none.
        """
        profiles = self.profiles
        if self._profile is None and profiles is not None:
            self._profile = profiles.of_process()
        return self._profile

    def in_force(self) -> "SettingsProvider[S]":
        """The provider of the settings in force: itself, unless a block picked an environment or gave variables.

        Raises:
            UnknownEnvironmentError: The environment that is picked has no profile.
        """
        chosen, overrides = chosen_environment(), variable_overrides_in_force()
        provider = self
        if overrides and self._overrides is None:
            provider = self._with_overrides(overrides)
        if chosen is None or not provider._is_for_process or provider._is_read_for(chosen):
            return provider
        return provider._in_environment(provider.profiles, chosen) if provider.profiles is not None else provider

    def _is_read_for(self, environment_name: str) -> bool:
        return self._profile is not None and self._profile.name == environment_name

    def _with_overrides(self, overrides: VariableOverrides) -> "SettingsProvider[S]":
        """The provider of what is read with these variables; it ends with their block, and no other block sees it."""
        if overrides not in self._by_overrides:
            other = type(self)(self.settings, *self.args, **self.kwargs)
            other.set_provides(with_variables(self.settings, overrides))
            other._overrides = overrides
            self._by_overrides.setdefault(overrides, other)
        return self._by_overrides[overrides]

    def _in_environment(self, profiles: Profiles, name: str) -> "SettingsProvider[S]":
        if name not in self._by_environment:
            other = type(self)(self.settings, *self.args, **self.kwargs)
            other._profile = profiles[name]
            other._is_for_process = False
            other._overrides = self._overrides
            self._by_environment.setdefault(name, other)
        return self._by_environment[name]

    def of(self, choose: Callable[[S], V]) -> providers.Provider[V]:
        """A provider of one value of the settings, chosen in a way that type checkers follow.

        `settings.of(lambda s: s.warehouse.path)` is `settings.provided.warehouse.path`; mypy and pyright find a
        misspelt field in it, and know the type of the value.

        Example:
            >>> from dagwire import SettingsProvider
            >>> from pydantic_settings import BaseSettings
            >>> class Settings(BaseSettings):
            ...     region: str = "eu"
            >>> SettingsProvider(Settings).of(lambda s: s.region)()
            'eu'
        """
        return cast("providers.Provider[V]", choose(cast("S", self.provided)))

    def changed(self, changes: Mapping[tuple[str, ...], object]) -> "SettingsProvider[S]":
        """Provide what this provider does, with the value at each path changed; an override of one value needs it."""
        return _ChangedSettings(self, changes)

    def note_singleton(self, singleton: providers.Provider[Any]) -> None:
        """Note a Singleton that is built of these settings, to be reset with them."""
        self._singletons[singleton] = None

    def reset(self) -> Any:
        """Forget what was read, and the environment it was read for; the next use reads anew.

        Singletons that scopes have built of these settings are reset, too: the next scope builds them anew.
        """
        self._kept = None
        for singleton in self._singletons:
            cast("Any", singleton).reset()
        self._by_environment.clear()
        self._by_overrides.clear()
        if self._is_for_process:
            self._profile = None
        return super().reset()

    # -- reading -------------------------------------------------------------------------------------------------------

    def explained(self) -> list[Explained]:
        """Explain each value by its source; see `dagwire.explain`.

        Raises:
            SettingsError: A source cannot be read. Values that are missing or wrong are explained as such.
            UnknownEnvironmentError: The environment that is picked has no profile.
        """
        provider = self.in_force()
        try:
            in_use: S | type[S] = provider()
        except SettingsError:
            in_use = provider.settings
        arguments = self._arguments()
        with provider._in_its_environment():
            return explain_sources(in_use, arguments, SourceKind.COMPUTED)

    def read_recorded(self) -> tuple[type[BaseSettings], Reading]:
        """Read the settings in force once more: the class, with the options of the call, and what each source gives.

        Raises:
            Exception: A source cannot be read, or the environment that is picked has no profile.
        """
        provider = self.in_force()
        arguments = provider._arguments()
        settings = as_called(provider.settings, arguments)
        with provider._in_its_environment():
            return settings, read_recorded(settings, arguments)

    def _provide(self, args: tuple[object, ...], kwargs: dict[str, Any]) -> S:
        """Read the settings, or hand out those read before.

        Raises:
            SettingsError: Values are missing or wrong; all of them are named, none is shown. The next use reads again.
            UnknownEnvironmentError: The environment that is picked has no profile.
        """
        provider = self.in_force()
        if provider is not self:
            return provider._provide(args, kwargs)
        if self._kept is None:
            self._kept = self._read(args, kwargs)
        return self._kept

    def _read(self, args: tuple[object, ...], kwargs: dict[str, Any]) -> S:
        arguments = {**self._arguments(), **kwargs}
        with self._in_its_environment():
            try:
                check_sources(as_called(self.settings, arguments))
                with bounded_sources(self.settings):
                    return super()._provide(args, kwargs)  # type: ignore[misc, no-any-return]  # the stubs leave _provide out
            except (SettingsError, UnknownEnvironmentError):
                raise
            except Exception as error:  # noqa: BLE001  # whatever a source raises is a fault of the settings
                fault = settings_error(self.settings, arguments, error)
        # Raised outside the handler: pydantic's error holds the whole input, secrets included, and would be chained.
        raise fault

    def _arguments(self) -> dict[str, Any]:
        """The arguments that the class is called with; providers among them are called."""
        given: dict[str, Any] = self.kwargs
        return {name: value() if isinstance(value, providers.Provider) else value for name, value in given.items()}

    def _in_its_environment(self) -> AbstractContextManager[None]:
        profile = self.profile()
        return nullcontext() if profile is None else environment(profile.name)


class _ChangedSettings(SettingsProvider[S]):
    """The settings of another provider, with single values changed; lives as long as the scopes that use it."""

    def __init__(
        self, original: SettingsProvider[S] | None = None, changes: Mapping[tuple[str, ...], object] | None = None
    ) -> None:
        """Read nothing yet."""
        super().__init__()
        self._original = original
        self._changes = changes or {}

    @property
    def settings(self) -> type[S]:
        """The class of the settings."""
        return self._original.settings if self._original is not None else super().settings

    def in_force(self) -> SettingsProvider[S]:
        """Itself: the other provider looks to the environment."""
        return self

    def _provide(self, args: tuple[object, ...], kwargs: dict[str, Any]) -> S:
        """Read the other settings, and change what is to be changed.

        Raises:
            SettingsError: Values are missing or wrong.
            InvalidConfigError: A changed value does not fit its field.
        """
        if self._kept is None and self._original is not None:
            self._kept = changed_model(self._original(), self._changes)
        return cast("S", self._kept)
