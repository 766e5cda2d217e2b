"""Does the suite notice? `python -m tests.mutations` breaks a copy of the code in one place at a time, and runs tests on it.

A mutant is a file, a text in it, what stands there instead, and the tests that must fail. A text that is not found is an error,
so that the list stays with the code.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TRAITS = "tests/ricci/test_traits.py"
FUZZ = "tests/promises/test_fuzzer.py::test_the_same_cases_every_time"
SECONDS = 300


class Mutant(NamedTuple):
    """One change, and what notices it."""

    file: str
    old: str
    new: str
    tests: str = FUZZ


FUNCTIONS, CALCULUS, NETWORKS = "ricci/functions/elementwise.py", "ricci/calculus/sweeps.py", "tensor_networks/networks.py"
MATRICES, COMPOSITES = "ricci/functions/matrices.py", "tensor_networks/composites.py"
LOWERING, NUMPY, EINSUM = (
    "tensor_networks/evaluation/lowering.py",
    "tensor_networks/backends/numpy.py",
    "tensor_networks/einsum.py",
)
STRUCTURE, PRODUCTS, LAYOUT = "ricci/evaluation/structure.py", "ricci/notation/matrix/products.py", "ricci/layouts/layout.py"
FLOOR, DOCUMENTS = "tests/tensor_networks tests/ricci/test_simplify.py", "tests/promises/test_documents.py"
RULES, STABLE = "tests/ricci/test_functions.py", "tests/promises/test_conventions.py"
LAYOUTS, OPERATORS = "tests/ricci/test_layout.py", "tests/ricci/test_structure.py"
ACCURATE, DIGITS = "ricci/evaluation/differences.py", "tests/ricci/test_accurate.py"
SEEN, PASSES = "ricci/passes/common.py", "tests/promises/test_fuzzer.py::test_what_passes_look_for"
FOUND = "tests/promises/test_findings.py"
MUTANTS = (
    # rules of derivatives
    Mutant(FUNCTIONS, '"tanh", unary, ("1 - y^2",)', '"tanh", unary, ("1 + y^2",)'),
    Mutant(FUNCTIONS, '("-sin(x)",)', '("sin(x)",)'),
    Mutant(FUNCTIONS, '("y (1 - y)",)', '("y (1 - y^2)",)'),
    Mutant(FUNCTIONS, '("x / y", "w / y")', '("x / y", "x / y")', RULES),
    Mutant(MATRICES, '("-y_ik y_lj -> ijkl",)', '("-y_il y_kj -> ijkl",)'),
    Mutant(MATRICES, '("inv(x)_ji -> ij",)', '("inv(x)_ij -> ij",)'),
    Mutant("ricci/functions/vectors.py", "y_i delta_ij - y_i y_j -> ij", "y_i delta_ij + y_i y_j -> ij"),
    # sweeps
    Mutant(CALCULUS, "dict(enumerate(node.sizes)), factor.exponent)", "dict(enumerate(node.sizes)), 1)"),
    Mutant(CALCULUS, "exponent=exact(factor.exponent - 1)", "exponent=exact(factor.exponent)"),
    Mutant(
        "ricci/constants.py",
        "-1 if inversions % 2 else 1",
        "1",
        "tests/ricci/test_constants.py tests/ricci/test_index_reader.py",
    ),
    Mutant(CALCULUS, "hole], outputs, sizes, factor.exponent)", "hole], outputs, sizes, 1)"),
    # canonical forms, and their signs
    Mutant(NETWORKS, "is None else (inside, outside)", "is None else (inside, number)"),
    Mutant(NETWORKS, "gathered.get(term, 0) + exact(number) * factor", "exact(number) * factor"),
    Mutant(NETWORKS, "self.coefficient *= atom", "pass", "tests/tensor_networks/test_networks.py"),
    Mutant(COMPOSITES, "sign = 0 if odd else prod", "sign = prod", FOUND),
    Mutant(COMPOSITES, "return Factor(node, slots, exponent), sign", "return Factor(node, slots, exponent), 1", FUZZ),
    Mutant(
        COMPOSITES, "_viewed(node) or _turned_to_order(node)", "_viewed(node) or (node, tuple(range(node.order)), 1)", FOUND
    ),
    Mutant("tensor_networks/refinement.py", "if shape is None or outline < shape:", "if shape is None:", FLOOR),
    Mutant("tensor_networks/rewrite.py", "c * number) for done, c in partial", "c) for done, c in partial", FLOOR),
    # passes
    Mutant("ricci/passes/diagonals.py", "taken = Factor(_taken(child", "taken = Factor(-1 * _taken(child", FUZZ),
    Mutant("ricci/passes/powers.py", "{norm: 1, squares: 2, unit: -1}", "{norm: 1, squares: 2, unit: 1}", FUZZ),
    Mutant(
        "ricci/passes/sums.py", "if first == -2 * second and is_ones(one)", "if first == 2 * second and is_ones(one)", FLOOR
    ),
    Mutant(
        SEEN, "if not len(places) == len(slots) == node.order or {*places} != {*node.outputs}:", "if not node.outputs:", FLOOR
    ),
    Mutant("ricci/passes/products.py", "            and inner not in (left, right)\n", "", FLOOR),
    Mutant("ricci/passes/products.py", "wire not in node.free and uses.count(wire) == 1:", "wire not in node.free:", PASSES),
    Mutant("ricci/passes/spectra.py", "if wire in node.free or (wire,) in ends:", "if wire in node.free:", FLOOR),
    Mutant("ricci/passes/commuting.py", "inside.outputs[::-1] and only.exponent == 1 and", "inside.outputs[::-1] and", FLOOR),
    Mutant("ricci/passes/groups.py", "if {*rows} - seen != {*columns} - seen:", "if False:", FOUND),
    Mutant("ricci/passes/powers.py", "factor.slots == slots and whole and is_call", "factor.slots == slots and is_call", FOUND),
    Mutant("tensor_networks/evaluation/peephole.py", '(VIEWS - {"broadcast", "diagonal"})', '(VIEWS - {"broadcast"})', FOUND),
    Mutant("tensor_networks/wiring.py", "for wire in group}) == sum(map(len, groups))", "for wire in group}) > 0", FOUND),
    Mutant(
        "ricci/passes/products.py",
        "exponent=exact(exponent + 1))) if exponent < 0",
        "exponent=exact(exponent + 1))) if exponent > 0",
        FLOOR,
    ),
    # layouts
    Mutant("ricci/layouts/views.py", "else tuple(reversed(axes))", "else tuple(axes)", LAYOUTS),
    Mutant(LAYOUT, "((beside, above) if flipped else (above, beside))", "(above, beside)", LAYOUTS),
    Mutant(LAYOUT, "outer[:1] + inner[:1], outer[1:] + inner[1:]", "inner[:1] + outer[:1], outer[1:] + inner[1:]", LAYOUTS),
    # notations
    Mutant(
        "ricci/notation/index/wires.py",
        "axis in needed or (powered and wires_of(factor).count(w) > 1)",
        "axis in needed",
        FOUND,
    ),
    Mutant("ricci/notation/matrix/chains.py", "    if last:\n", "    if first or last:\n", FOUND),
    Mutant(
        PRODUCTS, "[first + second for first, second", "[second + first for first, second", "tests/ricci/test_matrix_reader.py"
    ),
    Mutant(PRODUCTS, "columns + rows if column_major", "rows + columns if column_major", "tests/ricci/test_matrix_reader.py"),
    Mutant(EINSUM, "range(extra - 1, -1, -1)", "range(extra)", "tests/ricci/test_einsum_reader.py"),
    Mutant(
        EINSUM, "if count == 1 and label not in dots", "if count and label not in dots", "tests/ricci/test_einsum_reader.py"
    ),
    # from expression to numbers
    Mutant(LOWERING, "return half if exponent % 2 == 0", "return half if exponent % 2", "tests/tensor_networks"),
    Mutant(LOWERING, "return root if whole == 0", "return root if whole", "tests/tensor_networks"),
    Mutant(LOWERING, "turned=True)", "turned=False)", "tests/tensor_networks"),
    Mutant(
        LOWERING, "left = reduce(line, left, kept, right.wires)", "left = reduce(line, left, kept)", "tests/tensor_networks"
    ),
    Mutant(NUMPY, "np.where(x >= 0, np.ones_like(small)", "np.where(x <= 0, np.ones_like(small)", FUZZ),
    Mutant(NUMPY, "range(max(pattern) + 1))[...] += core", "range(max(pattern) + 1))[...] = core", FUZZ),
    Mutant(NUMPY, "np.maximum(below, below.swapaxes(1, 2))", "below", "tests/ricci/test_layout_halves.py"),
    # what is safe in floating point
    Mutant("tensor_networks/backends/fast.py", "np.add(t, np.maximum(x, 0), t)", "np.log1p(np.exp(x))", STABLE),
    Mutant(NUMPY, "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))", "np.log1p(np.exp(x))", STABLE),
    Mutant(NUMPY, "np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))", "np.exp(x)", STABLE),
    Mutant(NUMPY, "if limits.tiny / limits.eps < square < limits.max:", "if True:", STABLE),
    # operators that are never written out
    Mutant(STRUCTURE, "outputs=(*term.outputs[rows:], *term.outputs[:rows])", "outputs=term.outputs", OPERATORS),
    Mutant(STRUCTURE, "[(place, self.rows + place) for place", "[(place, self.rows) for place", OPERATORS),
    Mutant(
        STRUCTURE,
        "return Term(tuple(factors), outputs, sizes, number)",
        "return Term(tuple(factors), outputs, sizes, 1)",
        OPERATORS,
    ),
    # certificates
    Mutant(
        "ricci/proofs/verification.py",
        "Verification(error <= tolerance",
        "Verification(error <= 1",
        "tests/ricci/test_verify.py",
    ),
    Mutant(
        "ricci/traits/linear.py",
        "[sign * array.transpose(order)",
        "[array.transpose(order)",
        "tests/ricci/test_modular.py",
    ),
    Mutant("ricci/traits/curved.py", '(variable, "kj")], -HALF)])', '(variable, "kj")], HALF)])', TRAITS),
    Mutant("ricci/traits/choices.py", "total([(node, 1), (mean, -1)])", "total([(node, 1)])", TRAITS),
    Mutant("ricci/traits/points.py", "if not holds(array, _tolerance(array)):", "if False:", TRAITS),
    Mutant("ricci/passes/traits.py", "_delta(node, slots[axis], twin.slots[axis])", "ones_on(node, slots[axis])", TRAITS),
    Mutant("ricci/proofs/elementary.py", "2 if quarters > 0 or not spelt else -2", "2", "tests/ricci/test_elementary.py"),
    Mutant(
        "ricci/proofs/equality.py",
        "if not np.array_equal(first, second):",
        "if not np.any(first == second):",
        "tests/ricci/test_modular.py",
    ),
    Mutant(
        "ricci/proofs/diagnosis.py",
        "return factor if factor != 0 and close(got, factor * want) else None",
        "return factor",
        "tests/ricci/test_check.py",
    ),
    # numbers that keep their digits
    Mutant(ACCURATE, "_log_cosh(root.children[0], -2)", "_log_cosh(root.children[0], 2)", DIGITS),
    Mutant(ACCURATE, "(half, -sign * times)", "(half, sign * times)", DIGITS),
    Mutant("ricci/evaluation/exponentials.py", "kept = [wire for wire in wires if wire != summed]", "kept = []", DIGITS),
    Mutant("ricci/evaluation/safe.py", "Sum: (centred, differences)", "Sum: (differences,)", DIGITS),
    Mutant("ricci/evaluation/centred.py", "if numbers.get(second) == -numbers[term] * scale:", "if second in numbers:", DIGITS),
    Mutant("ricci/passes/logarithms.py", "total([(v, 1), (u, -1)])", "total([(v, 1), (u, 1)])", FLOOR),
    # documents and limits
    Mutant("ricci/documents.py", "0 <= place < len(nodes)", "place < len(nodes)", DOCUMENTS),
    Mutant("ricci/documents.py", "if len(found) < len(pairs):", "if False:", DOCUMENTS),
    Mutant("ricci/documents.py", "if name in patterns.NAMES:", "if True:", DOCUMENTS),
    Mutant("tensor_networks/nodes.py", "        spend_node()\n", "", "tests/promises/test_limits.py"),
)


def noticed(mutant: Mutant, place: Path) -> bool:
    """Do the tests fail on a copy with the change?

    Raises:
        LookupError: the text is not there, or not once.
    """
    path = place / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise LookupError(f"{mutant.file}: {text.count(mutant.old)} times {mutant.old!r}")
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", *mutant.tests.split()]
    try:
        environment = {**os.environ, "PYTHONPATH": str(place)}
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, timeout=SECONDS)
        return done.returncode == 1
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose file, or new text, contains this")
    options = parser.parse_args()
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "copy"
        shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "docs", "build"))
        for mutant in MUTANTS:
            if options.only in f"{mutant.file}: {mutant.new}":
                try:
                    found = "noticed" if noticed(mutant, place) else "SURVIVED"
                except LookupError as error:
                    found = f"STALE {error}"
                survived += found != "noticed"
                print(f"{found:9} {mutant.file}: {mutant.new.strip()[:80]}", flush=True)
    print(f"{survived} not noticed")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
