"""The house rules of `crmlab`, held for every module, also for those that come later.

Imports run one way, down the floors; the package is cheap to import; everything public is
documented; nothing below the course prints; errors are ValueError or TypeError.
"""

import ast
import builtins
import dataclasses
import graphlib
import importlib
import importlib.util
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import crmlab
from crmlab._result import Drawable

PLOTTING = {"matplotlib", "ipywidgets", "IPython"}


def parts_of(module):
    """Split a dotted name: ``crmlab.clv.parts`` gives the room ``clv``; the package itself ''."""
    return module.split(".")[1] if "." in module else ""


def floor(module):
    """Which floor of the house a module stands on; private helpers and data are the ground."""
    room = parts_of(module)
    if room.startswith("_") or room in ("", "datasets", "weights"):
        return 0
    return {"plots": 2, "widgets": 3, "course": 4}.get(room, 1)


SPECS = [
    importlib.util.find_spec(info.name)
    for info in pkgutil.walk_packages(crmlab.__path__, "crmlab.")
] + [crmlab.__spec__]
SOURCES = {spec.name: spec for spec in SPECS if spec.origin and spec.origin.endswith(".py")}
MODULES = sorted(SOURCES)
MODELS = [name for name in MODULES if floor(name) <= 1]
BELOW_COURSE = [name for name in MODULES if floor(name) <= 3]


def tree_of(module):
    return ast.parse(Path(SOURCES[module].origin).read_text(encoding="utf-8"))


def is_type_checking(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports_of(module, *, typing=True):
    """Every module that `module` imports, at its top or inside a function."""
    package = module if SOURCES[module].submodule_search_locations else module.rpartition(".")[0]
    nodes = [tree_of(module)]
    while nodes:
        node = nodes.pop()
        if not (is_type_checking(node) and not typing):
            nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            level = "." * node.level
            source = importlib.util.resolve_name(level + (node.module or ""), package)
            inside = [f"{source}.{alias.name}" for alias in node.names]
            yield from (name if name in SOURCES else source for name in inside)


def own_imports_of(module):
    return {name for name in imports_of(module) if name.split(".")[0] == "crmlab"}


# The floors.

#: The one bridge upwards: a result asks for its picture, and plotting loads at that moment.
BRIDGE = ("crmlab._result", "crmlab.plots")


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_down_the_floors(module):
    for imported in own_imports_of(module):
        assert floor(imported) <= floor(module) or (module, imported) == BRIDGE, imported


def test_no_two_rooms_import_each_other():
    graph = {}
    for module in MODULES:
        rooms = {parts_of(name) for name in own_imports_of(module) if (module, name) != BRIDGE}
        graph.setdefault(parts_of(module), set()).update(rooms - {parts_of(module), ""})
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("module", MODELS)
def test_models_know_nothing_of_plotting(module):
    packages = {name.split(".")[0] for name in imports_of(module, typing=False)}
    assert not packages & PLOTTING


def loaded_after(*modules):
    """The packages that are loaded once `modules` are, in a fresh interpreter."""
    code = f"import sys, {', '.join(modules)}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"numpy", "pandas", "scipy", "sklearn", "duckdb"} | PLOTTING
    assert not loaded_after("crmlab") & heavy


def test_importing_every_model_loads_no_plotting_and_no_solver():
    heavy = {"scipy", "sklearn", "duckdb"} | PLOTTING
    assert not loaded_after(*MODELS) & heavy


def test_the_package_lists_its_rooms_and_loads_them_when_asked():
    assert set(crmlab.__all__) == {parts_of(name) for name in MODULES if parts_of(name)} - {
        parts_of(name) for name in MODULES if parts_of(name).startswith("_")
    }
    assert set(crmlab.__all__) <= set(dir(crmlab))
    assert crmlab.clv is importlib.import_module("crmlab.clv")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = crmlab.nothing


# What the code does not do.


@pytest.mark.parametrize("module", BELOW_COURSE)
def test_nothing_prints_below_the_course(module):
    calls = [node for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)]
    called = {ast.unparse(call.func) for call in calls}
    assert not called & {"print", "sys.stdout.write", "sys.stderr.write", "display"}


def raised_in(tree):
    """The name of every class that is raised, with the function it is raised in."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            nodes = list(ast.iter_child_nodes(function))
            while nodes:
                node = nodes.pop()
                if isinstance(node, ast.Raise) and node.exc is not None:
                    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                    yield getattr(function, "name", ""), ast.unparse(raised)
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    nodes.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("module", BELOW_COURSE)
def test_errors_below_the_course_are_value_and_type_errors(module):
    # Besides, Python asks a __getattr__ for AttributeError, and an optional package may be absent.
    names = vars(builtins) | vars(importlib.import_module(module))
    for function, raised in raised_in(tree_of(module)):
        allowed = (AttributeError,) if function == "__getattr__" else (ValueError, TypeError)
        assert issubclass(names[raised], (*allowed, ImportError)), f"{raised} in {function}"


def messages_of(tree):
    """Line and text of every message written where it is raised, and if it goes on from another."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            text = " ".join(
                part.value
                for part in ast.walk(node.exc.args[0])
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            if ast.unparse(node.exc.func) in ("ValueError", "TypeError"):
                begun = re.search(r"\{(wanted|error)\}", ast.unparse(node.exc.args[0]))
                yield node.lineno, text, begun


@pytest.mark.parametrize("module", BELOW_COURSE)
def test_an_error_says_what_must_be_and_what_came(module):
    # A column that is not there is answered by those that are; "fitted" needs no more.
    for line, text, begun in messages_of(tree_of(module)):
        if " " in text.strip(" :"):
            must = re.search(r"\b(must|cannot)\b", text)
            came = re.search(r"\b(got|it has|it holds|fitted first)\b", text)
            assert begun or (must and came), f"line {line}: {text}"


