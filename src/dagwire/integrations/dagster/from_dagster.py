"""`from_dagster`: a resource of Dagster's, or of one of its integration packages, in a container."""

import atexit
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from inspect import Parameter, Signature, cleandoc
from types import SimpleNamespace
from typing import Any

import dagster as dg
from pydantic import SecretStr

from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.errors import InvalidDefinitionError
from dagwire.integrations.dagster.dagster_io_manager import DagsterIOManager
from dagwire.suggestions import did_you_mean, quoted_list


def from_dagster(resource: Any, **fields: Any) -> AnyResourceProvider:
    """Declare a resource of Dagster's in a container; a run scope opens and closes it as any other.

    Args:
        resource: A class or an object of Dagster's `ConfigurableResource`, its factories and IO managers, or a
            `ResourceDefinition`.
        **fields: Its config, and the resources that it asks for; providers are called, as everywhere. They take the
            place of what an object has. A `SecretStr` is given as the text that Dagster's fields take.

    Raises:
        InvalidDefinitionError: It is no resource of Dagster's, or has no such field.

    Example:
        >>> import dagster
        >>> from dagwire import build_resources
        >>> from dagwire.integrations.dagster import from_dagster
        >>> class Greeter(dagster.ConfigurableResource):
        ...     greeting: str
        >>> with build_resources({"greeter": from_dagster(Greeter, greeting="hello")}) as resources:
        ...     resources.greeter.greeting
        'hello'
    """
    if isinstance(resource, dg.ResourceDefinition):
        opener = _opener_of_definition(resource)
    else:
        kind: Any = resource if isinstance(resource, type) else type(resource)
        if not hasattr(kind, "from_resource_context_cm"):  # their common base has no public name
            msg = f"from_dagster takes a resource of Dagster's, not {kind.__name__}."
            raise InvalidDefinitionError(msg)
        given = {} if isinstance(resource, type) else {name: getattr(resource, name) for name in kind.model_fields}
        _check_fields(kind, fields)
        opener = _opener_of_class(kind, given)
    return ResourceProvider(opener, **fields)


def _check_fields(kind: type[Any], fields: Mapping[str, object]) -> None:
    known = list(kind.model_fields)
    faults = [f"'{name}'.{did_you_mean(name, known)}" for name in fields if name not in known]
    if faults:
        msg = f"{kind.__name__} has no field {', '.join(faults)} Its fields: {quoted_list(known)}."
        raise InvalidDefinitionError(msg)


def _opener_of_class(kind: Any, given: Mapping[str, object]) -> Callable[..., AbstractContextManager[object]]:
    @contextmanager
    def opener(**fields: object) -> Generator[Any]:
        values = {name: _read(value) for name, value in {**given, **fields}.items()}
        # An open resource in a field would be opened once more by Dagster. What is left to launch it takes from the
        # context instead.
        live = {name: value for name, value in values.items() if id(value) in _live}
        late = {name: type(value).configure_at_launch() for name, value in live.items()}
        recipe = kind(**{**values, **late})
        nested = recipe.nested_resources
        config = {name: value for name, value in values.items() if name not in nested}
        definitions = {name: one.get_resource_definition() for name, one in late.items()}
        context = dg.InitResourceContext(
            resource_config=config,
            resources=SimpleNamespace(**live),  # type: ignore[arg-type]  # read by attributes alone
            resource_def=recipe.get_resource_definition(),
            all_resource_defs=definitions,
            instance=_instance(),
            log_manager=dg.get_dagster_logger(),  # type: ignore[arg-type]  # as Dagster's own builder gives
        )
        manager = kind.from_resource_context_cm(context, nested_resources={**nested, **late})
        yield from _entered(manager)

    return _described(opener, kind, kind.model_fields)


def _opener_of_definition(definition: Any) -> Callable[..., AbstractContextManager[object]]:
    @contextmanager
    def opener(**fields: object) -> Generator[Any]:
        values = {name: _read(value) for name, value in fields.items()}
        needed = {name: values.pop(name) for name in definition.required_resource_keys if name in values}
        manager = dg.build_resources(
            {
                "resource": definition,
                **{name: dg.ResourceDefinition.hardcoded_resource(v) for name, v in needed.items()},
            },
            instance=_instance(),
            resource_config={"resource": {"config": values}} if values else None,
        )
        yield from _entered(manager, lambda resources: resources.resource)

    return _described(opener, definition, None)


def _entered(manager: Any, chosen: Callable[[Any], Any] = lambda value: value) -> Iterator[object]:
    """Open, give, and close without an error: Dagster raises none in a resource, and many have no `try`."""
    value = chosen(manager.__enter__())
    _live[id(value)] = value
    try:
        yield DagsterIOManager(value) if isinstance(value, dg.IOManager) else value
    finally:
        del _live[id(value)]
        manager.__exit__(None, None, None)


_live: dict[int, Any] = {}
"""`{id: value}` of what `from_dagster` has open now."""


def _read(value: object) -> Any:
    """The value as a field of Dagster's takes it: the variable's, of an `EnvVar`; the text, of a secret."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value.get_value() if isinstance(value, dg.EnvVar) else value


@cache
def _instance() -> dg.DagsterInstance:
    """The one instance of the process: to make one takes longer than everything else."""
    instance = dg.DagsterInstance.ephemeral()
    atexit.register(instance.dispose)
    return instance


def _described(
    opener: Any, source: Any, fields: Mapping[str, object] | None
) -> Callable[..., AbstractContextManager[object]]:
    """`opener` under the name of its source, and with the parameters that its source has."""
    named = source if isinstance(source, type) else source.resource_fn
    opener.__name__, opener.__module__ = named.__name__, named.__module__
    opener.dagster_resource = source
    opener.__doc__ = cleandoc(named.__doc__ or "")
    if fields is not None:
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in fields]
        opener.__signature__ = Signature(parameters)
    return opener  # type: ignore[no-any-return]
