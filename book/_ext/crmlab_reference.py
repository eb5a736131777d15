"""The reference: every public name of `crmlab`, written from its docstring.

``{room} clv`` describes the names of one room, in one section for each module they come from;
``{names}`` lists the names of all rooms, one line each. Sphinx's autodoc and napoleon do
the work. Added here: signatures read as they stand in the source, a result names
the function that draws it, and `` `clv.present_value` `` in the text of any page leads to its
description.
"""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_origin

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

import crmlab
from crmlab._result import Drawable

#: What text calls a public name: with its room, with or without arguments, or the class alone.
CALLED = re.compile(r"(?:crmlab\.)?([A-Za-z_][\w.]*)(?:\(.*\))?", re.DOTALL)

#: What the page of a class does not repeat: the methods of these are described once, or elsewhere.
ABOVE = "Drawable, VBox, ABC, object"
#: How the sections of a docstring are written.
SECTIONS = Config(
    napoleon_use_param=False,
    napoleon_use_rtype=False,
    napoleon_custom_sections=[("Attributes", "params_style"), ("Raises", "params_style")],
)


def room(name: str) -> ModuleType:
    """Return a room by its name."""
    return importlib.import_module(f"crmlab.{name}")


def home(module: ModuleType, name: str) -> str:
    """Return the module that a public name of a room comes from.

    >>> home(room("weights"), "ahp"), home(room("weights"), "RANDOM_INDEX")
    ('crmlab.weights.comparisons', 'crmlab.weights.comparisons')
    """
    thing = getattr(module, name)
    if hasattr(thing, "__module__"):
        return thing.__module__
    return next((source for source, made in imported(module.__name__) if made == name))


@cache
def imported(name: str) -> list[tuple[str, str]]:
    """List what a room takes from which of its modules."""
    tree = ast.parse(inspect.getsource(importlib.import_module(name)))
    return [
        (str(node.module), alias.asname or alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


@cache
def groups(name: str) -> dict[str, list[str]]:
    """Sort the public names of a room by the module that they come from.

    >>> groups("weights")["crmlab.weights.shannon"]
    ['EntropyWeights', 'entropy']
    """
    module, sorted_in = room(name), {}
    for public in module.__all__:
        sorted_in.setdefault(home(module, public), []).append(public)
    return dict(sorted(sorted_in.items(), key=lambda item: item[0].rpartition(".")[2].strip("_")))


def about(module: str) -> tuple[str, str]:
    """Return the first line of a module's docstring, without its full stop, and the rest."""
    title, _, rest = (inspect.getdoc(importlib.import_module(module)) or "").partition("\n")
    return title.removesuffix("."), rest.strip()


# What autodoc is told.


def described(name: str, public: str) -> str:
    """Return the directive that describes a public name."""
    thing = getattr(room(name), public)
    if inspect.isclass(thing):
        return f".. autoclass:: {public}\n   :members:\n   :inherited-members: {ABOVE}"
    if callable(thing):
        return f".. autofunction:: {public}"
    comment = data_comment(home(room(name), public), public)
    return f".. py:data:: {public}\n\n{textwrap.indent(comment, '   ')}"


def data_comment(module: str, name: str) -> str:
    """Return the ``#:`` comment of a constant: the reference shows no other description of it.

    >>> data_comment("crmlab.credit.rating", "UNRATED")
    'Grade of those who answered too little to be rated.'
    """
    lines = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name), [])
    return "\n".join(lines).strip()


def summary(name: str, public: str) -> str:
    """Return the one line about a public name: the first paragraph of its description."""
    thing = getattr(room(name), public)
    known = inspect.isclass(thing) or callable(thing)
    text = inspect.getdoc(thing) if known else data_comment(home(room(name), public), public)
    return " ".join((text or "").partition("\n\n")[0].split())


class _Written(SphinxDirective):
    def parse(self, rst: str) -> list[nodes.Node]:
        """Read lines of reStructuredText, the language of the docstrings."""
        return self.parse_text_to_nodes(f"``````{{eval-rst}}\n{rst}\n``````")


