"""`build_init_resource_context`: the context of an opening resource, made by hand for a test."""

from types import TracebackType
from typing import Any, Self

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.context_resources import HeldResources
from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.instance import DagsterInstance


class UnboundInitResourceContext(InitResourceContext):
    """An `InitResourceContext` outside a run, whose resources are open inside its `with` block."""

    __slots__ = ("_held",)

    def __init__(self, config: object, held: HeldResources, instance: DagsterInstance | None = None) -> None:
        """Hold `held`; the `with` block opens it, or its first use if nothing in it needs closing."""
        super().__init__(resource_config={} if config is None else config, instance=instance)
        object.__setattr__(self, "_held", held)

    def __getattribute__(self, name: str) -> Any:
        """Read `resources` from the held resources."""
        if name == "resources":
            return object.__getattribute__(self, "_held").view
        return super().__getattribute__(name)

    def __enter__(self) -> Self:
        """Open the resources it holds."""
        self._held.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        self._held.__exit__(kind, error, traceback)


def build_init_resource_context(
    config: object = None, resources: object = None, instance: DagsterInstance | None = None
) -> UnboundInitResourceContext:
    """Make a context for a direct call of a resource function or of a resource's methods, outside any run.

    Args:
        config: The context's `resource_config`.
        resources: `{key: resource, definition or plain value}` or a container. Resources with a life cycle are open
            inside a `with` block only.
        instance: The context's `instance`; one of its own by default.

    Raises:
        InvalidInvocationError: `config` is not a mapping.

    Example:
        >>> from dagwire import build_init_resource_context, resource
        >>> @resource(required_resource_keys={"name"})
        ... def greeting(context):
        ...     return f"{context.resource_config['word']}, {context.resources.name}"
        >>> greeting(build_init_resource_context(config={"word": "hello"}, resources={"name": "Ann"}))
        'hello, Ann'
    """
    if config is not None and not is_mapping(config):
        raise InvalidInvocationError("build_init_resource_context", f"takes config as a dict, not {type(config)}.")
    instance = instance or DagsterInstance.ephemeral()
    return UnboundInitResourceContext(
        config, HeldResources("An init resource context", resources, None, instance), instance
    )
