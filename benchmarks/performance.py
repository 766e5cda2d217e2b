"""How fast compiled derivatives run: ours beside an expert's hand-written NumPy, and JAX where it is installed.

    python -m benchmarks.performance [--only TEXT] [--quick] [--jax] [--write docs/performance.md]

Contenders take turns, so that a noisy machine is noisy for all. Printed are medians of processor time, which other users
of the machine do not lengthen, and medians of the ratios to the expert of the same turn: below 1 is ahead of the expert.
``ours`` is what `ricci.compile` returns, called with arrays by position: checks of types and shapes included. ``derive``
and ``plan`` are the milliseconds until it can be called, ``jit`` what JAX traces and compiles for. Every result is
compared with the expert's before anything is timed. One thread: OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np

import benchmarks.workloads_tensors  # noqa: F401  (registers more)
import ricci as rc
from benchmarks.workloads import WORKLOADS, Workload

ROUNDS = 11
BUDGET = 0.012  # seconds a contender runs in one round, at least one call


class Result(NamedTuple):
    """One row: times in microseconds, waiting times in milliseconds. NaN: did not take part."""

    name: str
    expert: float
    ours: float
    ours_jax: float
    jax: float
    derive: float
    plan: float
    jit: float


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--quick", action="store_true", help="the smallest size of each")
    parser.add_argument("--jax", action="store_true", help="JAX too: its own derivatives, and our programs in JAX")
    parser.add_argument("--write", type=Path, help="write the table to this Markdown file")
    options = parser.parse_args(given)
    if options.jax and not importlib.util.find_spec("jax"):
        parser.error("JAX is not installed")
    results = []
    print(HEADER)
    for workload in WORKLOADS:
        if options.only in workload.name:
            for size in workload.sizes[: 1 if options.quick else None]:
                results.append(measured(workload, size, options.jax))
                print(line(results[-1]), flush=True)
    print(*summary(results), sep="\n")
    if options.write:
        options.write.write_text(page(results))


def measured(workload: Workload, size: int, with_jax: bool) -> Result:
    """The row of a workload at a size."""
    arrays = workload.arrays(np.random.default_rng(size), size)
    start = time.perf_counter()
    expressions = workload.ours(size)
    derived = time.perf_counter()
    function = rc.compile(expressions)
    given = [arrays[name] for name in function.names]
    extra = {name: array for name, array in arrays.items() if name not in function.names}
    function(*given)
    planned = time.perf_counter()
    runs: dict[str, Callable[[], Any]] = {
        "expert": lambda: workload.expert(**arrays),
        "ours": lambda: function(*given),
    }
    compare(workload, runs["expert"](), runs["ours"](), extra)
    jit = math.nan
    if with_jax:
        jit = add_jax(workload, expressions, arrays, runs)
    times = timed(runs)
    expert = statistics.median(times["expert"]) * 1e6
    micro = [expert * ratio(times, name) for name in ("ours", "ours_jax", "jax")]
    return Result(f"{workload.name} {size}", expert, *micro, (derived - start) * 1e3, (planned - derived) * 1e3, jit)


def compare(workload: Workload, expected: Sequence[Any], got: Sequence[Any], extra: Any) -> None:
    """Stop if a result differs from the expert's."""
    for one, other in zip(expected, got, strict=True):
        scale = np.max(np.abs(one)) + 1e-300
        error = np.max(np.abs(np.asarray(one) - np.asarray(other))) / scale
        if not error < 1e-8 or np.shape(one) != np.shape(other):
            raise SystemExit(f"{workload.name}: results differ by {error:.1e} of {np.shape(one)}, {np.shape(other)}")


