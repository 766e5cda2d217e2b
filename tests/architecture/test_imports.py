"""The house rules a machine can read: imports only go down, importing is light, no file grows too large.

`LAYERS` is the one statement of the order, lowest first. A module may import modules of lower rows only, so
two modules of one row know nothing of each other and a cycle cannot exist. Function-local imports count too.
A new file must be given a place here, or the test fails; `tensor_networks` stands wholly below `ricci`.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tensor_networks", "ricci")
MAX_LINES = 400

LAYERS: tuple[tuple[str, ...], ...] = (
    # tensor_networks: the multilinear floor
    (
        "tensor_networks.backends",
        "tensor_networks.backends.jax_matrices",
        "tensor_networks.backends.numpy_matrices",
        "tensor_networks.backends.numpy_special",
        "tensor_networks.backends.torch_matrices",
        "tensor_networks.drawing.style",
        "tensor_networks.errors",
    ),
    (
        "tensor_networks.axes",
        "tensor_networks.backends.numpy",
        "tensor_networks.drawing.picture",
        "tensor_networks.limits",
        "tensor_networks.numbers",
        "tensor_networks.plan",
        "tensor_networks.symmetry",
    ),
    (
        "tensor_networks.backends.fast",
        "tensor_networks.backends.jax",
        "tensor_networks.backends.torch",
        "tensor_networks.drawing.strips",
        "tensor_networks.drawing.svg",
        "tensor_networks.drawing.text",
        "tensor_networks.drawing.tikz",
        "tensor_networks.lowering",
        "tensor_networks.nodes",
        "tensor_networks.refinement",
        "tensor_networks.wiring",
    ),
    (
        "tensor_networks.canonical",
        "tensor_networks.common",
        "tensor_networks.drawing.html",
        "tensor_networks.drawing.matplotlib",
        "tensor_networks.drawing.mesh",
        "tensor_networks.drawing.plans",
        "tensor_networks.patterns",
        "tensor_networks.peephole",
        "tensor_networks.products",
    ),
    (
        "tensor_networks.composites",
        "tensor_networks.drawing.glyphs",
        "tensor_networks.drawing.labels",
        "tensor_networks.drawing.spine",
        "tensor_networks.drawing.tracks",
    ),
    (
        "tensor_networks.drawing.grid",
        "tensor_networks.drawing.record",
        "tensor_networks.drawing.rows",
        "tensor_networks.networks",
    ),
    (
        "tensor_networks.drawing.dot",
        "tensor_networks.drawing.reading",
        "tensor_networks.drawing.route",
        "tensor_networks.einsum",
        "tensor_networks.gather",
        "tensor_networks.graph",
        "tensor_networks.rewrite",
        "tensor_networks.summation",
    ),
    ("tensor_networks", "tensor_networks.drawing.diagrams", "tensor_networks.drawing.panel", "tensor_networks.prepare"),
    ("tensor_networks.builder", "tensor_networks.drawing.scene"),
    ("tensor_networks.drawing", "tensor_networks.program"),
    ("tensor_networks.backends.spelling", "tensor_networks.costs", "tensor_networks.einsum_program"),
    ("tensor_networks.backends.running", "tensor_networks.backends.source"),
    # ricci: calculus on top of it
    ("ricci.passes",),
    ("ricci.notation.formula", "ricci.notation.syntax"),
    (
        "ricci.binding",
        "ricci.functions.function",
        "ricci.notation.arithmetic",
        "ricci.notation.declarations",
        "ricci.notation.heights",
        "ricci.notation.hints",
        "ricci.notation.numpy_stand_ins",
    ),
    (
        "ricci.foreign",
        "ricci.functions.elementwise",
        "ricci.functions.matrices",
        "ricci.functions.vectors",
        "ricci.notation.entrywise",
        "ricci.notation.index_pieces",
    ),
    ("ricci.notation.chains",),
    (
        "ricci.constants",
        "ricci.cores",
        "ricci.free",
        "ricci.functions.applying",
        "ricci.notation.pieces",
        "ricci.notation.products",
        "ricci.notation.tangle",
        "ricci.passes.ends",
    ),
    (
        "ricci.functions.definitions",
        "ricci.notation.kronecker",
        "ricci.notation.numpy_shapes",
        "ricci.passes.halves",
        "ricci.solving",
    ),
    ("ricci.functions", "ricci.notation.matrix_sums", "ricci.notation.numpy_products", "ricci.notation.terminals"),
    (
        "ricci.documents",
        "ricci.elementary",
        "ricci.modular",
        "ricci.notation.einsum",
        "ricci.notation.index_syntax",
        "ricci.notation.index_wires",
        "ricci.notation.matrix_writer",
        "ricci.notation.numpy_indexing",
        "ricci.notation.numpy_ufuncs",
        "ricci.notation.ungrouping",
        "ricci.passes.common",
    ),
    (
        "ricci.notation.index_functions",
        "ricci.notation.index_writer",
        "ricci.notation.numpy_arrays",
        "ricci.notation.numpy_convolutions",
        "ricci.notation.numpy_masks",
        "ricci.notation.numpy_reductions",
        "ricci.passes.applied",
        "ricci.passes.diagonals",
        "ricci.passes.groups",
        "ricci.passes.matching",
        "ricci.passes.sums",
    ),
    (
        "ricci.notation.index_reader",
        "ricci.notation.latex",
        "ricci.notation.matrix_functions",
        "ricci.notation.numpy_creation",
        "ricci.notation.numpy_pieces",
        "ricci.notation.numpy_spectra",
        "ricci.notation.writing",
        "ricci.passes.powers",
        "ricci.passes.products",
    ),
    (
        "ricci.assumptions",
        "ricci.compiled",
        "ricci.notation.inference",
        "ricci.notation.matrix_reader",
        "ricci.notation.numpy_calculations",
        "ricci.notation.numpy_linalg",
        "ricci.simplify",
    ),
    (
        "ricci.notation",
        "ricci.notation.numpy_reader",
        "ricci.notation.scipy_functions",
        "ricci.selection",
        "ricci.slicing",
        "ricci.structure",
    ),
    ("ricci.notation.indexed", "ricci.notation.numpy_protocols", "ricci.rules"),
    ("ricci.calculus", "ricci.expr"),
    ("ricci.calling", "ricci.drawing", "ricci.stand_ins", "ricci.views"),
    ("ricci.layout", "ricci.layout_patterns", "ricci.reading", "ricci.tracing"),
    ("ricci.arguments", "ricci.layout_table", "ricci.substitution"),
    ("ricci.curvature", "ricci.differentials", "ricci.legends", "ricci.manifolds", "ricci.methods", "ricci.programs"),
    ("ricci.derive",),
    ("ricci.verification",),
    ("ricci.diagnosis", "ricci.equality"),
    ("ricci.derivation", "ricci.guesses", "ricci.terms"),
    ("ricci.checking", "ricci.stepwise"),
    ("ricci",),
    ("ricci.__main__",),
)
RANK = {module: rank for rank, row in enumerate(LAYERS) for module in row}

HEAVY = ("networkx", "opt_einsum", "jax", "torch", "matplotlib", "scipy")  # loaded inside functions only
LIGHT = ("numpy",)  # third-party packages that a module may load when it is imported


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def is_module(name: str) -> bool:
    return name in FILES or name in RANK


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


def test_every_module_has_one_place() -> None:
    places = [module for row in LAYERS for module in row]
    assert len(places) == len(set(places)), "a module stands twice in LAYERS"
    assert [module for module in FILES if module not in RANK] == [], "give these modules a place in LAYERS"


def test_every_place_has_a_module() -> None:
    assert [module for module in RANK if module not in FILES] == [], "take these out of LAYERS"


def test_tensor_networks_stands_below_ricci() -> None:
    floor = [rank for module, rank in RANK.items() if module.split(".")[0] == "tensor_networks"]
    above = [rank for module, rank in RANK.items() if module.split(".")[0] == "ricci"]
    assert max(floor) < min(above)


@pytest.mark.parametrize("module", FILES)
def test_imports_go_down(module: str) -> None:
    if module not in RANK:
        pytest.skip("without a place: see test_every_module_has_one_place")
    rises = [
        f"line {line}: {module} imports {name}"
        for line, name in all_imports(module)
        if ours(name) and RANK.get(name, len(LAYERS)) >= RANK[module]
    ]
    assert rises == []


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
        "from tensor_networks import plan, tensor\n"
        "def f():\n    from ricci.expr import Expr\n    import_module('ricci.verification')\n"
    )
    seen = {name for node in ast.walk(tree) for name in imported("ricci", node)}
    assert seen >= {"tensor_networks.nodes", "tensor_networks.plan", "tensor_networks", "ricci.verification"}
    assert {"ricci.expr"} <= seen


def test_no_function_hides_a_module() -> None:
    """``import ricci.derive as m`` is the module: no package has a function that is called as one of its modules."""
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
