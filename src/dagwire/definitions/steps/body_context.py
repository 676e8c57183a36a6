"""`BodyContext`: the part of every context that definitions need to know."""

from typing import Any


class BodyContext:
    """Anything that a body may take as its context; the execution layer fills it."""

    resources: Any
    op_config: Any

    def bind(self, definition: object) -> None:
        """Take note of the definition that is called; a context built by hand cannot know it before."""


def is_context_annotation(annotation: object) -> bool:
    """Whether a context may be passed to a parameter with this annotation; no other class will do."""
    if annotation is Any or annotation is object or not isinstance(annotation, type):
        return True
    return issubclass(annotation, BodyContext)
