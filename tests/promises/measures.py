"""What is measured for each promise. A measure tries things, and yields what failed; `size` says how many it tries.

`test_promises.py` asserts that nothing failed; `python -m tests.promises` writes the figures to docs/reliability.md.
"""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

import ricci as rc
from tests.corpus import scoring
from tests.promises import conventions, fuzzer, hostile, newest, scenarios
from tests.promises.meanings import Unsuitable

Outcome = tuple[int, list[str]]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Measure:
    """A promise, what is tried, how it is tried, the size in the test suite and the size for the document."""

    promise: int
    what: str
    run: Callable[[int], Outcome]
    small: int
    full: int
    peers: str = ""


MEASURES: list[Measure] = []
NOTES: list[str] = []  # what is not a failure, but is said on the page


def measure(promise: int, what: str, small: int, full: int, peers: str = "") -> Callable[[Callable[[int], Outcome]], None]:
    """Register a measure."""

    def register(run: Callable[[int], Outcome]) -> None:
        MEASURES.append(Measure(promise, what, run, small, full, peers))

    return register


def attempt(work: Callable[[], object], what: str) -> list[str]:
    """What failed: nothing, or the error."""
    try:
        work()
    except Exception as error:
        return [f"{what}: {type(error).__name__}: {str(error)[:200]}"]
    return []