# What is public is documented.


def public(module):
    """Every public name of a room with its object."""
    room = importlib.import_module(module)
    return [(module, name, getattr(room, name)) for name in getattr(room, "__all__", ())]


PUBLIC = [entry for module in MODULES for entry in public(module)]
FUNCTIONS = [
    pytest.param(module, inspect.unwrap(thing), id=f"{module}.{name}")
    for module, name, thing in PUBLIC
    if inspect.isroutine(thing) or hasattr(thing, "__wrapped__")
]
CLASSES = [
    pytest.param(thing, id=f"{module}.{name}")
    for module, name, thing in PUBLIC
    if inspect.isclass(thing)
]


def sections_of(thing):
    """Split a docstring into its summary and the text under each heading."""
    text = inspect.getdoc(thing) or ""
    pieces = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return {"Summary": pieces[0].strip().split("\n\n")[0]} | dict(
        zip(pieces[1::2], pieces[2::2], strict=True)
    )


def entries_of(section):
    """The names that a section explains: lines that begin at the margin, before the colon."""
    heads = re.findall(r"^(\S[^:\n]*)(?::.*)?$", section, flags=re.MULTILINE)
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


@pytest.mark.parametrize(("module", "function"), FUNCTIONS)
def test_public_function_is_documented(module, function):
    sections = sections_of(function)
    signature = inspect.signature(function)
    assert sections["Summary"].endswith((".", "?"))
    if signature.return_annotation not in (None, "None"):
        assert "Returns" in sections or "Yields" in sections
    if signature.parameters:
        assert entries_of(sections["Parameters"]) == set(signature.parameters)
    if floor(module) <= 1:
        assert not signature.parameters or sections["Raises"].strip()
        assert ">>> " in inspect.getdoc(function)


@pytest.mark.parametrize("thing", CLASSES)
def test_public_class_is_documented(thing):
    sections = sections_of(thing)
    assert sections["Summary"].endswith(".")
    if dataclasses.is_dataclass(thing):
        fields = {field.name for field in dataclasses.fields(thing) if field.name[0] != "_"}
        explained = sections.get("Attributes", "") + sections.get("Parameters", "")
        assert entries_of(explained) >= fields
    own = [base for base in thing.__mro__ if base.__module__.startswith("crmlab")]
    for name, member in (item for base in own for item in vars(base).items()):
        if not name.startswith("_") and (inspect.isroutine(member) or isinstance(member, property)):
            assert inspect.getdoc(member), f"{name} has no docstring"


def methods_of(thing):
    """Every public method of a class, with its function, its own or a base of ours."""
    found = {}
    for base in thing.__mro__:
        if base.__module__.startswith("crmlab"):
            for name, member in vars(base).items():
                function = getattr(member, "__func__", member)
                if inspect.isfunction(function) and not name.startswith("_"):
                    found.setdefault(name, inspect.unwrap(function))
    return found


MODEL_CLASSES = {
    f"{module}.{name}": thing
    for module, name, thing in PUBLIC
    if inspect.isclass(thing) and floor(module) <= 1 and module.count(".") == 1
}
METHODS = [
    pytest.param(thing, function, id=f"{where}.{name}")
    for where, thing in MODEL_CLASSES.items()
    for name, function in methods_of(thing).items()
]
#: What takes anything that it is given.
NEVER_RAISE = {"get_params", "plot"}


def example_lines(thing):
    """The lines of code of the examples in a docstring."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    return "\n".join(line for line in lines if line.lstrip().startswith((">>> ", "... ")))


@pytest.mark.parametrize("thing", MODEL_CLASSES.values(), ids=list(MODEL_CLASSES))
def test_help_on_a_class_shows_how_to_get_one(thing):
    assert ">>> " in vars(thing)["__doc__"]


@pytest.mark.parametrize(("thing", "function"), METHODS)
def test_help_is_enough_to_call_a_method(thing, function):
    sections = sections_of(function)
    signature = inspect.signature(function)
    takes = set(signature.parameters) - {"self", "cls"}
    assert sections["Summary"].endswith((".", "?"))
    if takes:
        assert entries_of(sections["Parameters"]) == takes
        assert function.__name__ in NEVER_RAISE or sections["Raises"].strip()
    if signature.return_annotation not in (None, "None"):
        assert sections["Returns"].strip()
    called = rf"\.{function.__name__}\b"
    assert example_lines(function) or re.search(called, example_lines(thing))


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is_for(module):
    assert (ast.get_docstring(tree_of(module)) or "").strip()


# Results.


def length(node):
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("module", [name for name in MODULES if name != "crmlab.plots"])
def test_a_module_is_no_longer_than_one_can_read(module):  # crmlab.plots lists its pictures
    tree = tree_of(module)
    told = sum(  # docstrings, which `help` shows and who reads the code skips
        length(node.body[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    )
    lines = len(Path(SOURCES[module].origin).read_text("utf-8").splitlines())
    assert lines - told <= 400


def results(base=Drawable):
    for result in base.__subclasses__():
        yield result
        yield from results(result)


for _name in MODELS:
    importlib.import_module(_name)
RESULTS = [pytest.param(result, id=result.__name__) for result in results()]


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_is_frozen_has_a_table_and_a_picture(result):
    from crmlab import plots

    assert result.__dataclass_params__.frozen
    assert callable(result.to_frame)
    assert "__repr__" in vars(result), "a result tells what it is in words"
    picture = getattr(plots, result._picture, None)
    assert callable(picture), f"crmlab/plots/__init__.py exports no function {result._picture}"
