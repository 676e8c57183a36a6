"""How Sphinx builds the documentation. Warnings are errors, and nothing is fetched while it is built or read."""

import importlib.metadata
import re

import dagwire
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

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

# Names of other packages: their documentation is not at hand while building without a network.
nitpick_ignore_regex = [
    (r"py:.*", r"(collections|concurrent|contextlib|datetime|logging|os|pathlib|types|typing|typing_extensions)\..*"),
    (r"py:.*", r"(annotated_types|dependency_injector|pydantic|pydantic_core|pydantic_settings|rich|typer)(\..*)?"),
    # Type variables, which have no page.
    (r"py:(class|obj)", r"(.*\.)?_?[A-Z](_co|_contra)?"),
]


def refer_to_public_name(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Lead a reference to where a name is defined, or by its bare name, to the page of the public name."""
    found = re.fullmatch(r"(?:dagwire\.(?:\w+\.)*)?(\w+)", node.get("reftarget", ""))
    if node.get("refdomain") != "py" or found is None or found[1] not in dagwire.__all__:
        return None
    public = f"dagwire.{found[1]}"
    described = env.domains.python_domain.objects.get(public)
    if described is None:
        return None
    return make_refnode(app.builder, node["refdoc"], described.docname, described.node_id, contnode, public)


def hide_pydantic(_app: Sphinx, what: str, name: str, _obj: object, skip: bool, _options: object) -> bool | None:
    """Leave out what pydantic adds to every model."""
    return True if what == "class" and name.startswith("model_") else skip or None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("missing-reference", refer_to_public_name)
    app.connect("autodoc-skip-member", hide_pydantic)
