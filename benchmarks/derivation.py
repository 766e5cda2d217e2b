"""How long deriving takes: ours, and next to it SymPy, tensorgrad and JAX where they are installed.

    python benchmarks/derivation.py [--quick] [--only TEXT] [--repeat N] [--limit SECONDS]

What is timed: for us, SymPy and tensorgrad the derivation of the formulas from a ready expression (for us
in the form that is shown; tensorgrad with `full_simplify`, without which its derivatives are unexpanded
placeholders); for JAX tracing and compiling the function of the same derivatives, since that is what a user
waits for. Contenders take turns, so that a noisy machine is noisy for all; printed are medians, and the others
as multiples of our time.

Our expressions are interned and derivatives are remembered as long as the nodes live. Therefore every run
uses names never used before and starts after a garbage collection: nothing is ever derived from memory.

SymPy has no entry where its matrices cannot state the function, nor for log det, which SymPy 1.14 derives
to zero; an entry means that a contender answered, not that the answer is right.
"""

import argparse
import gc
import importlib.util
import re
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ricci as rc

SIZES = {"n": 8, "m": 12, "p": 3}  # for JAX, which compiles for given sizes
DEPTHS = (1, 2, 5, 10, 20, 40)

Thunk = Callable[[], Any]


@dataclass(frozen=True)
class Workload:
    """A scalar function: our text, the same for the others, and by what it is differentiated how often."""

    name: str
    text: str
    declarations: dict[str, str]
    wrt: tuple[str, ...]
    jax: Callable[[Any, Any], Any]  # (jax.numpy, arrays by name) -> scalar
    tensorgrad: Callable[..., Any] | None = None  # (tensorgrad, functions, variable maker) -> scalar
    sympy: Callable[..., Any] | None = None  # (sympy, matrix symbols by name) -> scalar
    order: int = 1  # 1: gradients by all of wrt, 2: the Hessian by the first
    family: str = ""  # once a contender ran out of time, larger members of the family are not tried


class Names:
    """Attribute access to a dictionary: `v.x`."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.__dict__.update(content)


# ---- the functions


VECTOR, MATRIX = {"x": "n"}, {"X": "n n"}
FUNCTIONS = [
    Workload(
        "x'Ax",
        "x'*A*x",
        {"A": "n n", **VECTOR},
        ("x",),
        lambda np, v: v.x @ v.A @ v.x,
        lambda tg, F, var: (x := var("x", i="n")) @ var("A", i="n", j="n") @ x.rename(i="j"),
        lambda sp, v: v.x.T * v.A * v.x,
    ),
    Workload(
        "least squares",
        "sum((X*w - y).^2)",
        {"X": "m n", "w": "n", "y": "m"},
        ("w",),
        lambda np, v: ((v.X @ v.w - v.y) ** 2).sum(),
        lambda tg, F, var: F.sum((var("X", i="m", j="n") @ var("w", j="n") - var("y", i="m")) ** 2),
        lambda sp, v: (v.X * v.w - v.y).T * (v.X * v.w - v.y),
    ),
    Workload(
        "logistic loss",
        "sum(log(1 + exp(-y.*(X*w))))",
        {"X": "m n", "w": "n", "y": "m"},
        ("w",),
        lambda np, v: np.log1p(np.exp(-v.y * (v.X @ v.w))).sum(),
        lambda tg, F, var: F.sum(F.log(1 + F.exp(-var("y", i="m") * (var("X", i="m", j="n") @ var("w", j="n"))))),
    ),
    Workload(
        "softmax cross entropy",
        "-(t'*log(softmax(W*x)))",
        {"t": "p", "W": "p n", **VECTOR},
        ("W",),
        lambda np, v: -v.t @ np.log((e := np.exp(v.W @ v.x)) / e.sum()),
        lambda tg, F, var: F.sum(F.cross_entropy(var("W", k="p", i="n") @ var("x", i="n"), var("t", k="p"), dim="k")),
    ),
    Workload(
        "matrix factorisation",
        "sum((Y - U*V').^2)",
        {"Y": "m n", "U": "m p", "V": "n p"},
        ("U", "V"),
        lambda np, v: ((v.Y - v.U @ v.V.T) ** 2).sum(),
        lambda tg, F, var: F.sum((var("Y", i="m", j="n") - var("U", i="m", k="p") @ var("V", j="n", k="p")) ** 2),
        lambda sp, v: sp.Trace((v.Y - v.U * v.V.T).T * (v.Y - v.U * v.V.T)),
    ),
    Workload(
        "tr(AXBX')",
        "tr(A*X*B*X')",
        {"A": "n n", "B": "n n", **MATRIX},
        ("X",),
        lambda np, v: np.trace(v.A @ v.X @ v.B @ v.X.T),
        lambda tg, F, var: (
            var("A", i="n", j="n")
            @ (x := var("X", i="n", j="n")).rename(i="j", j="k")
            @ var("B", i="n", j="n").rename(i="k", j="l")
            @ x.rename(j="l")
        ),
        lambda sp, v: sp.Trace(v.A * v.X * v.B * v.X.T),
    ),
    Workload(
        "logdet",
        "logdet(X)",
        MATRIX,
        ("X",),
        lambda np, v: np.linalg.slogdet(v.X)[1],
        lambda tg, F, var: F.log(F.det(var("X", i="n", j="n"))),
    ),
    Workload(
        "Gaussian log-likelihood",
        "-(logdet(S) + (x - u)'*inv(S)*(x - u))/2",
        {"S": "n n", "u": "n", **VECTOR},
        ("u", "S"),
        lambda np, v: -(np.linalg.slogdet(v.S)[1] + (v.x - v.u) @ np.linalg.solve(v.S, v.x - v.u)) / 2,
        lambda tg, F, var: (
            -(
                F.log(F.det(s := var("S", i="n", j="n")))
                + (d := var("x", i="n") - var("u", i="n")) @ F.inverse(s) @ d.rename(i="j")
            )
            / 2
        ),
    ),
]


def tanh_network(depth: int) -> Workload:
    """a' tanh(W_L ... tanh(W_1 x)): square layers, so that one formula serves every depth."""
    text = "x"
    for layer in range(1, depth + 1):
        text = f"tanh(W{layer}*{text})"
    weights = tuple(f"W{layer}" for layer in range(1, depth + 1))

    def with_jax(np: Any, v: Any) -> Any:
        h = v.x
        for name in weights:
            h = np.tanh(getattr(v, name) @ h)
        return v.a @ h

    def with_tensorgrad(tg: Any, F: Any, var: Callable[..., Any]) -> Any:
        h = var("x", e0="n")
        for layer, name in enumerate(weights):
            h = F.tanh(var(name, **{f"e{layer}": "n", f"e{layer + 1}": "n"}) @ h)
        return var("a", **{f"e{depth}": "n"}) @ h

    declarations = {"a": "n", "x": "n", **dict.fromkeys(weights, "n n")}
    name = f"tanh network, L = {depth}"
    return Workload(name, f"a'*{text}", declarations, weights, with_jax, with_tensorgrad, family="tanh")


