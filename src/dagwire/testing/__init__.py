"""Testing: the pytest plugin, and what its fixtures give.

pytest loads the plugin at every start, so nothing else is imported before it is asked for: the names are listed in
`__init__.pyi`, as those of `dagwire` are.
"""

# lazy_loader has no types; `__init__.pyi` has those of the names.
# pyright: basic

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
