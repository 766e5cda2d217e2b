"""How fast compiled derivatives run: ours beside an expert's hand-written NumPy, and beside JAX, torch.func and
tensorgrad where they are installed.

    python -m benchmarks.performance [--only TEXT] [--quick] [--peers jax,torch,tensorgrad] [--write docs/performance.md]

Contenders take turns, so that a noisy machine is noisy for all. Printed are medians of processor time, which other users
of the machine do not lengthen, and medians of the ratios to the expert of the same turn: below 1 is ahead of the expert.
``ours`` is what `ricci.compile` returns, called with arrays by position: checks of types and shapes included. ``derive``
and ``plan`` are the milliseconds until it can be called, ``jit`` what JAX traces and compiles for. Every result is
compared with the expert's before anything is timed. One thread.

Deriving and planning are done several times, each time with nothing remembered of the expressions before, and first of all:
before anybody else is loaded. Then JAX traces and compiles, then the others come.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np

import benchmarks.workloads_tensors  # noqa: F401  (registers more)
import ricci as rc
from benchmarks.peers import installed, tensorgrad_run, torch_run
from benchmarks.report import HEADER, Result, line, page, plot, summary
from benchmarks.workloads import WORKLOADS, Workload
from ricci.calculus.rules import local_derivative

ROUNDS = 11
BUDGET = 0.012  # seconds a contender runs in one round, at least one call
FRESH, TRACED = 15, 5  # times that we derive and plan, and that JAX traces and compiles
SLOW = 0.2  # seconds of a call from which it takes part in three rounds only
PEERS = ("jax", "torch", "tensorgrad")
Run = Callable[[], Any]


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--quick", action="store_true", help="the smallest size of each")
    parser.add_argument("--peers", default="", help=f"who else: some of {','.join(PEERS)}, or all")
    parser.add_argument("--write", type=Path, help="write the table to this Markdown file, and a plot beside it")
    options = parser.parse_args(given)
    peers = PEERS if options.peers == "all" else tuple(filter(None, options.peers.split(",")))
    if missing := [peer for peer in peers if peer not in PEERS or not installed(peer)]:
        parser.error(f"not installed: {', '.join(missing)}")
    rows = [
        (workload, size)
        for workload in WORKLOADS
        if options.only in workload.name
        for size in workload.sizes[: 1 if options.quick else None]
    ]
    waits = [waited(workload, size) for workload, size in rows]
    jits = [jitted(workload, size) if "jax" in peers and workload.jax else None for workload, size in rows]
    results = []
    print(HEADER)
    for (workload, size), wait, jit in zip(rows, waits, jits, strict=True):
        results.append(measured(workload, size, peers, wait, jit))
        print(line(results[-1]), flush=True)
    print(*summary(results), sep="\n")
    if options.write:
        picture = options.write.with_suffix(".svg") if installed("matplotlib") else None
        if picture:
            plot(results, picture)
        options.write.write_text(page(results, picture.name if picture else None))


def waited(workload: Workload, size: int) -> tuple[float, ...]:
    """The milliseconds that we derive and plan for."""
    arrays = workload.arrays(np.random.default_rng(size), size)
    tries = [prepared(workload, size, arrays)[1:] for _ in range(FRESH)]
    return tuple(map(statistics.median, zip(*tries, strict=True)))


def jitted(workload: Workload, size: int) -> float:
    """The milliseconds that JAX traces and compiles for."""
    arrays = workload.arrays(np.random.default_rng(size), size)
    return statistics.median([traced(workload, arrays)[1] for _ in range(TRACED)])


def measured(workload: Workload, size: int, peers: Sequence[str], wait: Sequence[float], jit: float | None) -> Result:
    """The row of a workload at a size."""
    arrays = workload.arrays(np.random.default_rng(size), size)
    expected = workload.expert(**arrays)
    (expressions, function), *_ = prepared(workload, size, arrays)
    given = [arrays[name] for name in function.names]
    got = function(*given)
    compare(workload, workload.core(**arrays) if workload.core else expected, [got.dense()] if workload.core else got)
    runs: dict[str, Run] = {"expert": lambda: workload.expert(**arrays), "ours": lambda: function(*given)}
    add_peers(workload, expressions, arrays, runs, peers)
    times = timed(runs)
    ratios = {name: ratio(times, name) for name in runs if name != "expert"}
    derive, plan = wait
    return Result(f"{workload.name} {size}", statistics.median(times["expert"]) * 1e6, ratios, derive, max(plan, 0), jit)


def prepared(workload: Workload, size: int, arrays: Mapping[str, Any]) -> tuple[Any, float, float]:
    """Our expressions and the function that was called once; the milliseconds that deriving and planning take."""
    local_derivative.cache_clear()
    gc.collect()
    start = time.process_time()
    expressions = workload.ours(size)
    derived = time.process_time()
    function = rc.compile(expressions[0], structure="auto") if workload.core else rc.compile(expressions)
    given = [arrays[name] for name in function.names]
    function(*given)
    ran = time.process_time()
    function(*given)
    call = time.process_time() - ran
    return (expressions, function), (derived - start) * 1e3, (ran - derived - call) * 1e3


def traced(workload: Workload, arrays: Mapping[str, Any]) -> tuple[Run, float]:
    """JAX's own derivative that was called once, and the milliseconds that tracing and compiling take."""
    jax, jnp, there = in_jax(arrays)
    assert workload.jax is not None
    start = time.process_time()
    function = jax.jit(workload.jax(jax, jnp))
    jax.block_until_ready(function(**there))
    wait = (time.process_time() - start) * 1e3
    return lambda: jax.block_until_ready(function(**there)), wait