def workloads(quick: bool) -> list[Workload]:
    depths = DEPTHS[:4] if quick else DEPTHS
    networks = [tanh_network(depth) for depth in depths]
    rows = [*FUNCTIONS, *networks]
    return [
        Workload(**{**vars(row), "name": f"{row.name}: {label}", "order": order, "family": row.family and label})
        for order, label in ((1, "gradient"), (2, "Hessian"))
        for row in rows
    ]


# ---- the contenders: workload -> something to time


def with_ricci(work: Workload, run: int) -> Thunk:
    fresh = {name: f"{name}r{run}" for name in work.declarations}
    text = re.sub(r"[A-Za-z]\w*", lambda word: fresh.get(word[0], word[0]), work.text)
    function = rc.parse(text, **{fresh[name]: sizes for name, sizes in work.declarations.items()})
    if work.order == 2:
        return lambda: rc.hessian(function, fresh[work.wrt[0]]).settled
    return lambda: [rc.grad(function, fresh[name]).settled for name in work.wrt]


def with_sympy(work: Workload, run: int) -> Thunk | None:
    import sympy

    if work.sympy is None:
        return None
    sizes = {name: sympy.Symbol(name, integer=True, positive=True) for name in SIZES}
    shapes = {name: [sizes[s] for s in declared.split()] for name, declared in work.declarations.items()}
    symbols = {
        name: sympy.MatrixSymbol(f"{name}r{run}", shape[0], shape[1] if len(shape) == 2 else 1)
        for name, shape in shapes.items()
    }
    expression = work.sympy(sympy, Names(symbols))
    if work.order == 2:
        variable = symbols[work.wrt[0]]
        return lambda: expression.diff(variable).diff(variable).doit()
    return lambda: [expression.diff(symbols[name]).doit() for name in work.wrt]


def with_tensorgrad(work: Workload, run: int) -> Thunk | None:
    import tensorgrad as tg
    import tensorgrad.functions as F

    if work.tensorgrad is None:
        return None
    sizes = dict(zip(SIZES, tg.symbols(" ".join(SIZES)), strict=True))
    made: dict[str, Any] = {}

    def variable(name: str, **edges: str) -> Any:
        made[name] = tg.Variable(f"{name}r{run}", **{edge: sizes[size] for edge, size in edges.items()})
        return made[name]

    loss = work.tensorgrad(tg, F, variable)
    if work.order == 2:
        first = made[work.wrt[0]]
        return lambda: tg.Derivative(tg.Derivative(loss, first), first).full_simplify()
    return lambda: [tg.Derivative(loss, made[name]).full_simplify() for name in work.wrt]