class Room(_Written):
    """Describe the public names of a room."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the room's own words, then a section for each of its modules."""
        name = self.arguments[0]
        head = f".. py:module:: crmlab.{name}\n\n{inspect.getdoc(room(name))}"
        found = self.parse(head)
        if list(groups(name)) == [f"crmlab.{name}"]:
            return found + self.parse(self.entries(name, f"crmlab.{name}"))
        for module in groups(name):
            title, rest = about(module)
            part = module.rpartition(".")[2].strip("_").replace("_", "-")
            section = nodes.section(ids=[f"{name}-{part}"], names=[f"{name}-{part}"])
            section += nodes.title("", "", nodes.Text(title))
            section += self.parse(f"{rest}\n\n{self.entries(name, module)}")
            found.append(section)
        return found

    def entries(self, name: str, module: str) -> str:
        """Write the directives for the names that come from a module."""
        entries = [described(name, public) for public in groups(name)[module]]
        return "\n\n".join([f".. py:currentmodule:: crmlab.{name}", *entries])


class Names(_Written):
    """List the public names of all rooms."""

    def run(self) -> list[nodes.Node]:
        """Write a section for each room: its name and title, and a line for each name."""
        found: list[nodes.Node] = []
        for name in crmlab.__all__:
            section = nodes.section(ids=[f"names-{name}"], names=[f"names-{name}"])
            section += nodes.title("", "", nodes.literal("", name))
            section += self.parse(
                f".. py:currentmodule:: crmlab.{name}\n\n"
                f"{about(f'crmlab.{name}')[0]}: :doc:`all about it </reference/{name}>`.\n\n"
                + self.lines(name)
            )
            found.append(section)
        return found

    def lines(self, name: str) -> str:
        """Write a row for each name: a link, and what it is."""
        rows = [
            f"   * - :obj:`{public}`\n     - {summary(name, public)}"
            for public in room(name).__all__
        ]
        return "\n".join([".. list-table::", "   :class: crmlab-names", "", *rows])


# How a signature reads.


def annotations(thing: Any) -> dict[str, str]:
    """Return the annotations of a function or a class as the source has them, without quotes.

    A class of ours is called by its full name with a ``~`` before it: Sphinx shows its last part.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    words = _Words(thing.__module__)
    if isinstance(tree, ast.ClassDef):
        found: dict[str, str] = {}
        for base in thing.__bases__:
            found |= annotations(base) if base.__module__.startswith("crmlab") else {}
        for node in tree.body:
            if isinstance(node, ast.AnnAssign):
                found[ast.unparse(node.target)] = words.of(node.annotation)
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                found |= words.of_arguments(node)
        return found
    return words.of_arguments(tree)


class _Words(ast.NodeTransformer):
    """Write annotations of a module without quotes; words of a Literal keep theirs."""

    def __init__(self, module: str) -> None:
        self.known = types(module)

    def of(self, annotation: ast.expr) -> str:
        return ast.unparse(self.visit(annotation))

    def of_arguments(self, tree: Any) -> dict[str, str]:
        given = tree.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        found = {one.arg: self.of(one.annotation) for one in every if one and one.annotation}
        return found | ({"return": self.of(tree.returns)} if tree.returns else {})

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node if ast.unparse(node.value) == "Literal" else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, str):
            return node
        return self.visit(ast.parse(node.value, mode="eval").body)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.known.get(node.id, node.id))


@cache
def types(module: str) -> dict[str, str]:
    """Map names that a module defines or imports from ours to what a signature shows for them.

    >>> types("crmlab.clv.present_value")["Timing"]
    "Literal['start', 'middle', 'end']"
    """
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(importlib.import_module(module)))):
        if isinstance(node, ast.ClassDef):
            found[node.name] = f"~{module}.{node.name}"
        if isinstance(node, ast.Assign):
            thing = getattr(importlib.import_module(module), ast.unparse(node.targets[0]), None)
            if get_origin(thing) is Literal:
                found[ast.unparse(node.targets[0])] = str(thing).removeprefix("typing.")
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("crmlab."):
            source = importlib.import_module(str(node.module))
            for alias in node.names:
                name, thing = alias.asname or alias.name, getattr(source, alias.name)
                if inspect.isclass(thing):
                    found[name] = f"~{node.module}.{alias.name}"
                elif get_origin(thing) is Literal:
                    found[name] = str(thing).removeprefix("typing.")
    return found


def signature(thing: Any) -> tuple[str, str]:
    """Return the arguments of a function, and its result, in the words of the source.

    >>> from crmlab.crm import relationship_level
    >>> signature(relationship_level)
    ('(number: str, margin: str)', 'tuple[str, ...]')
    """
    given, words = inspect.signature(thing), annotations(inspect.unwrap(thing))
    if "__signature__" in vars(thing):  # it says more than the source
        words |= {"ax": str(given.parameters["ax"].annotation), "return": given.return_annotation}
    parts: list[str] = []
    before: Any = None
    for one in given.parameters.values():
        if one.name in ("self", "cls"):
            continue
        if one.kind is one.KEYWORD_ONLY and before not in (one.KEYWORD_ONLY, one.VAR_POSITIONAL):
            parts.append("*")
        before = one.kind
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = words.get(one.name, "")
        text = f"{stars}{one.name}: {kind}" if kind else stars + one.name
        parts.append(text if one.default is one.empty else f"{text} = {_default(one.default)}")
    return f"({', '.join(parts)})", words.get("return", "")


def _default(value: Any) -> str:
    if callable(value):
        return value.__name__
    return repr(dict(value) if isinstance(value, Mapping) else value)


def write_signature(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, *_: Any
) -> tuple[str, str] | None:
    """Give autodoc the signature; a class that only functions make has none."""
    if what == "class":
        takes = "\nParameters\n---" in (inspect.getdoc(thing) or "")
        return (signature(thing)[0], "") if takes else ("", "")
    return signature(thing) if what in ("function", "method") else None


def leave_out(
    app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out a field's default that is a function of Python: its class describes the field."""
    return True if inspect.isbuiltin(thing) else None


