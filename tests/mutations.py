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
FUZZ = "tests/promises/test_fuzzer.py::test_the_same_cases_every_time"
SECONDS = 300


class Mutant(NamedTuple):
    """One change, and what notices it."""

    file: str
    old: str
    new: str
    tests: str = FUZZ


FUNCTIONS, CALCULUS, NETWORKS = "ricci/functions/elementwise.py", "ricci/calculus.py", "tensor_networks/networks.py"
MATRICES, COMPOSITES = "ricci/functions/matrices.py", "tensor_networks/composites.py"
SYMMETRY = "tensor_networks/symmetry.py"
FLOOR, DOCUMENTS = "tests/tensor_networks tests/ricci/test_simplify.py", "tests/promises/test_documents.py"
MUTANTS = (
    Mutant(FUNCTIONS, '"tanh", unary, ("1 - y^2",)', '"tanh", unary, ("1 + y^2",)'),
    Mutant(FUNCTIONS, '("-sin(x)",)', '("sin(x)",)'),
    Mutant(FUNCTIONS, '("y (1 - y)",)', '("y (1 - y^2)",)'),
    Mutant(MATRICES, '("-y_ik y_lj -> ijkl",)', '("-y_il y_kj -> ijkl",)'),
    Mutant(MATRICES, '("inv(x)_ji -> ij",)', '("inv(x)_ij -> ij",)'),
    Mutant("ricci/functions/vectors.py", "y_i delta_ij - y_i y_j -> ij", "y_i delta_ij + y_i y_j -> ij"),
    Mutant(CALCULUS, "dict(enumerate(node.sizes))), factor.exponent", "dict(enumerate(node.sizes))), 1"),
    Mutant(CALCULUS, "exponent=exact(factor.exponent - 1)", "exponent=exact(factor.exponent)"),
    Mutant(SYMMETRY, "sign = -sign", "sign = 1", FLOOR),
    Mutant(CALCULUS, "hole], outputs, sizes), factor.exponent))", "hole], outputs, sizes), 1))"),
    Mutant(NETWORKS, "is None else (inside, outside)", "is None else (inside, number)"),
    Mutant(NETWORKS, "gathered.get(term, 0) + exact(number) * factor", "exact(number) * factor"),
    Mutant(NETWORKS, "self.coefficient *= atom", "pass", "tests/tensor_networks/test_networks.py"),
    Mutant(SYMMETRY, "after = sorted(before)", "after = list(before)", FLOOR),
    Mutant(SYMMETRY, "signs.add(sign * other)", "signs.add(abs(sign * other))", FLOOR),
    Mutant(COMPOSITES, "sign = 0 if odd else prod", "sign = prod", FLOOR),
    Mutant("ricci/passes/powers.py", "weight * factor.exponent)", "weight)", "tests/ricci/test_simplify.py"),
    Mutant("tensor_networks/refinement.py", "if shape is None or outline < shape:", "if shape is None:", FLOOR),
    Mutant(
        COMPOSITES,
        "best = min(orders, key",
        "best = orders[0] or min(orders, key",
        "tests/promises/test_findings.py",
    ),
    Mutant("tensor_networks/rewrite.py", "c * number) for done, c in partial", "c) for done, c in partial", FLOOR),
    Mutant("ricci/views.py", "else tuple(reversed(axes))", "else tuple(axes)", "tests/ricci/test_layout.py " + FUZZ),
    Mutant("ricci/notation/index_writer.py", "powered and wires.count(w) > 1", "False", "tests/promises/test_findings.py"),
    Mutant("ricci/passes/diagonals.py", "taken = Factor(_taken(child", "taken = Factor(-1 * _taken(child", FUZZ),
    Mutant("ricci/documents.py", "0 <= place < len(nodes)", "place < len(nodes)", DOCUMENTS),
    Mutant("ricci/documents.py", "if len(found) < len(pairs):", "if False:", DOCUMENTS),
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
    parser.add_argument("--only", default="", help="mutants of files whose name contains this")
    options = parser.parse_args()
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "copy"
        shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "docs", "build"))
        for mutant in MUTANTS:
            if options.only in mutant.file:
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