def in_jax(arrays: Mapping[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """JAX, its NumPy, and the arrays there."""
    jax: Any = importlib.import_module("jax")
    jnp: Any = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    return jax, jnp, {name: jnp.asarray(array) for name, array in arrays.items()}


def add_peers(workload: Workload, expressions: list[rc.Expr], arrays: Any, runs: dict[str, Run], peers: Sequence[str]) -> None:
    """Add the calls of our program in JAX, and of the peers."""
    if "jax" in peers and not workload.core:
        jax, _, there = in_jax(arrays)
        ours: Any = rc.compile(expressions, "jax")
        mine = [there[name] for name in ours.names]
        compare(workload, workload.expert(**arrays), ours(*mine))
        runs["ours in JAX"] = lambda: jax.block_until_ready(ours(*mine))
    if "jax" in peers and workload.jax is not None:
        runs["JAX"], _ = traced(workload, arrays)
    if "torch" in peers and workload.jax is not None:
        runs["torch"] = torch_run(workload, arrays)
        compare(workload, workload.expert(**arrays), runs["torch"]())
    if "tensorgrad" in peers:
        run = tensorgrad_run(workload, arrays)
        if run is not None:
            runs["tensorgrad"] = run
            expected, got = (
                [np.sort(np.asarray(one), None) for one in values] for values in (workload.expert(**arrays), run())
            )
            compare(workload, expected, got)


def compare(workload: Workload, expected: Sequence[Any], got: Sequence[Any]) -> None:
    """Stop if a result differs from the expert's."""
    for one, other in zip(expected, got, strict=True):
        scale = np.max(np.abs(one)) + 1e-300
        error = np.max(np.abs(np.asarray(one) - np.asarray(other))) / scale
        if not error < 1e-8 or np.shape(one) != np.shape(other):
            raise SystemExit(f"{workload.name}: results differ by {error:.1e} of {np.shape(one)}, {np.shape(other)}")


def ratio(times: dict[str, list[float]], name: str) -> float:
    """The median ratio of a contender to the expert in the same turn."""
    return statistics.median(one / other for one, other in zip(times[name], times["expert"], strict=False))


def timed(runs: dict[str, Run]) -> dict[str, list[float]]:
    """The seconds of processor time of each, taken in turns."""
    counts: dict[str, int] = {}
    rounds: dict[str, int] = {}
    for name, run in runs.items():
        run()
        start = time.perf_counter()
        run()
        once = time.perf_counter() - start
        counts[name] = max(1, min(2000, int(BUDGET / max(once, 1e-7))))
        rounds[name] = 3 if once > SLOW else ROUNDS
    samples: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(ROUNDS):
        for name, run in runs.items():
            if turn < rounds[name]:
                start = time.process_time()
                for _ in range(counts[name]):
                    run()
                samples[name].append((time.process_time() - start) / counts[name])
    return samples


if __name__ == "__main__":
    main()
