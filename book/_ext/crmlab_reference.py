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
from collections.abc import Container, Mapping
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_origin

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config, NumpyDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

import crmlab
from crmlab._result import Drawable

#: How a text calls something: with or without the package, with or without arguments.
CALLED = re.compile(r"(?:crmlab\.)?([A-Za-z_][\w.]*)(?:\(.*\))?", re.DOTALL)

#: The arguments of a long signature in the HTML of Sphinx.
PARAMETERS = re.compile(r'<dl>\n((?:<dd><em class="sig-param">.*</dd>\n)+)</dl>')
#: What the page of a class does not repeat: the methods of these are described once, or elsewhere.
ABOVE = "Drawable, VBox, ABC, object"
#: How the sections of a docstring are written.
SECTIONS = Config(
    napoleon_use_param=False,
    napoleon_use_rtype=False,
    napoleon_custom_sections=[
        ("Attributes", "params_style"),
        ("Returns", "returns_style"),
        ("Raises", "params_style"),
    ],
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
    return [
        (str(node.module), alias.asname or alias.name)
        for node in parsed(name).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


@cache
def groups(name: str) -> dict[str, list[str]]:
    """Sort the public names of a room by the module that they come from.

    >>> groups("weights")["crmlab.weights.shannon"]
    ['entropy', 'EntropyWeights']
    """
    module, sorted_in = room(name), {}
    for public in module.__all__:
        sorted_in.setdefault(home(module, public), []).append(public)
    for names in sorted_in.values():
        names.sort(key=lambda public: called_first(getattr(module, public)))
    return dict(sorted(sorted_in.items(), key=lambda item: item[0].rpartition(".")[2].strip("_")))


def called_first(thing: Any) -> int:
    """Order what a page describes: what readers call, then what comes back, then constants."""
    if inspect.isclass(thing):
        return 0 if takes_arguments(thing) else 1
    return 0 if callable(thing) else 2


def takes_arguments(thing: Any) -> bool:
    """Tell whether readers make objects of a class; others come from functions."""
    return "\nParameters\n---" in (inspect.getdoc(thing) or "")


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
        found = self.parse_text_to_nodes(f"``````{{eval-rst}}\n{rst}\n``````")
        for node in found:
            if isinstance(node, nodes.Element):
                node["support_smartquotes"] = False  # a word in quotes is what to type
        return found


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
            said = self.parse(
                f".. py:currentmodule:: crmlab.{name}\n\n"
                f"{about(f'crmlab.{name}')[0]}: :doc:`all about it </reference/{name}>`.\n\n"
                + self.lines(name)
            )
            said[-1]["classes"] = ["crmlab-names"]
            section += said
            found.append(section)
        return found

    def lines(self, name: str) -> str:
        """Write a list of the names, what readers call first: a link, and what it is."""
        module = room(name)
        names = sorted(module.__all__, key=lambda public: called_first(getattr(module, public)))
        rows = [f":obj:`{public}`\n   {summary(name, public)}" for public in names]
        return "\n".join(rows)


# How a signature reads.


def annotations(thing: Any) -> dict[str, str]:
    """Return the annotations of a function or a class as the source has them, without quotes.

    A class of ours is called by its full name with a ``~`` before it: Sphinx shows its last part.
    """
    tree = definitions(thing.__module__)[thing.__qualname__]
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


@cache
def parsed(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(inspect.getsource(importlib.import_module(module)))


@cache
def definitions(module: str) -> dict[str, Any]:
    """Map the classes and functions of a module, and the methods, to where they are written."""
    found: dict[str, Any] = {}
    for node in parsed(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
            inner = node.body if isinstance(node, ast.ClassDef) else ()
            found |= {f"{node.name}.{n.name}": n for n in inner if isinstance(n, ast.FunctionDef)}
    return found


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
def public_classes() -> set[tuple[str, str]]:
    """Return the classes that a page describes: module and name."""
    every = (
        getattr(room(name), public) for name in crmlab.__all__ for public in room(name).__all__
    )
    return {(thing.__module__, thing.__name__) for thing in every if inspect.isclass(thing)}


@cache
def types(module: str) -> dict[str, str]:
    """Map names that a module defines or imports from ours to what a signature shows for them.

    >>> types("crmlab.clv.present_value")["Timing"]
    "Literal['start', 'middle', 'end']"
    """
    found = {}
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.ClassDef) and (module, node.name) in public_classes():
            found[node.name] = f"~{module}.{node.name}"
        if isinstance(node, ast.Assign):
            thing = getattr(importlib.import_module(module), ast.unparse(node.targets[0]), None)
            if get_origin(thing) is Literal:
                found[ast.unparse(node.targets[0])] = str(thing).removeprefix("typing.")
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("crmlab."):
            source = importlib.import_module(str(node.module))
            for alias in node.names:
                name, thing = alias.asname or alias.name, getattr(source, alias.name)
                if (
                    inspect.isclass(thing)
                    and (thing.__module__, thing.__name__) in public_classes()
                ):
                    found[name] = f"~{thing.__module__}.{thing.__name__}"
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
        return (signature(thing)[0], "") if takes_arguments(thing) else ("", "")
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
    written = NumpyDocstring("\n".join(lines), SECTIONS, app, what="method", obj=thing).lines()
    # No docstring has such a dash of its own; that of napoleon is for smart quotes to draw.
    lines[:] = [line.replace(" -- ", " – ", 1) for line in written]
    if what == "class" and issubclass(thing, Drawable):
        lines += ["", f"``.plot()`` draws it: ``plots.{thing._picture}``.", ""]


# Links to the descriptions.


def full_name(text: str, known: Container[str], alone: dict[str, str]) -> str | None:
    """Return the full name of what a piece of code in a text calls, or None.

    `alone` maps names that may stand without their room to their full names.

    >>> known, alone = {"crmlab.clv.cash_flows"}, {"cash_flows": "crmlab.clv.cash_flows"}
    >>> full_name("clv.cash_flows(flows, rate=0.1)", known, alone)
    'crmlab.clv.cash_flows'
    >>> full_name("cash_flows", known, alone) == full_name("crmlab.clv.cash_flows", known, {})
    True
    >>> full_name("cash_flows", known, {}), full_name("flows = clv.cash_flows", known, alone)
    (None, None)
    """
    called = CALLED.fullmatch(text)
    if not called:
        return None
    first, dot, rest = called[1].partition(".")
    full = f"{alone[first]}{dot}{rest}" if first in alone else f"crmlab.{called[1]}"
    return full if full in known and (dot or first in alone) else None


def names_alone(doctree: nodes.document, docname: str, known: Container[str]) -> dict[str, str]:
    """Map the names that a page may use without their room: those that its cells call."""
    folder, _, here = docname.rpartition("/")
    if folder == "reference":
        return {public: f"crmlab.{here}.{public}" for public in room(here).__all__}
    code = "\n".join(block.astext() for block in doctree.findall(nodes.literal_block))
    found: dict[str, set[str]] = {}
    for owner, name in re.findall(rf"\b({'|'.join(crmlab.__all__)})\.(\w+)", code):
        if f"crmlab.{owner}.{name}" in known:
            found.setdefault(name, set()).add(f"crmlab.{owner}.{name}")
    return {name: full.pop() for name, full in found.items() if len(full) == 1}


def _inside(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    while node := node.parent:
        if isinstance(node, kinds):
            return True
    return False


def link_code(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let code in a text that names something public lead to its description."""
    known = app.env.get_domain("py").objects
    alone = names_alone(doctree, docname, known)
    for literal in list(doctree.findall(nodes.literal)):
        if _inside(literal, nodes.reference, nodes.title, addnodes.desc_signature):
            continue
        # In the description of a function a name alone is one of its arguments.
        full = full_name(literal.astext(), known, {} if _inside(literal, addnodes.desc) else alone)
        if full:
            entry, shown = known[full], literal.deepcopy()
            literal.replace_self(
                make_refnode(app.builder, docname, entry.docname, entry.node_id, shown, full)
            )


def free_types(app: Sphinx, doctree: nodes.document) -> None:
    """Take the links off the types in signatures that are not ours: no page describes them."""
    for line in doctree.findall(addnodes.desc_signature):
        for link in list(line.findall(addnodes.pending_xref)):
            if not link["reftarget"].startswith("crmlab."):
                link.replace_self(link.children)


def list_parameters(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Write the lines of a long signature as lines; Sphinx writes a list with nothing to define."""
    context["body"] = PARAMETERS.sub(
        lambda found: f'<span class="crmlab-parameters">{found[1].replace("dd>", "span>")}</span>',
        context.get("body", ""),
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    app.setup_extension("sphinx.ext.autodoc")
    app.add_directive("room", Room)
    app.add_directive("names", Names)
    app.connect("autodoc-process-signature", write_signature)
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", write_sections)
    app.connect("doctree-resolved", link_code)
    app.connect("doctree-read", free_types)
    app.connect("html-page-context", list_parameters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
