"""What a run of `benchmarks.performance` found, as lines, as a page of the documentation, as a plot."""

from __future__ import annotations

import importlib
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = ("ours", "ours in JAX", "JAX", "torch", "tensorgrad")
SHOWN = {"torch": "torch.func"}
COLOURS = ("#0b6e4f", "#6fc3a1", "#3b6fb6", "#d9822b", "#9a4f9c")
HEADER = (
    f"{'workload':22} {'NumPy us':>9} {' '.join(f'{name:>11}' for name in COLUMNS)} {'derive':>7} {'plan':>6} {'jit':>6} ms"
)


class Result(NamedTuple):
    """One row: the expert's microseconds, multiples of it by contender, waiting times in milliseconds."""

    name: str
    expert: float
    ratios: dict[str, float]
    derive: float
    plan: float
    jit: float | None


def line(row: Result) -> str:
    """A row of the table as text."""
    ratios = " ".join(f"{number(row.ratios.get(name)):>11}" for name in COLUMNS)
    return f"{row.name:22} {row.expert:9.3g} {ratios} {row.derive:7.1f} {row.plan:6.1f} {number(row.jit):>6}"


def number(value: float | None) -> str:
    return "" if value is None else format(value, ".3g" if value < 100 else ".0f")


def summary(results: Sequence[Result]) -> list[str]:
    """Geometric means and worst rows."""
    lines = []
    columns = {name: {row.name: row.ratios[name] for row in results if name in row.ratios} for name in COLUMNS}
    own = ("ours", "ours in JAX")
    columns["better of ours"] = {row.name: min(row.ratios[name] for name in own if name in row.ratios) for row in results}
    peers = {row.name: [ratio for name, ratio in row.ratios.items() if name not in own] for row in results}
    columns["best of the others"] = {name: min(ratios) for name, ratios in peers.items() if ratios}
    for name, ratios in columns.items():
        if ratios:
            worst = ", ".join(f"{ratios[row]:.2f} {row}" for row in sorted(ratios, key=ratios.__getitem__)[:-5:-1])
            mean = math.exp(statistics.fmean(map(math.log, ratios.values())))
            lines.append(f"{SHOWN.get(name, name)}: geometric mean {mean:.3f} of the expert over {len(ratios)}; worst {worst}")
    against = {name: columns["better of ours"][name] / ratio for name, ratio in columns["best of the others"].items()}
    if against:
        worst = ", ".join(f"{against[row]:.2f} {row}" for row in sorted(against, key=against.__getitem__)[:-4:-1])
        lines.append(f"better of ours to the best of the others: worst {worst}")
    waits = [row.derive + row.plan for row in results]
    lines.append(f"derivation and planning: median {statistics.median(waits):.1f} ms, at most {max(waits):.1f} ms")
    gains = [row.jit / (row.derive + row.plan) for row in results if row.jit is not None]
    if gains:
        lines.append(f"JAX traces and compiles {statistics.median(gains):.0f} times as long, at least {min(gains):.0f} times")
    return lines


def page(results: Sequence[Result], picture: str | None) -> str:
    """The page of the documentation."""
    names = [name for name in COLUMNS if any(name in row.ratios for row in results)]
    rows = [
        f"| {row.name} | {row.expert:.3g} | {' | '.join(number(row.ratios.get(name)) for name in names)} "
        f"| {row.derive:.1f} | {row.plan:.1f} | {number(row.jit)} |"
        for row in results
    ]
    text = [
        "# Performance",
        "",
        "Made by `python -m benchmarks.performance --peers all --write docs/performance.md`: medians of the processor time",
        "of interleaved runs on one thread. `ours` is a compiled function in NumPy, `ours in JAX` the same program under",
        "`jax.jit`; `JAX`, `torch.func` and `tensorgrad` are their own derivatives, compiled where they compile. All are",
        "multiples of the time of hand-written NumPy: below 1 is faster. Derivation, planning, and JAX's tracing and",
        "compiling are in milliseconds, ours taken before JAX is loaded, JAX's before the others are; the form that a person",
        "reads is chosen when it is asked for, and not in these times. Rows named `core` return a compressed Hessian, and the",
        "hand-written NumPy its cores.",
        "",
        *(f"- {entry}" for entry in summary(results)),
        "",
        *([f"![time as a multiple of hand-written NumPy, by workload]({picture})", ""] if picture else []),
        f"| workload | NumPy us | {' | '.join(SHOWN.get(name, name) for name in names)} | derive | plan | jit |",
        f"|{'---|' * (len(names) + 5)}",
        *rows,
    ]
    return "\n".join(text) + "\n"


def plot(results: Sequence[Result], path: Path) -> None:
    """All ratios as dots, a row for every workload at every size."""
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    pyplot.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "ricci", "font.size": 8}
    figure, axes = pyplot.subplots(figsize=(8, 0.16 * len(results) + 1), layout="constrained")
    places = range(len(results))
    for name, colour in zip(reversed(COLUMNS), reversed(COLOURS), strict=True):
        found = [(row.ratios[name], place) for place, row in zip(places, results, strict=True) if name in row.ratios]
        if found:
            axes.scatter(*zip(*found, strict=True), s=16, color=colour, label=SHOWN.get(name, name), zorder=3, linewidths=0)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_yticks(list(places), [row.name for row in results], fontsize=6)
    axes.set_ylim(len(results) - 0.3, -0.7)
    axes.grid(axis="y", color="#eeeeee", linewidth=0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_xlabel("time as a multiple of hand-written NumPy")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="outside upper center", ncols=5, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
