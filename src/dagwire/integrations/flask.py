"""Flask: a request is a run scope."""

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, g, request

from dagwire.containers.as_container import container_from
from dagwire.containers.build_resources import build_resources
from dagwire.containers.declared_keys import key_named_by
from dagwire.containers.keys import Container
from dagwire.containers.provider_types import AnyProvider


def install(app: Flask, resources: object, *, request: AnyProvider | str | None = None) -> None:
    """Run each request of `app` in a run scope of a container; functions that `inject` decorates have its resources.

    An error of a view reaches the resources, also one that Flask answers, as `abort(404)`. They are closed before the
    body of the response is sent. What lives for the process needs a `process_scope`, opened by whoever starts the
    process.

    Args:
        app: The application.
        resources: The container, or definitions that hold one.
        request: The provider or key whose value is Flask's `Request` in its run scope.

    Raises:
        InvalidDefinitionError: `request` is a provider that no container's class has.
    """
    container = container_from(getattr(resources, "container", resources))
    key = None if request is None else key_named_by(request)
    app.before_request(functools.partial(_open, container, key))
    app.teardown_request(_close)
    app.handle_user_exception = _noting(app.handle_user_exception)  # type: ignore[method-assign]  # no signal has all


def _open(container: Container, request_key: str | None) -> None:
    proxy: Any = request
    # The request itself: the proxy is empty in threads of the view's own.
    replacements = {} if request_key is None else {request_key: proxy._get_current_object()}
    scope: AbstractContextManager[object] = build_resources(
        container, required_resource_keys=(), replacements=replacements
    )
    scope.__enter__()
    g.dagwire_scope = scope


def _noting(handle: Callable[..., object]) -> Callable[..., Any]:
    """Flask's own answer to an exception, which is kept for the resources."""

    @functools.wraps(handle)
    def noting(*args: object) -> object:
        g.dagwire_error = args[-1]
        return handle(*args)

    return noting


def _close(error: BaseException | None) -> None:
    scope: AbstractContextManager[object] | None = g.pop("dagwire_scope", None)
    noted: BaseException | None = g.pop("dagwire_error", None) or error
    if scope is None:
        return  # a function before ours has answered
    if noted is None:
        scope.__exit__(None, None, None)
    else:
        scope.__exit__(type(noted), noted, noted.__traceback__)
