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
MUTANTS = (
    Mutant(FUNCTIONS, '"tanh", unary, ("1 - y^2",)', '"tanh", unary, ("1 + y^2",)'),
    Mutant(FUNCTIONS, '("-sin(x)",)', '("sin(x)",)'),
    Mutant(FUNCTIONS, '("y (1 - y)",)', '("y (1 - y^2)",)'),
    Mutant("ricci/functions/matrices.py", '("-y_ik y_lj -> ijkl",)', '("-y_il y_kj -> ijkl",)'),
    Mutant("ricci/functions/vectors.py", "y_i delta_ij - y_i y_j -> ij", "y_i delta_ij + y_i y_j -> ij"),
    Mutant("ricci/functions/matrices.py", '"logdet",\n            "(n,n)->()",\n            ("inv(x)_ji -> ij",)', '"logdet",\n            "(n,n)->()",\n            ("inv(x)_ij -> ij",)'),
    Mutant(CALCULUS, "return network(rest, factor.slots, dict(enumerate(node.sizes))), factor.exponent", "return network(rest, factor.slots, dict(enumerate(node.sizes))), 1"),
    Mutant(CALCULUS, "exponent=exact(factor.exponent - 1)", "exponent=exact(factor.exponent)"),
    Mutant(CALCULUS, "return -1 if inversions % 2 else 1", "return 1"),
    Mutant(CALCULUS, "terms.append((network([*_without(node, place), hole], outputs, sizes), factor.exponent))", "terms.append((network([*_without(node, place), hole], outputs, sizes), 1))"),
    Mutant(CALCULUS, "kept = [axes[0] if label in axes else label for label in labels]", "kept = labels"),
    Mutant(NETWORKS, "return (node, 1) if outside is None else (inside, outside)", "return (node, 1) if outside is None else (inside, number)"),
    Mutant(NETWORKS, "gathered[term] = gathered.get(term, 0) + exact(number) * factor", "gathered[term] = exact(number) * factor"),
    Mutant(NETWORKS, "self.coefficient *= atom", "pass", "tests/tensor_networks/test_networks.py"),
    Mutant("tensor_networks/composites.py", "for axis, group in zip(axes, sorted(slots[axis] for axis in axes), strict=True):", "for axis, group in zip(axes, [slots[axis] for axis in axes], strict=True):", "tests/tensor_networks tests/ricci/test_simplify.py"),
    Mutant("tensor_networks/refinement.py", "if shape is None or outline < shape:", "if shape is None:", "tests/tensor_networks/test_canonical.py"),
    Mutant("tensor_networks/composites.py", "best = node._oriented = min(seen", "best = node._oriented = max(seen, key=lambda view: len(seen)) if False else seen[0] or min(seen", "tests/tensor_networks tests/ricci tests/promises/test_fuzzer.py"),
    Mutant("ricci/layout.py", 'return tuple(axes) if order == "row" else tuple(reversed(axes))', 'return tuple(axes)', FUZZ + " tests/ricci/test_layout.py"),
    Mutant("tensor_networks/rewrite.py", "c * number) for done, c in partial", "c) for done, c in partial", "tests/tensor_networks/test_rewrite.py tests/ricci/test_simplify.py"),
    Mutant("ricci/notation/index_writer.py", "powered and wires.count(w) > 1", "False", FUZZ + " tests/promises/test_findings.py"),
    Mutant("ricci/documents.py", "0 <= place < len(nodes)", "place < len(nodes)", "tests/promises/test_documents.py"),
    Mutant("ricci/documents.py", "if len(found) < len(pairs):", "if False:", "tests/promises/test_documents.py"),
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
        done = subprocess.run(command, cwd=place, env={**os.environ, "PYTHONPATH": str(place)}, capture_output=True, timeout=SECONDS)
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
