"""The house rules a machine can read: imports only go down, importing is light, files and functions stay short, names of
a module's own stay in it, and what is not private says what it is.

`ROOMS` is the one statement of the order, lowest first. A room is a folder, or a file that stands beside the folders. What is in a
room may import rooms of lower rows, and of its own room what does not import it, so there are no cycles. Function-local
imports count too. A new room must be given a place here, or the test fails; `tensor_networks` stands wholly below `ricci`.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tensor_networks", "ricci")
MAX_LINES = 400
MAX_LINES_OF_A_FUNCTION = 40  # without its docstring
SILENT = {"linear"}  # what has no docstring yet

ROOMS: tuple[tuple[str, ...], ...] = (
    # tensor_networks: the multilinear floor
    ("tensor_networks.errors",),
    ("tensor_networks.axes", "tensor_networks.limits", "tensor_networks.numbers", "tensor_networks.symmetry"),
    ("tensor_networks.nodes", "tensor_networks.refinement", "tensor_networks.wiring"),
    ("tensor_networks.canonical", "tensor_networks.common", "tensor_networks.patterns"),
    ("tensor_networks.composites",),
    ("tensor_networks.networks",),
    (
        "tensor_networks.drafts",
        "tensor_networks.einsum",
        "tensor_networks.filled",
        "tensor_networks.graph",
        "tensor_networks.rewrite",
    ),
    ("tensor_networks", "tensor_networks.evaluation"),
    ("tensor_networks.backends", "tensor_networks.drawing"),
    # ricci: calculus on top of it, in terms of nodes
    ("ricci.constants", "ricci.functions"),
    ("ricci.traits",),
    ("ricci.notation",),
    ("ricci.documents", "ricci.passes"),
    ("ricci.calculus", "ricci.evaluation"),
    # what users hold, and what they call
    ("ricci.expr",),
    ("ricci.calling", "ricci.drawing", "ricci.layouts", "ricci.stand_ins", "ricci.traced"),
    ("ricci.reading", "ricci.tracing"),
    ("ricci.arguments", "ricci.substitution"),
    ("ricci.derivatives", "ricci.legends", "ricci.methods", "ricci.programs"),
    ("ricci.proofs",),
    ("ricci.derivations",),
    ("ricci",),
    ("ricci.__main__",),
)
RANK = {room: rank for rank, row in enumerate(ROOMS) for room in row}

HEAVY = ("networkx", "opt_einsum", "jax", "torch", "matplotlib", "scipy")  # loaded inside functions only
LIGHT = ("numpy",)  # third-party packages that a module may load when it is imported


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def is_module(name: str) -> bool:
    return name in FILES


def room_of(module: str) -> str:
    """The folder or the file directly below a package, or the package itself."""
    return ".".join(module.split(".")[:2])


def package_of(module: str) -> str:
    """The package that a relative import of `module` starts from."""
    return module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]


def imported(module: str, statement: ast.AST) -> Iterator[str]:
    """The absolute names that one syntax node imports; what is not a module counts as its home."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        home = statement.module or ""
        if statement.level:
            above = package_of(module).split(".")
            above = above[: len(above) - (statement.level - 1)]
            home = ".".join([*above, *([home] if home else [])])
        for alias in statement.names:
            inner = f"{home}.{alias.name}"
            yield inner if is_module(inner) else home
    elif isinstance(statement, ast.Call) and statement.args:  # import_module("..."), __import__("...")
        called = statement.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        target = statement.args[0]
        if name in ("import_module", "__import__") and isinstance(target, ast.Constant):
            yield str(target.value)


