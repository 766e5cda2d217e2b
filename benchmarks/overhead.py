"""How much of a call of a compiled function is not NumPy: per step, at small sizes.

    python -m benchmarks.overhead [--size N] [--only TEXT]

A compiled function is a straight line of statements. Each is timed alone, in a function of its own, over and over; what
the whole call takes beyond the sum of these, divided by the number of statements, is the overhead per step: checks of
types and shapes, the choice of the program, the list of results. All is processor time of one thread, the least of
several rounds.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import benchmarks.workloads_tensors  # noqa: F401  (registers more)
import ricci as rc
from benchmarks.workloads import WORKLOADS, Workload

ROUNDS, REPEATS = 9, 2000


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    options = parser.parse_args(given)
    found = []
    print(f"{'workload':20} {'steps':>5} {'call us':>8} {'steps us':>8} {'us per step':>11}")
    for workload in WORKLOADS:
        if options.only in workload.name and not workload.core:
            steps, whole, parts = measured(workload, options.size)
            found.append((whole - parts) / steps)
            print(f"{workload.name:20} {steps:5} {whole:8.2f} {parts:8.2f} {found[-1]:11.3f}", flush=True)
    print(f"per step: median {statistics.median(found):.3f} us, at most {max(found):.3f} us")


def measured(workload: Workload, size: int) -> tuple[int, float, float]:
    """The steps of a workload, the microseconds of a call, and those of its statements one by one."""
    arrays = workload.arrays(np.random.default_rng(size), size)
    function: Any = rc.compile(workload.ours(size))
    given = [arrays[name] for name in function.names]
    function(*given)
    program = next(iter(function._known.values()))
    body = ast.parse(inspect.getsource(program)).body[0].body  # type: ignore[attr-defined]
    values = dict(zip(inspect.signature(program).parameters, given, strict=True))
    parts = 0.0
    statements = [statement for statement in body if not isinstance(statement, ast.Delete)]
    with np.errstate(all="ignore"):
        for statement in statements:
            parts += alone(statement, values, program.__globals__)
        whole = least(lambda: function(*given))
    return len(statements), whole, parts


def alone(statement: ast.stmt, values: dict[str, Any], space: dict[str, Any]) -> float:
    """The microseconds of a statement over the values it reads; what it assigns becomes one of them."""
    target = statement.targets[0].id if isinstance(statement, ast.Assign) else ""  # type: ignore[attr-defined]
    text = ast.unparse(statement.value)  # type: ignore[attr-defined]
    maker = f"def maker({', '.join(values)}):\n    return lambda: {text}"
    local: dict[str, Any] = {}
    exec(maker, space, local)
    run = local["maker"](**values)
    if target:
        values[target] = run()
    return least(run) - least(lambda: None)


def least(run: Callable[[], Any]) -> float:
    """The microseconds of a call, the least of several rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(REPEATS):
            run()
        times.append(time.process_time() - start)
    return min(times) / REPEATS * 1e6


if __name__ == "__main__":
    main()
