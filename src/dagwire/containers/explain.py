"""`explain`: every value of settings and resources, and where it comes from. Computed when asked for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any, cast

from dependency_injector import providers
from pydantic import BaseModel

from dagwire.config.explain.explain_settings import explain_written, is_settings
from dagwire.config.explain.explained_values import Explained, Source, SourceKind, laid_over, shadowing, under
from dagwire.config.files.run_config import as_run_config
from dagwire.config.settings.explain_sources import explain_sources
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.values.masking import masked_throughout
from dagwire.config.values.model_introspection import name_by_key
from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.as_container import is_container
from dagwire.containers.configured_class import configured_class, setting_read_by
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import keys_of
from dagwire.containers.listed_lifetimes import declared_lifetimes
from dagwire.containers.profile_overrides import profile_overrides
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import DIRECTORIES, AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.containers.selectors import chosen_branch
from dagwire.errors import DagwireError, InvalidInvocationError, ResourceNotOpenError
from dagwire.resources.recipe import is_configurable_class


def explain(target: object, path: str = "", *, run_config: object = None) -> list[Explained]:
    """Show each value that configures `target`, its source, and what it overrides.

    Nothing is opened. Secrets are masked. Settings that are missing or wrong are explained as far as they go.

    Args:
        target: A class or an object of settings, a `SettingsProvider`, a container, or definitions that hold one.
        path: Only the value at this path and those below it.
        run_config: Late config of resources, as a run would be given it.

    Raises:
        SettingsError: A source of the settings cannot be read.
        UnknownEnvironmentError: The environment that is picked has no profile.
        UnknownNameError: There is nothing at `path`.

    Example:
        >>> from dagwire import explain
        >>> from pydantic_settings import BaseSettings
        >>> class Settings(BaseSettings):
        ...     region: str = "eu"
        ...     api_token: str
        >>> for value in explain(Settings(api_token="abc")):
        ...     print(value.path, value.value, value.source, sep=" | ")
        region | eu | default
        api_token | ********** | constructor
    """
    return under(path, _explained(target, run_config))


def _explained(target: object, run_config: object) -> list[Explained]:
    if isinstance(target, SettingsProvider):
        return target.explained()
    if is_settings(target):
        return explain_sources(target, {})
    container: Any = target if is_container(target) else getattr(target, "container", None)
    if container is None:
        problem = f"takes settings, a SettingsProvider, a container or definitions, not {type(target).__name__}."
        raise InvalidInvocationError("explain", problem)
    return list(_Container(container, as_run_config(run_config).resources).explained())


class _Container:
    """A walk through the keys of a container."""

    def __init__(self, container: Any, config_by_key: Mapping[str, object]) -> None:
        working = effective_replacements(container)
        self._container = working.container
        self._config_by_key = config_by_key
        self._by_profile = profile_overrides(self._container).keys() - working.strongest.keys()
        self._graph = ProviderGraph(self._container, working.by_key())
        self._settings: dict[AnyProvider, tuple[str, list[Explained]]] = {}

    def explained(self) -> Iterator[Explained]:
        """The values of all keys, in the order in which these are declared."""
        found = [(key, self._graph.find(key)) for key in keys_of(self._container)]
        lifetimes = declared_lifetimes(self._graph, [key for key, _ in found])
        for key, provider in found:
            if isinstance(provider, SettingsProvider):
                self._settings[provider] = (key, provider.explained())
        for key, provider in found:
            if provider in self._settings:
                yield from (replace(one, path=f"{key}.{one.path}") for one in self._settings[provider][1])
            elif provider is not None:
                yield from self._resource(key, provider)
            if key in lifetimes:
                yield Explained(
                    f"{key}.lifetime", str(lifetimes[key]), Source(SourceKind.CONTAINER, key), type="Lifetime"
                )

    def _resource(self, key: str, provider: AnyProvider) -> Iterator[Explained]:
        if isinstance(provider, providers.Configuration) and provider not in self._graph.replaced:
            # Filling it is overriding it, in dependency-injector's words.
            yield from explain_written(provider(), (key,), Source(SourceKind.CONTAINER, key))
            return
        if isinstance(provider, _GIVEN) and provider not in self._graph.replaced:
            yield from self._given(key, provider)
            return
        current = self._graph.effective_provider(provider)
        if isinstance(current, providers.Selector):
            choice, branch = self._chosen(key, current)
            yield choice
            current, provider = branch, branch if current is provider else provider
        values = self._values(key, current, Source(SourceKind.CONTAINER, key))
        if current is not provider:
            override = Source(SourceKind.OVERRIDE, "of the environment" if key in self._by_profile else "")
            values = self._values(key, current, override) or [_whole(key, override, current)]
            values = shadowing(self._values(key, provider, Source(SourceKind.CONTAINER, key)), values)
        config = self._config_by_key.get(key)
        yield from laid_over(values, self._run_config(key, current, config)) if config else values

    def _run_config(self, key: str, provider: AnyProvider, config: Any) -> list[Explained]:
        """The values that a run's config has for the resource of a provider, masked by the fields of its class."""
        source = Source(SourceKind.RUN_CONFIG)
        model = configured_class(provider)
        if model is None or not is_mapping(config):
            is_unknown = is_provider(getattr(provider, "source", None))
            return explain_written(masked_throughout(config) if is_unknown else config, (key,), source)
        fields = {name: model.model_fields[field] for name, field in name_by_key(model).items()}
        return [
            one
            for name, value in config.items()
            for one in explain_written(value, (key, name), source, fields.get(name))
        ]

    def _chosen(self, key: str, selector: AnyProvider) -> tuple[Explained, AnyProvider]:
        """The choice of a Selector, and the branch; the Selector itself if it cannot choose now."""
        source = self._asked_by(cast("Any", selector).selector)
        try:
            branch = chosen_branch(selector, self._graph.effective_provider, self._graph.name)
        except ResourceNotOpenError:  # a resource knows the answer, and nothing is opened here
            return Explained(key, None, source, type="Selector"), selector
        except DagwireError:
            missing = Source(SourceKind.MISSING, source.setting or source.name)
            return Explained(key, None, missing, type="Selector"), selector
        choices = {provider: name for name, provider in cast("Any", selector).providers.items()}
        return Explained(key, choices[branch], source, type="Selector"), self._graph.effective_provider(branch)

    def _asked_by(self, ask: Any) -> Source:
        """The place of a Selector's answer: the source of a setting, an option, or whatever else it asks."""
        if isinstance(ask, providers.ConfigurationOption):
            return Source(SourceKind.CONTAINER, cast("Any", ask).get_name())
        setting = setting_read_by(ask)
        if setting is not None and setting[0] in self._settings:
            for value in self._from_settings(setting[1], *self._settings[setting[0]], setting[1]):
                return value.source
        return Source(SourceKind.PROVIDER, self._graph.name(ask) if is_provider(ask) else _name_of(ask))

    def _given(self, key: str, provider: Any) -> Iterator[Explained]:
        """The value of a dependency that the container gets from outside: plain, or by another provider."""
        given: Any = self._graph.effective_provider(provider)
        if isinstance(given, providers.Object):
            yield from explain_written(cast("Any", given).provides, (key,), Source(SourceKind.CONTAINER, key))
        elif given is not provider and not isinstance(given, DIRECTORIES):
            yield Explained(key, None, Source(SourceKind.PROVIDER, self._graph.name(given)))

    def _values(self, key: str, provider: AnyProvider, written: Source) -> list[Explained]:
        """The values that a resource is made of; none if it is not one of dagwire's."""
        if not isinstance(provider, ResourceProvider):
            return []
        source: Any = provider.source
        info_by_name: Mapping[str, Any] = {}
        values: list[Explained] = []
        if is_provider(source):
            values = self._injected((key,), source, written)
        elif isinstance(source, BaseModel):
            values = explain_written(source, (key,), written)
        elif is_configurable_class(source):
            info_by_name = cast("type[BaseModel]", source).model_fields
            values = explain_written(source, (key,), written)
        given = {**dict(zip(_parameters(source), provider.args, strict=False)), **provider.fields}
        for name, value in given.items():
            values = laid_over(values, self._injected((key, name), value, written, info_by_name.get(name)))
        return values

    def _injected(self, path: tuple[str, ...], value: Any, written: Source, info: Any = None) -> list[Explained]:
        """The value of an injection, as far as it is known before anything is opened."""
        if not is_provider(value):
            return explain_written(value, path, written, info)
        if isinstance(value, providers.ConfigurationOption):
            option: Any = value
            source = Source(SourceKind.CONTAINER, option.get_name())
            return explain_written(self._option(option), path, source, info)
        setting = setting_read_by(value)
        if setting is not None and setting[0] in self._settings:
            key, values = self._settings[setting[0]]
            return self._from_settings(".".join(path), key, values, setting[1])
        return [Explained(".".join(path), None, Source(SourceKind.PROVIDER, self._graph.name(value)))]

    def _option(self, option: Any) -> object:
        """The value of an option; None if it cannot be read, which `check` reports."""
        try:
            return option()
        except Exception:  # noqa: BLE001  # strict options raise whatever dependency-injector does
            return None

    def _from_settings(self, path: str, key: str, settings: list[Explained], inside: str) -> list[Explained]:
        """The values that the settings have at `inside`, at `path`."""
        return [
            replace(one, path=path + one.path[len(inside) :], source=one.source._replace(setting=f"{key}.{one.path}"))
            for one in settings
            if one.path == inside or one.path.startswith(f"{inside}.")
        ]


_GIVEN = (providers.Dependency, providers.DependenciesContainer)


def _name_of(ask: object) -> str:
    return str(getattr(ask, "__name__", type(ask).__name__))


def _parameters(source: object) -> list[str]:
    """The names of a function's parameters; none for other sources."""
    if is_provider(source) or isinstance(source, type) or not callable(source):
        return []
    return list(signature(source).parameters)


def _whole(key: str, source: Source, provider: AnyProvider) -> Explained:
    """A resource that is replaced by something whose values are not known."""
    return Explained(key, None, source, type=type(provider).__name__)
