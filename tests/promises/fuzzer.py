"""A fuzzer: random trees through every notation, differentiated, and compared with what does not come from ricci.

    python -m tests.promises.fuzzer --cases 1000 --start 0
    python -m tests.promises.fuzzer --cases 1000 --vocabulary passes

A case is a seed. What it checks is listed in `checks.CHECKS`, each at two sizes. A case that fails is made smaller before it
is shown.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tests.corpus.scoring import time_limit
from tests.promises.checks import CHECKS, Case, replaced
from tests.promises.meanings import Unsuitable
from tests.promises.oracle import Wrong
from tests.promises.spellings import matrix_text, routes_of
from tests.promises.trees import SHAPE_OF, TRAITS, VARIABLES, Generator, Tree, leaf, value
from tests.promises.vocabulary import LINEAR, TRAITS_OF, PassGenerator

MOST_FAILURES = 30
SECONDS = 60  # of a check


def case_of(seed: int) -> Case:
    """The case of a seed."""
    rng = random.Random(seed)
    generator = Generator(rng)
    shape = rng.choice([(), (), (), *(axes for axes in VARIABLES if len(axes) < 3)])
    tree = generator.tree(shape, rng.choice([1, 2, 2, 3, 3, 4]))
    while not tree.names:
        tree = generator.tree(shape, 2)
    names = sorted(tree.names)
    wrt = tuple(rng.choice(names) for _ in range(3))
    modest = tree.size < 12 and not any(len(SHAPE_OF[name]) > 3 for name in wrt)
    small = {"n": rng.choice([1, 2, 3]), "m": rng.choice([1, 2, 3, 4])}
    large = {"n": rng.choice([2, 3, 4, 5] if modest else [2, 3]), "m": rng.choice([2, 3, 7, 9] if modest else [2, 3])}
    if rng.random() < 0.06:
        small[rng.choice("nm")] = 0
    fixed: dict[str, Any] = {"m": small["m"]} if rng.random() < 0.15 else {}
    fixed |= {name: TRAITS[name] for name in names if name in TRAITS and rng.random() < 0.3}
    checks = ("value", "first", *rng.sample(sorted(set(CHECKS) - {"value", "first"}), 5))
    large |= {size: fixed[size] for size in fixed if size in large}
    return Case(tree, rng.choice(routes_of(tree)), wrt, (small, large), fixed, seed, checks)


def pass_case_of(seed: int) -> Case:
    """The case of a seed, in the vocabulary of the passes: arguments in a positive interval half of the time, more traits."""
    rng = random.Random(seed)
    tree = PassGenerator(rng).tree(rng.choice([(), (), ("n",), ("n",), ("n", "m"), ("n", "n")]))
    names = sorted(tree.names)
    fixed: dict[str, Any] = {}
    for name in names:
        traits = TRAITS_OF.get(len(SHAPE_OF[name]), ()) if len({*SHAPE_OF[name]}) == 1 else ()
        if traits and rng.random() < 0.25:
            fixed[name] = rng.choice(traits)
    sizes = [{size: rng.choice(numbers) for size in "nm"} for numbers in ([1, 1, 2], [2, 3, 4])]
    divides = any(part.op == "over" or (part.op == "raised" and part.data < 0) for part in tree.walk())  # nothing by nothing
    if rng.random() < 0.1 and not divides and not {*fixed.values()} & {"simplex", "one-hot"}:
        sizes[0][rng.choice("nm")] = 0
    interval = rng.choice([(-1.0, 1.0), (0.3, 1.5)])
    movable = [name for name in names if fixed.get(name, "symmetric") in LINEAR]
    checks = ("value", "first", "source") if movable else ("value",)
    wrt = tuple(rng.choice(movable or names or ["x"]) for _ in range(3))
    return Case(tree, rng.choice(routes_of(tree)), wrt, tuple(sizes), fixed, seed, checks, interval)


CASES: dict[str, Callable[[int], Case]] = {"formulas": case_of, "passes": pass_case_of}


# running


def failure(case: Case, check: str) -> str | None:
    """What is wrong, or None. Raises Unsuitable."""
    try:
        with np.errstate(all="ignore"), time_limit(SECONDS):
            for env, _ in case.points():
                value(case.tree, env)  # or there is nothing to compare with
            CHECKS[check](case)
    except Wrong as error:
        return str(error)
    except Unsuitable:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:400]}"
    return None


def kind(message: str) -> str:
    return message.partition(":")[0]


def shrunk(case: Case, check: str, message: str) -> tuple[Case, str]:
    """A smaller case that fails alike: parts in place of the whole, variables in place of parts, while it goes."""
    tried = set()
    while True:
        for tree in sorted(smaller(case.tree), key=lambda tree: tree.size):
            wrt = tuple(name if name in tree.names else min(tree.names, default=name) for name in case.wrt)
            route = case.route if case.route in (able := routes_of(tree)) else able[0]
            if tree in tried:
                continue
            tried.add(tree)
            attempt = replace(case, tree=tree, route=route, wrt=wrt, checks=(check,), memo={})
            try:
                found = failure(attempt, check)
            except Unsuitable:
                continue
            if found is not None and kind(found) == kind(message):
                case, message = attempt, found
                break
        else:
            return case, message


def smaller(tree: Tree) -> Iterator[Tree]:
    for part in list(tree.walk())[1:]:
        if part.names:
            yield part
    for part in tree.walk():
        if part.op not in ("leaf", "number"):
            for other in (leaf(VARIABLES[part.shape][0]), *(inner for inner in part.parts if inner.shape == part.shape)):
                if (simpler := replaced(tree, part, other)).names:
                    yield simpler


def run(seeds: range, show: Callable[[str], None] = print, vocabulary: str = "formulas") -> Counter[str]:
    """Run the cases of some seeds; what failed is shown, as small as it could be made."""
    tally: Counter[str] = Counter()
    for seed in seeds:
        if tally["failed"] >= MOST_FAILURES:
            show(f"given up before seed {seed}")
            break
        case = CASES[vocabulary](seed)
        tally["cases"] += 1
        for check in case.checks:
            try:
                message = failure(case, check)
            except Unsuitable:
                tally["unsuitable"] += 1
                continue
            tally["checks"] += 1
            if message is not None:
                tally["not identical" if message.startswith("not identical") else "failed"] += 1
                small, message = shrunk(case, check, message)
                text = matrix_text(small.tree, small.fixed) if "matrix" in routes_of(small.tree) else small.tree
                where = f"seed {seed}, {check} ({small.route}), by {small.wrt}, {small.sizes} {small.fixed}"
                show(f"{where}\n    {text!s:.300}\n    {message}")
    return tally


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Random expressions against an independent oracle.")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--start", type=int, default=None, help="the first seed; a fresh one by default")
    parser.add_argument("--vocabulary", choices=CASES, default="formulas", help="what the expressions are made of")
    options = parser.parse_args(arguments)
    start = time.time_ns() % 10**9 if options.start is None else options.start
    print(f"seeds {start} to {start + options.cases - 1}", flush=True)
    tally = run(range(start, start + options.cases), lambda text: print(text, flush=True), options.vocabulary)
    print(dict(tally))
    return 1 if tally["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
