"""`BodyContext`: what every context is, as far as definitions need to know."""

from typing import Any


class BodyContext:
    """What a body may be given as its context; the execution layer says what it holds."""

    resources: Any
    op_config: Any

    def bind(self, definition: Any) -> None:
        """Learn whose body is called with this context; one built by hand cannot know before."""


def is_context_annotation(annotation: Any) -> bool:
    """Whether a parameter annotated so may be given a context: a class that is none may not."""
    if annotation is Any or annotation is object or not isinstance(annotation, type):
        return True
    return issubclass(annotation, BodyContext)