def add_jax(workload: Workload, expressions: list[rc.Expr], arrays: Any, runs: dict[str, Callable[[], Any]]) -> float:
    """JAX's own derivative (milliseconds until it can be called are returned), and our program in JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    there = {name: jnp.asarray(array) for name, array in arrays.items()}
    ours = rc.compile(expressions, "jax")
    mine = [there[name] for name in ours.names]
    compare(workload, runs["expert"](), ours(*mine), None)
    runs["ours_jax"] = lambda: jax.block_until_ready(ours(*mine))
    if workload.jax is None:
        return math.nan
    start = time.perf_counter()
    function = jax.jit(workload.jax(jax, jnp))
    jax.block_until_ready(function(**there))
    waited = (time.perf_counter() - start) * 1e3
    runs["jax"] = lambda: jax.block_until_ready(function(**there))
    return waited


def ratio(times: dict[str, list[float]], name: str) -> float:
    """The median ratio of a contender to the expert in the same turn; NaN if it did not take part."""
    pairs = zip(times.get(name, ()), times["expert"], strict=False)
    return statistics.median([one / other for one, other in pairs] or [math.nan])


def timed(runs: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """The seconds of processor time of each, taken in turns."""
    counts = {}
    for name, run in runs.items():
        run()
        start = time.perf_counter()
        run()
        once = time.perf_counter() - start
        counts[name] = max(1, min(2000, int(BUDGET / max(once, 1e-7))))
    samples: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            repeat = range(counts[name])
            start = time.process_time()
            for _ in repeat:
                run()
            samples[name].append((time.process_time() - start) / counts[name])
    return samples


HEADER = f"{'workload':22} {'NumPy us':>9} {'ours':>6} {'in JAX':>6} {'JAX':>7} {'derive':>7} {'plan':>6} {'jit':>6} ms"


def line(row: Result) -> str:
    """A row of the table as text."""
    ratios = [number(row.ours / row.expert, 6), number(row.ours_jax / row.expert, 6), number(row.jax / row.expert, 7)]
    return f"{row.name:22} {row.expert:9.3g} {' '.join(ratios)} {row.derive:7.1f} {row.plan:6.1f} {number(row.jit, 6)}"


def number(value: float, width: int) -> str:
    return f"{'' if math.isnan(value) else format(value, '.3g' if value < 100 else '.0f'):>{width}}"


def summary(results: Sequence[Result]) -> list[str]:
    """Geometric means and worst rows."""
    lines = []
    best = [min(row.ours, row.ours_jax) if row.ours_jax == row.ours_jax else row.ours for row in results]
    columns = {
        "ours": [row.ours for row in results],
        "ours in JAX": [row.ours_jax for row in results],
        "better of ours": best,
        "JAX": [row.jax for row in results],
    }
    for name, times in columns.items():
        ratios = [(t / row.expert, row.name) for t, row in zip(times, results, strict=True) if t == t]
        if ratios:
            mean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in ratios))
            worst = ", ".join(f"{ratio:.2f} {name}" for ratio, name in sorted(ratios, reverse=True)[:4])
            lines.append(f"{name}: geometric mean {mean:.3f} of the expert over {len(ratios)}; worst {worst}")
    waits = [row.derive + row.plan for row in results]
    lines.append(f"derivation and planning: median {statistics.median(waits):.1f} ms, at most {max(waits):.1f} ms")
    return lines


def page(results: Sequence[Result]) -> str:
    """The page of the documentation."""
    rows = [
        f"| {row.name} | {row.expert:.3g} | {number(row.ours / row.expert, 1)} | {number(row.ours_jax / row.expert, 1)} "
        f"| {number(row.jax / row.expert, 1)} | {row.derive:.1f} | {row.plan:.1f} | {number(row.jit, 1)} |"
        for row in results
    ]
    text = [
        "# Performance",
        "",
        "Made by `python -m benchmarks.performance --jax --write docs/performance.md`: medians of the processor time of",
        "interleaved runs on one thread. Columns `ours`, `ours in JAX` (our program under `jax.jit`) and `JAX` (its own",
        "derivative, compiled) are multiples of the time of hand-written NumPy: below 1 is faster. Derivation, planning,",
        "and JAX's tracing and compiling are in milliseconds.",
        "",
        *(f"- {entry}" for entry in summary(results)),
        "",
        "| workload | NumPy us | ours | ours in JAX | JAX | derive | plan | jit |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    main()
