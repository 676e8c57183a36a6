"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings.

The public names are listed in `__init__.pyi`, which type checkers read, and from which each name is loaded with its own
module when it is first used: what needs resources alone does not wait for schedules.
"""

# lazy_loader has no types; `__init__.pyi` has those of the names.
# pyright: basic

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