def write_sections(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Write the sections of a docstring, and tell of a result which function draws it."""
    # Napoleon by itself takes the first words of a property for its type.
    lines[:] = NumpyDocstring("\n".join(lines), SECTIONS, app, what="method", obj=thing).lines()
    if what == "class" and issubclass(thing, Drawable):
        lines += ["", f"``.plot()`` draws it: :func:`~crmlab.plots.{thing._picture}`.", ""]


# Links to the descriptions.


def described_at(env: BuildEnvironment, text: str, here: str = "") -> str | None:
    """Return the full name of what a piece of code in a text calls, or None.

    `here` is the room in which a name may stand alone; elsewhere only a class may, whose name no
    other room has.
    """
    called = CALLED.fullmatch(text)
    if not called:
        return None
    name, known = called[1], env.get_domain("py").objects
    for full in (f"crmlab.{name}", f"crmlab.{here}.{name}"):
        if full in known and ("." in name or here):
            return full
    return classes().get(name.partition(".")[0]) and _member(known, name)


def _member(known: Any, name: str) -> str | None:
    first, dot, rest = name.partition(".")
    full = f"{classes()[first]}{dot}{rest}"
    return full if full in known else None


@cache
def classes() -> dict[str, str]:
    """Map the name of each public class to its full name; names that two rooms have are left out.

    >>> classes()["BGNBD"]
    'crmlab.btyd.BGNBD'
    """
    found: dict[str, list[str]] = {}
    for name in crmlab.__all__:
        for public in room(name).__all__:
            if inspect.isclass(getattr(room(name), public)):
                found.setdefault(public, []).append(f"crmlab.{name}.{public}")
    return {public: full[0] for public, full in found.items() if len(full) == 1}


def _inside(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False


def link_code(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let code in a text that names something public lead to its description."""
    folder, _, here = docname.rpartition("/")
    for literal in list(doctree.findall(nodes.literal)):
        if _inside(literal, nodes.reference, nodes.title, addnodes.desc_signature):
            continue
        described = _inside(literal, addnodes.desc)  # there a name alone is an argument's
        alone = here if folder == "reference" and not described else ""
        full = described_at(app.env, literal.astext(), alone)
        if full:
            literal.replace_self(_link(app, docname, full, literal.deepcopy()))


def _link(app: Sphinx, docname: str, full: str, shown: nodes.Node) -> nodes.reference:
    entry = app.env.get_domain("py").objects[full]
    return make_refnode(app.builder, docname, entry.docname, entry.node_id, shown, full)


def leave_type(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, shown: nodes.Node
) -> nodes.Node | None:
    """Leave a type in a signature as it is where no page describes it: those of other packages."""
    if node.get("refdomain") != "py" or not _inside(node, addnodes.desc_signature):
        return None
    return shown


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("room", Room)
    app.add_directive("names", Names)
    app.connect("autodoc-process-signature", write_signature)
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", write_sections)
    app.connect("doctree-resolved", link_code)
    app.connect("missing-reference", leave_type)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