def spread(items: list[Item], size: int) -> Iterator[Item]:
    """At most that many items, evenly chosen."""
    step = max(1, len(items) // size)
    yield from items[::step][:size]


# 1, 2: right or an error


@measure(
    1,
    "derivatives with known answers, in matrix and index notation, at two points of different sizes",
    60,
    10_000,
    "SymPy 1.14: 83 of 202 gradients wrong, silently",
)
def books(size: int) -> Outcome:
    listed = scoring.unsupported()
    cases = [(n, c) for n, c in scoring.book_cases() if (c["id"], n) not in listed]
    failed, count = [], 0
    for notation, case in spread(cases, size):
        count += 1

        def check(notation: str = notation, case: scoring.Case = case) -> None:
            result = scoring.book_result(notation, case)
            for number in range(len(case["points"])):
                arrays, want = scoring.book_point(case, number)
                scoring.assert_close(result(**{k: v for k, v in arrays.items() if k in result.variables}), want)

        failed += attempt(check, f"{case['id']} {notation}")
    return count, failed


@measure(
    1,
    "formulas with traps (HVP, JVP, VJP, third derivatives), by every route",
    100,
    10_000,
    "tensorgrad 0.3.0: HVP of T_abc T_cab loses a term; torch: third derivatives of det wrong under nested forward mode",
)
def traps(size: int) -> Outcome:
    listed = scoring.unsupported()
    files = ("traps.jsonl.gz", "fuzz.jsonl.gz")
    cases = [(r, c) for file in files for r, c in scoring.fuzz_cases(file) if (c["id"], r) not in listed]
    failed, count = [], 0
    for route, case in spread(cases, size):
        count += 1

        def check(route: str = route, case: scoring.Case = case) -> None:
            scoring.assert_answer(scoring.fuzz_answer(route, case), case)

        failed += attempt(check, f"{case['id']} {route}")
    return count, failed


@measure(
    2,
    "checks of random expressions: values to third derivatives, products, layouts, code; two sizes from 0 to 9, five axes",
    15,
    3000,
)
def random_expressions(size: int) -> Outcome:
    shown: list[str] = []
    tally = fuzzer.run(range(700_000, 700_000 + size), shown.append)
    NOTES.append(
        f"Of {size:,} random expressions {tally['not identical']} had a printed form or a renamed copy that is "
        "equal in numbers, but not the identical object that it should be: mostly "
        "sums whose terms share a product that is connected inside, taken out in one of the two and not in the other."
    )
    return tally["checks"], [text for text in shown if "not identical" not in text]


@measure(
    2,
    "checks of functions that simplification looks for: summed, on diagonals, to powers, beside ones; values, gradients, code",
    20,
    2000,
)
def sought_expressions(size: int) -> Outcome:
    shown: list[str] = []
    tally = fuzzer.run(range(900_000, 900_000 + size), shown.append, "passes")
    return tally["checks"], shown


@measure(2, "gradients of one symbolic derivative each at sizes 1, 2, 5, 6, 13, 33", 4, 40)
def sizes(size: int) -> Outcome:
    failed, count = [], 0
    for seed in range(800_000, 800_000 + size):
        case = fuzzer.case_of(seed)
        for n, m in ((1, 33), (2, 13), (5, 6), (6, 5), (13, 2), (33, 1)):
            case.sizes = ({"n": n, "m": case.fixed.get("m", m)},)
            try:
                message = fuzzer.failure(case, "first")  # of the derivative made at the first size
            except Unsuitable:
                continue
            count += 1
            failed += [f"seed {seed}, n={n}: {message}"] if message else []
    return count, failed


# 3: self-certification


@measure(3, "derivatives certified by rc.verify, and as many spoiled ones refuted", 20, 300)
def certificates(size: int) -> Outcome:
    failed, count = [], 0
    for number in range(size):
        text, wrt = FORMULAS[number % len(FORMULAS)]
        derivative = rc.derivative(rc.parse(text), wrt)
        spoiled = rc.Expr((derivative * 1.001).node, derivative.provenance, declared=derivative.variables)
        failed += [] if rc.verify(derivative, seed=number) else [f"{text} by {wrt} refuted"]
        failed += [f"{text} by {wrt}: a spoiled derivative certified"] if rc.verify(spoiled, seed=number) else []
        count += 2
    return count, failed


FORMULAS = [
    ("x'*A*x", "x"),
    ("norm2(A*x - b)^2", "x"),
    ("sum(log(1+exp(A*x)))", "A"),
    ("logdet(X'*X + eye(n))", "X"),
    ("tr(A*inv(X)*B)", "X"),
    ("softmax(A*x)", "x"),
    ("tanh(W*x + b)", "W"),
    ("exp(A*x)./sum(exp(A*x))", "x"),
    ("(x'*y)/(norm2(x)*norm2(y))", "x"),
    ("A*X*B", "X"),
]


# 4, 5, 7, 9, 11: hostile input

HOSTILE = (
    (4, ("static shape errors", "sizes", "index thrice"), "clashing and odd shapes", ""),
    (
        5,
        ("malformed matrix text", "malformed index text", "unknown names", "einsum strings", "code in the text", "huge text"),
        "malformed, huge and executable texts",
        "SymPy evaluates its text: five injections executed",
    ),
    (6, ("deep graphs", "many indices"), "deep graphs and long products", "tensorgrad: RecursionError; SymPy hangs"),
    (
        7,
        ("memory",),
        "results too large for the memory",
        "opt_einsum: a limit one element too small turns 2.7e5 operations into 1.3e11",
    ),
    (
        9,
        ("names and code generation", "markup injection", "documents"),
        "names, markup and documents that are code",
        "",
    ),
    (10, ("concurrency", "operators", "tracing"), "threads, operators, traced functions", ""),
    (11, ("dtypes and array kinds",), "kinds of arrays and numbers", ""),
)


def _register_hostile() -> None:
    for promise, categories, what, peers in HOSTILE:

        def run(size: int, categories: tuple[str, ...] = categories) -> Outcome:
            failed, count = [], 0
            for case in [c for c in hostile.cases() if c["category"] in categories][:size]:
                try:
                    message = hostile.failure(case)
                except hostile.Unavailable:
                    continue
                count += 1
                failed += [f"{case['id']}: {message}"] if message else []
            return count, failed

        measure(promise, f"hostile cases: {what}", 5, 1000, peers)(run)


_register_hostile()


# 6, 7, 8, 10, 12


@measure(
    6,
    "operations nested: built, printed, hashed, differentiated, written, loaded",
    2000,
    20_000,
    "tensorgrad: RecursionError",
)
def nested(size: int) -> Outcome:
    def check() -> None:
        e: Any = rc.tensor("x", "n")
        for _ in range(size):
            e = np.sin(e)
        scenarios.require(hash(e) == hash(rc.from_json(e.to_json())), "hash")
        scenarios.require(len(str(e)) > 10, "text")
        rc.grad(np.sum(e), "x")
        for _ in range(60):
            e = e * e
        rc.grad(np.sum(e), "x")

    return size, attempt(check, "nested")


@measure(7, "distinct expressions made and dropped: bytes of memory that stay, per expression, at most 20", 4000, 1_000_000)
def leaks(size: int) -> Outcome:
    x = rc.tensor("x", "n")

    def churn(start: int, count: int) -> None:
        for k in range(start, start + count):
            np.sum(np.exp(x * k)).settled  # noqa: B018

    churn(10**7, min(size, 20_000))
    gc.collect()
    before = _resident()
    churn(0, size)
    gc.collect()
    grown = (_resident() - before) / size
    return size, [f"{grown:.0f} bytes stay per expression"] if grown > 20 and grown * size > 8e6 else []


@measure(7, "distinct gradients evaluated and dropped: bytes of memory that stay, per gradient, at most 1000", 300, 20_000)
def evaluated_leaks(size: int) -> Outcome:
    x = rc.tensor("x", "n")

    def churn(start: int, count: int) -> None:
        for k in range(start, start + count):
            rc.grad(np.sum(np.exp(x * k)), "x")(x=np.ones(3))

    churn(10**7, min(size, 1500))
    gc.collect()
    before = _resident()
    churn(1, size)
    gc.collect()
    grown = (_resident() - before) / size
    return size, [f"{grown:.0f} bytes stay per gradient"] if grown > 1000 and grown * size > 8e6 else []


def _resident() -> float:
    """Bytes of memory in use."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * float(resource.getpagesize())
    except OSError:
        return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


DETERMINISTIC = """
import ricci as rc
for text, wrt in {formulas!r}:
    e = rc.derivative(rc.parse(text), wrt)
    print(e, e.latex(), e.ricci(), e.to_json(), rc.source([e], "numpy"), rc.source([e], "jax"), sep="\\n")
"""


@measure(
    8,
    "processes with other hash seeds: text, LaTeX, indices, documents and code byte for byte",
    2,
    6,
    "tensorgrad: text and LaTeX vary; opt_einsum, cotengra: plans vary",
)
def hash_seeds(size: int) -> Outcome:
    code = DETERMINISTIC.format(formulas=FORMULAS)
    printed = {scenarios.python(code, PYTHONHASHSEED=str(seed)) for seed in (0, *range(7, 7 + size))}
    return size + 1, [] if len(printed) == 1 else [f"{len(printed)} different outputs"]


@measure(8, "hostile cases: determinism", 3, 100)
def determinism(size: int) -> Outcome:
    cases = [c for c in hostile.cases() if c["category"] == "determinism"][-size:]
    return len(cases), [f"{c['id']}: {m}" for c in cases if (m := hostile.failure(c))]


@measure(10, "rounds of threads, asynchronous tasks, forks, interrupts", 1, 10)
def concurrency(size: int) -> Outcome:
    failed = []
    text = "x'*S*x + sum(exp(S*x))"
    for _ in range(size):
        failed += attempt(lambda: scenarios.threads(8, 5, text), "threads")
        failed += attempt(lambda: scenarios.threads(8, 5, text, shared=True), "threads on one expression")
        failed += attempt(lambda: scenarios.asynchronous(16, text), "asyncio")
        failed += attempt(lambda: scenarios.fork(3, text), "fork")
        failed += attempt(lambda: scenarios.interrupt(text), "interrupt")
    return 5 * size, failed


@measure(10, "interpreters with -O and with -W error", 2, 2)
def interpreters(size: int) -> Outcome:
    code = "import ricci as rc, numpy as np; e = rc.grad(rc.parse('sum(log(1+exp(A*x)))'), 'A')"
    code += "; print(e(A=np.eye(2), x=np.ones(2)), rc.verify(e))"
    failed = attempt(scenarios.python_O, "-O") + attempt(lambda: scenarios.python(code, "-W", "error"), "-W error")
    return 2, failed


@measure(11, "dtypes of results: single stays single, integers and truth values become double", 4, 4)
def dtypes(size: int) -> Outcome:
    e = rc.grad(rc.parse("sum(exp(A*x)) + 3*x'*A*x/7"), "x")
    wanted = {"float32": "float32", "float64": "float64", "int64": "float64", "bool": "float64"}
    failed = []
    for given, want in wanted.items():
        got = e(A=np.ones((2, 2), given), x=np.ones(2, given)).dtype
        failed += [] if got == want else [f"{given} gives {got}"]
    return len(wanted), failed


@measure(
    12, "values and derivatives at kinks, poles and far out, evaluated and by standalone source, each as promised", 200, 200
)
def numerical_conventions(size: int) -> Outcome:
    tried = [(row, standalone) for row in conventions.ROWS for standalone in (False, True)]
    failures = [(row, conventions.failure(row, standalone)) for row, standalone in tried]
    return len(tried), [f"{row.text} by {row.wrt}: {message}" for row, message in failures if message]


@measure(13, "derivatives compiled for every back end that is installed, called with its arrays", 10, 10_000, newest.PEERS)
def newest_backends(size: int) -> Outcome:
    tried = [(case, backend) for case in spread(newest.cases(), size) for backend in newest.installed()]
    failed = []
    for case, backend in tried:
        failed += attempt(lambda case=case, backend=backend: newest.check(case, backend), f"{case['id']} {backend}")  # type: ignore[misc]
    return len(tried), failed
