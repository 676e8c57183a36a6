"""How Sphinx builds the documentation. Warnings are errors, and nothing is fetched while it is built or read."""

import importlib.metadata
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

import dagwire
from dagwire import errors

# All names now: autodoc loads what it documents as a type checker would, which not every library bears.
for name in dagwire.__all__:
    getattr(dagwire, name)

project = "dagwire"
author = "The dagwire authors"
project_copyright = author
release = importlib.metadata.version("dagwire")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"dagwire {release}"
html_show_sourcelink = False

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

napoleon_numpy_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
python_use_unqualified_type_names = True

suppress_warnings = [
    # Several classes have an attribute `type`; Sphinx takes the built-in class in an annotation for one of them.
    "ref.python",
]

nitpick_ignore_regex = [
    # Names of other packages: their documentation is not at hand while building without a network.
    (
        r"py:.*",
        r"(asyncio|collections|concurrent|contextlib|dataclasses|datetime|enum|logging|os|pathlib|types|typing|typing_extensions)\..*",
    ),
    (r"py:.*", r"(annotated_types|dependency_injector|pydantic|pydantic_core|pydantic_settings|rich|typer)\..*"),
    (r"py:.*", r"providers\..*"),
    (r"py:exc", r"ValidationError"),
    # A union with a name of its own, which has no page.
    (r"py:class", r"CoercibleToAssetKey"),
    # Sphinx cuts a generic type in an annotation at its first comma.
    (r"py:class", r"(tuple|frozenset|dict|list)\[.*"),
    # An alias of types, which is not public.
    (r"py:class", r"CoercibleToAssetKey"),
    # A class of the standard library that an annotation in quotes names alone.
    (r"py:class", r"Abstract(Async)?ContextManager"),
    # Type variables, which have no page.
    (r"py:class", r"(.*\.)?(OwnProduct|Itself)"),
    (r"py:(class|obj)", r"(.*\.)?_?[A-Z](_co|_contra)?"),
    # Classes in signatures that are not public: Sphinx takes their names from the objects, so they cannot be wrong.
    (r"py:(class|obj)", r"dagwire\.\w+\..*"),
]


def refer_to_page(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Lead a reference by a bare name, or by where the name is defined, to the page of the public name or the error."""
    found = re.fullmatch(r"(?:dagwire\.(?:\w+\.)*)?(\w+)", node.get("reftarget", ""))
    if node.get("refdomain") != "py" or found is None:
        return None
    name = found[1]
    described = env.domains.python_domain.objects.get(f"dagwire.{name}")
    if described is not None:
        return make_refnode(app.builder, node["refdoc"], described.docname, described.node_id, contnode, name)
    slug = getattr(getattr(errors, name, None), "slug", None)
    if slug is not None:
        return make_refnode(app.builder, node["refdoc"], f"errors/{slug}", "", contnode, name)
    return None


class PlainAttributes:
    """Keeps napoleon from reading the docstring of an attribute as "type: description" at its first colon."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self.kept: list[str] = []

    def put_aside(self, _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
        """Before napoleon."""
        if what in {"attribute", "property", "data"}:
            self.kept, lines[:] = list(lines), []

    def put_back(self, _app: Sphinx, what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
        """After napoleon."""
        if what in {"attribute", "property", "data"}:
            lines[:] = self.kept


def hide_pydantic(_app: Sphinx, what: str, name: str, _obj: object, skip: bool, _options: object) -> bool | None:
    """Leave out what pydantic adds to every model."""
    return True if what == "class" and name.startswith("model_") else skip or None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    attributes = PlainAttributes()
    app.connect("autodoc-process-docstring", attributes.put_aside, priority=400)
    app.connect("autodoc-process-docstring", attributes.put_back, priority=600)
    app.connect("autodoc-skip-member", hide_pydantic)
    app.connect("missing-reference", refer_to_page)
