"""`build_init_resource_context`: what a resource is told when it is opened, made by hand for a test."""

from types import TracebackType
from typing import Any, Self

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.context_resources import HeldResources
from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.instance import DagsterInstance


class UnboundInitResourceContext(InitResourceContext):
    """An `InitResourceContext` of no run, whose resources are open inside its `with` block."""

    __slots__ = ("_held",)

    def __init__(self, config: object, held: HeldResources, instance: DagsterInstance | None = None) -> None:
        """`held` is opened by the `with` block, or at once where nothing in it needs closing."""
        super().__init__(resource_config=config, instance=instance)
        object.__setattr__(self, "_held", held)

    def __getattribute__(self, name: str) -> Any:
        """Read `resources` from what the context holds."""
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
    config: object = None, resources: Any = None, instance: DagsterInstance | None = None
) -> UnboundInitResourceContext:
    """A context to call a resource function or a resource's methods with, outside any run.

    Args:
        config: What the context's `resource_config` will be.
        resources: `{key: resource, definition or plain value}` or a container. Those with a life cycle are open inside
            a `with` block only.
        instance: What the context's `instance` will be.

    Raises:
        InvalidInvocationError: `config` is no mapping.

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
    return UnboundInitResourceContext(
        config, HeldResources("An init resource context", resources, None, instance), instance
    )