def with_jax(work: Workload, run: int) -> Thunk:
    import jax

    jax.clear_caches()
    shapes = {name: [SIZES[s] for s in declared.split()] for name, declared in work.declarations.items()}
    arrays = {name: jax.ShapeDtypeStruct(shape, "float32") for name, shape in shapes.items()}
    wrt = work.wrt[:1] if work.order == 2 else work.wrt

    def loss(chosen: dict[str, Any], others: dict[str, Any]) -> Any:
        return work.jax(jax.numpy, Names({**others, **chosen}))

    derive = jax.hessian(loss) if work.order == 2 else jax.grad(loss)
    others = {name: shape for name, shape in arrays.items() if name not in wrt}
    chosen = {name: arrays[name] for name in wrt}
    return lambda: jax.jit(derive).lower(chosen, others).compile()


CONTENDERS: dict[str, Callable[[Workload, int], Thunk | None]] = {
    "ricci": with_ricci,
    "sympy": with_sympy,
    "tensorgrad": with_tensorgrad,
    "jax": with_jax,
}


# ---- timing and the table


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Bench:
    def __init__(self, repeat: int, limit: int) -> None:
        self.repeat, self.limit = repeat, limit
        self.contenders = [name for name in CONTENDERS if importlib.util.find_spec(name)]
        self.runs = 0
        self.gave_up: set[tuple[str, str]] = set()  # (contender, family)

    def once(self, contender: str, work: Workload) -> float | str:
        """Seconds of one run, or the word that stands in the table instead."""
        self.runs += 1
        try:
            with time_limit(self.limit):
                thunk = CONTENDERS[contender](work, self.runs)
                if thunk is None:
                    return "-"
                gc.collect()
                start = time.perf_counter()
                result = thunk()
                took = time.perf_counter() - start
                del result
                return took
        except TimeoutError:
            self.gave_up.add((contender, work.family or work.name))
            return f"> {self.limit} s"
        except Exception as error:
            return type(error).__name__

    def measure(self, work: Workload) -> dict[str, float | str]:
        """Per contender the median of its runs, taken in turns; a slow one runs once."""
        results: dict[str, list[float]] = {name: [] for name in self.contenders}
        failed: dict[str, str] = {
            name: f"> {self.limit} s" for name in self.contenders if (name, work.family or work.name) in self.gave_up
        }
        for _ in range(self.repeat):
            for name in self.contenders:
                slow = bool(results[name]) and results[name][0] > 1
                if name in failed or slow:
                    continue
                took = self.once(name, work)
                if isinstance(took, str):
                    failed[name] = took
                else:
                    results[name].append(took)
        medians = {name: statistics.median(taken) for name, taken in results.items() if taken}
        return {**medians, **failed}


def cell(result: float | str, ours: float | str) -> str:
    if isinstance(result, str):
        return result
    if isinstance(ours, str):
        return f"{1e3 * result:.3g} ms"
    return f"{result / ours:.3g} x"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, L up to 10, a short time limit")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    parser.add_argument("--repeat", type=int, help="runs of every contender (5, quick: 3)")
    parser.add_argument("--limit", type=int, help="seconds for one run (60, quick: 10)")
    options = parser.parse_args()
    bench = Bench(options.repeat or (3 if options.quick else 5), options.limit or (10 if options.quick else 60))
    others = [name for name in bench.contenders if name != "ricci"]
    print(f"ricci: milliseconds (median of {bench.repeat}); the others: multiples of that", end="; ")
    print("not installed:", ", ".join(set(CONTENDERS) - set(bench.contenders)) or "none")
    print(f"{'':38s}{'ricci':>12s}" + "".join(f"{name:>20s}" for name in others))
    growth: dict[str, list[tuple[int, float]]] = {}
    for work in workloads(options.quick):
        if options.only not in work.name:
            continue
        result = bench.measure(work)
        ours = result["ricci"]
        shown = ours if isinstance(ours, str) else f"{1e3 * ours:.3f}"
        print(f"{work.name:38s}{shown:>12s}", *(f"{cell(result[name], ours):>20s}" for name in others), sep="")
        if work.family and isinstance(ours, float):
            growth.setdefault(work.family, []).append((len(work.wrt), ours))
    for family, points in growth.items():
        per_layer = ", ".join(f"{1e3 * took / depth:.3f} (L = {depth})" for depth, took in points)
        print(f"tanh network, {family}: ms per layer {per_layer}")


if __name__ == "__main__":
    main()
