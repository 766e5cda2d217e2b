"""`python -m tests.promises`: measure every promise and write docs/reliability.md; with `--small` on the scale of the suite."""

from __future__ import annotations

import argparse
import platform
import re
import sys
import time
import warnings
from pathlib import Path

import numpy as np

import ricci as rc
from tests.promises import newest
from tests.promises.measures import MEASURES, NOTES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
TITLES = {
    1: "Right or an error, never silently wrong",
    2: "Right at every size",
    3: "Self-certification",
    4: "Shapes by declaration",
    5: "An own grammar, no eval",
    6: "No recursion on depth",
    7: "Memory is estimated, and given back",
    8: "Deterministic",
    9: "Names and documents are data",
    10: "Safe with threads, forks, interrupts and flags of the interpreter",
    11: "Number types",
    12: "Numerical conventions",
    13: "The newest back ends",
}
HEAD = """# Reliability

What is promised, what was tried, and what failed. Every row is a measure in `tests/promises/measures.py`; the test suite runs
all of them on a small scale, and `python -m tests.promises` on the scale shown here, and writes this page. The figures for
other libraries were measured in November 2026 and are not measured again by the command.

| promise | what was tried | how many | failed | elsewhere |
|---|---|---:|---:|---|
"""
TAIL = """
## Limits

`ricci.limits(seconds=..., nodes=..., terms=..., search=..., memory=...)` bounds what a block of code may use; reaching a limit
raises `LimitError` and leaves everything usable. Without it, expansions stop at 20,000 terms, the search for the canonical form
of a very symmetric network after some seconds, and evaluations at 80 % of the physical memory, before anything is allocated.

## Numerical conventions

{conventions}

## How to try more

- `python -m tests.promises.fuzzer --cases 10000` runs fresh random expressions: values to third derivatives, products with
  directions, layouts, generated code, and equalities that must hold (renamed variables, permuted factors, named parts, both
  sweeps, printed forms that read back as the identical object). It prints seeds, and makes what fails small.
  With `--vocabulary passes` they are what simplification looks for, or nearly so: `1 - sigmoid(x)` summed, transposed, on a
  diagonal, to a power.
- `python -m tests.mutations` breaks the code in one place at a time, and runs tests that must notice.
- `pytest -m slow` runs the measures at full size.
"""


def conventions_table() -> str:
    from tests.promises.conventions import ROWS, answer

    lines = ["| formula | derivative by | at | value | |", "|---|---|---|---|---|"]
    for row in ROWS:
        at = ", ".join(f"{name} = {_shown(given)}" for name, given in row.at.items())
        lines.append(f"| `{row.text}` | {row.wrt.replace(' ', ', ') or '-'} | {at} | {_shown(answer(row))} | {row.why} |")
    return "\n".join(lines)


def _shown(given: object) -> str:
    array = np.asarray(given, float) + 0.0
    if array.ndim > 1:
        shape = " x ".join(map(str, array.shape))
        return f"{shape}, {'all 0' if not array.any() else 'largest entry ' + format(np.abs(array).max(), '.6g')}"
    return "(" + ", ".join(f"{entry:.6g}" for entry in array) + ")" if array.ndim else f"{array:.6g}"


def kept_lines() -> dict[str, str]:
    """The rows of the page as it is, by what was tried, and its note."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = {line.split(" | ")[1]: line for line in lines if re.match(r"\| \d+\. ", line)}
    return rows | {"": next((line for line in lines if line.startswith("Of ")), "")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="try as much as the test suite does")
    parser.add_argument("--only", default="", help="measure again what has this in its words, and keep the other rows")
    options = parser.parse_args()
    warnings.simplefilter("ignore", PendingDeprecationWarning)
    rows, all_failed = [], []
    before = kept_lines() if options.only else {}
    for measure in sorted(MEASURES, key=lambda m: m.promise):
        if options.only not in measure.what and measure.what in before:
            rows.append(before[measure.what])
            continue
        start = time.perf_counter()
        count, failed = measure.run(measure.small if options.small else measure.full)
        seconds = time.perf_counter() - start
        print(f"{measure.promise:2} {measure.what}: {count}, {len(failed)} failed, {seconds:.0f} s", flush=True)
        all_failed += failed
        title = f"{measure.promise}. {TITLES[measure.promise]}"
        rows.append(f"| {title} | {measure.what} | {count:,} | {len(failed)} | {measure.peers} |")
    NOTES[:] = NOTES or [before[""]]
    made = f"\nMade with ricci {rc.__version__}, {newest.versions()}, Python {platform.python_version()}.\n"
    PAGE.write_text(
        HEAD + "\n".join(rows) + "\n" + "\n".join(["", *NOTES, ""]) + made + TAIL.format(conventions=conventions_table()),
        encoding="utf-8",
    )
    print("\n".join(all_failed))
    return 1 if all_failed else 0


if __name__ == "__main__":
    sys.exit(main())