def all_imports(module: str) -> Iterator[tuple[int, str]]:
    """(line, absolute name) of every import of a module, function-local ones included; not those for type checkers."""
    pending: list[ast.AST] = [ast.parse(FILES[module].read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        for name in imported(module, node):
            yield getattr(node, "lineno", 0), name
        pending.extend(ast.iter_child_nodes(node))


def eager_imports(module: str) -> Iterator[tuple[int, str]]:
    """(line, absolute name) of what runs when the module is imported; not the imports for type checkers."""
    pending: list[ast.AST] = [ast.parse(FILES[module].read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        for name in imported(module, node):
            yield getattr(node, "lineno", 0), name
        pending.extend(ast.iter_child_nodes(node))


def ours(name: str) -> bool:
    return name.split(".")[0] in PACKAGES


def test_every_room_has_one_place() -> None:
    places = [room for row in ROOMS for room in row]
    assert len(places) == len(set(places)), "a room stands twice in ROOMS"
    rooms = {room_of(module) for module in FILES}
    assert sorted(rooms - RANK.keys()) == [], "give these rooms a place in ROOMS"
    assert sorted(RANK.keys() - rooms) == [], "take these out of ROOMS"


def test_tensor_networks_stands_below_ricci() -> None:
    floor = [rank for room, rank in RANK.items() if room.split(".")[0] == "tensor_networks"]
    above = [rank for room, rank in RANK.items() if room.split(".")[0] == "ricci"]
    assert max(floor) < min(above)


@pytest.mark.parametrize("module", FILES)
def test_imports_go_down(module: str) -> None:
    """To rooms of lower rows, or within the own room."""
    own = room_of(module)
    if own not in RANK:
        pytest.skip("without a place: see test_every_room_has_one_place")
    rises = [
        f"line {line}: {module} imports {name}"
        for line, name in all_imports(module)
        if ours(name) and room_of(name) != own and RANK.get(room_of(name), len(ROOMS)) >= RANK[own]
    ]
    assert rises == []


@pytest.mark.parametrize("room", RANK)
def test_no_cycle_within_a_room(room: str) -> None:
    members = [module for module in FILES if room_of(module) == room]
    inside = {module: {name for _, name in all_imports(module) if name in members and name != module} for module in members}
    assert len([*TopologicalSorter(inside).static_order()]) == len(members)


@pytest.mark.parametrize("module", FILES)
def test_third_party_packages_are_loaded_at_a_door(module: str) -> None:
    """What a module loads when it is imported is ours, the standard library or NumPy."""
    foreign = [
        f"line {line}: {name}"
        for line, name in eager_imports(module)
        if not ours(name) and name.split(".")[0] not in (*sys.stdlib_module_names, *LIGHT)
    ]
    assert foreign == []


@pytest.mark.parametrize("module", FILES)
def test_no_file_grows_too_large(module: str) -> None:
    lines = len(FILES[module].read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{lines} lines: the design is asking for another room"


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From the ``def`` to the end, less the docstring."""
    first = function.body[0]
    text = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return (function.end_lineno or 0) - function.lineno + 1 - text


@pytest.mark.parametrize("module", FILES)
def test_no_function_grows_too_large(module: str) -> None:
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    long = {function.name: lines_of_code(function) for function in functions_of(tree)}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize("module", FILES)
def test_private_names_stay_where_they_are(module: str) -> None:
    """No module imports a name of another that begins with an underscore."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    found = [
        f"line {node.lineno}: {alias.name} of {node.module}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "__future__"
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert found == []


@pytest.mark.parametrize("module", FILES)
def test_what_is_not_private_says_what_it_is(module: str) -> None:
    """Modules, and their classes and functions, have docstrings."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    silent = [] if ast.get_docstring(tree) or not tree.body else [module]
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_") and not is_overload(node):
            silent += [] if ast.get_docstring(node) else [node.name]
    assert sorted({*silent} - SILENT) == []


def is_overload(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_is_light(package: str) -> None:
    """A fresh interpreter that imports the package has not loaded any heavy third-party package."""
    code = f"import json, sys, {package}; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(set(json.loads(done.stdout)) & set(HEAVY)) == []


def test_the_imports_that_the_rules_see() -> None:
    """The reader of imports sees what it must: a rule that reads nothing would always pass."""
    tree = ast.parse(
        "import tensor_networks.nodes\n"
        "from tensor_networks import tensor\n"
        "from tensor_networks.evaluation import plan\n"
        "def f():\n    from ricci.expr import Expr\n    import_module('ricci.proofs.verification')\n"
    )
    seen = {name for node in ast.walk(tree) for name in imported("ricci", node)}
    assert seen >= {"tensor_networks.nodes", "tensor_networks.evaluation.plan", "tensor_networks", "ricci.proofs.verification"}
    assert {"ricci.expr"} <= seen


def test_no_function_hides_a_module() -> None:
    """``import ricci.derivatives.derive as m`` is the module: no package has a function that is called as one of its modules."""
    code = (
        "import importlib, json, sys, types\n"
        "names = json.loads(sys.argv[1])\n"
        "for name in names: importlib.import_module(name)\n"
        "pairs = [name.rpartition('.') for name in names if '.' in name]\n"
        "print(json.dumps([p + '.' + m for p, _, m in pairs if not isinstance(getattr(sys.modules[p], m), types.ModuleType)]))"
    )
    names = json.dumps([name for name in FILES if not name.endswith("__main__")])
    done = subprocess.run([sys.executable, "-c", code, names], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
