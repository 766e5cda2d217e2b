"""What the corpus tests share: reading the case files, the calls of the public API, comparing numbers.

A case is data: texts, declarations, points and the expected numbers. `unsupported.txt` lists what cannot be
done yet, one `id route` a line (`#` starts a comment); such a case must fail: its line goes when it works.
"""

import gzip
import json
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc

DATA = Path(__file__).resolve().parents[1] / "data"
LIMIT_SECONDS = 20

Case = dict[str, Any]
Arrays = dict[str, np.ndarray]

TRAITS = {
    "symmetric": "symmetric",
    "positive definite": "spd",
    "diagonal": "diagonal",
    "skew": "skew",
    "lower": "lower",
    "toeplitz": "toeplitz",
}

LAYOUTS: dict[str, tuple[str, str | None]] = {  # layout of a case -> (layout, vec) of e.matrix(...)
    "numerator": ("numerator", None),
    "denominator": ("denominator", None),
    "numerator-col-vec": ("numerator", "column"),
    "numerator-row-vec": ("numerator", "row"),
    "denominator-col-vec": ("denominator", "column"),
    "denominator-row-vec": ("denominator", "row"),
    "hessian-col-vec": ("numerator", "column"),
    "hessian-row-vec": ("numerator", "row"),
    "vech": ("vech", None),
    "block-wrt": ("block-wrt", None),
    "block-value": ("block-value", None),
}


def unsupported() -> set[tuple[str, str]]:
    lines = (DATA / "unsupported.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.partition("#")[0].split() for line in lines]
    return {(row[0], row[1]) for row in rows if row}


def parameters(cases: Iterable[tuple[str, Case]]) -> list[Any]:
    """pytest parameters `(route, case)`, named `id-route`; those listed as unsupported must fail."""
    listed = unsupported()
    return [
        pytest.param(
            route,
            case,
            id=f"{case['id']}-{route}",
            marks=[pytest.mark.xfail(strict=True, reason="tests/data/unsupported.txt")]
            if (case["id"], route) in listed
            else [],
        )
        for route, case in cases
    ]


def array(data: dict[str, Any]) -> np.ndarray:
    return np.array(data["data"], float).reshape(data["shape"])


@contextmanager
def time_limit(seconds: int = LIMIT_SECONDS) -> Iterator[None]:
    """Raises TimeoutError in the body after `seconds` of processor time, or ten times as long on the clock."""
    if not hasattr(signal, "SIGPROF"):
        yield
        return

    def ring(*_: object) -> None:
        raise TimeoutError(f"over {seconds} s")

    before = {which: signal.signal(which, ring) for which in (signal.SIGALRM, signal.SIGPROF)}
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        for which, handler in before.items():
            signal.signal(which, handler)


# the cases of cases.json.gz: derivatives with known answers at two points of different sizes


def book_cases(post: bool = False) -> list[tuple[str, Case]]:
    """(notation, case) for every text of every case; those that compute on with the derivative are apart (`post`)."""
    cases = json.loads(gzip.decompress((DATA / "cases.json.gz").read_bytes()))["cases"]
    kept = [c for c in cases if c["layout"] in ("tensor", *LAYOUTS) and bool(c.get("post")) is post]
    return [(notation, case) for case in kept for notation in ("matrix", "index") if book_text(notation, case)]


def book_text(notation: str, case: Case) -> str | None:
    if notation == "matrix":
        return case.get("text")
    return f"{case['index']} -> {case.get('index_out', '')}".rstrip() if case.get("index") else None


def book_declarations(case: Case) -> dict[str, str]:
    assumed = case.get("assume", {})
    return {
        name: " ".join([sizes, *(TRAITS[t] for t in assumed.get(name, []) if t in TRAITS)]).strip()
        for name, sizes in case["vars"].items()
    }


def book_result(notation: str, case: Case) -> Any:
    """The derivative the case asks for, in the layout it asks for."""
    function = rc.parse(book_text(notation, case) or "", **book_declarations(case))
    if case["kind"] == "differential":
        return rc.differential(function, *case["wrt"], order=case.get("order", 1))
    derivative = rc.derivative(function, *case["wrt"], structure="free" if case.get("structure") else "projected")
    if case["layout"] == "tensor":
        return derivative
    layout, vec = LAYOUTS[case["layout"]]
    return derivative.matrix(layout=layout, vec=vec)


def book_post(case: Case, derivative: np.ndarray, inputs: Arrays) -> np.ndarray:
    """What a case computes on with the derivative, called G there: a block of it, its product with a vector."""
    sizes = {
        symbol: length
        for name, declared in case["vars"].items()
        for symbol, length in zip(declared.split(), inputs[name].shape, strict=True)
        if symbol.isidentifier()
    }
    return np.asarray(eval(case["post"], {"jnp": np, "G": derivative, **sizes, **inputs}))


def book_point(case: Case, number: int) -> tuple[Arrays, np.ndarray]:
    point = case["points"][number]
    return {name: array(data) for name, data in point["inputs"].items()}, array(point["expected"])


def assert_close(got: Any, want: np.ndarray) -> None:
    """Equal to 7 digits and of equal shape, axes of size 1 left out: conventions for vectors differ."""
    got = np.asarray(got, float)
    if [s for s in got.shape if s != 1] == [s for s in want.shape if s != 1]:
        got = got.reshape(want.shape)
    assert got.shape == want.shape
    scale = max(1.0, float(np.abs(want).max(initial=0.0)))
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9 * scale)


# the cases of fuzz.jsonl.gz and traps.jsonl.gz: values, derivatives and products with directions

HELPERS = """
def sigmoid(x): return 1/(1+jnp.exp(-x))
def softmax(x, axis):
    e = jnp.exp(x - jnp.max(x, axis=axis, keepdims=True))
    return e/jnp.sum(e, axis=axis, keepdims=True)
def logsumexp(x, axis): return jnp.log(jnp.sum(jnp.exp(x), axis=axis))
"""


def fuzz_cases(file: str) -> list[tuple[str, Case]]:
    """(route, case) for every way of stating a case that the library offers."""
    lines = gzip.decompress((DATA / file).read_bytes()).decode().splitlines()
    cases = [record for record in map(json.loads, lines) if "meta" not in record]
    routes = {"matrix": "matrix", "index": "index", "einsum": "einsum"}
    if hasattr(rc, "trace"):
        routes["numpy"] = "source"
    return [(route, case) for case in cases for route, field in routes.items() if case.get(field)]


def fuzz_function(route: str, case: Case) -> Any:
    declarations = {v["name"]: " ".join(v["dims"]) for v in case["vars"]}
    if route == "matrix":
        return rc.parse(case["matrix"], **declarations)
    if route == "index":
        return rc.parse(f"{case['index']['text']} -> {case['index']['free']}", **declarations)
    if route == "einsum":
        operands = [rc.tensor(name, declarations[name]) for name in case["einsum"]["operands"]]
        return rc.einsum(case["einsum"]["spec"], *operands)
    space: dict[str, Any] = {"jnp": np}
    exec(HELPERS, space)
    exec(case["source"], space)
    return rc.trace(space["f"], **declarations)


def fuzz_answer(route: str, case: Case) -> list[np.ndarray]:
    """The arrays the case asks for: evaluated derivatives, by the calls a user makes."""
    e, wrt = fuzz_function(route, case), case["wrt"]
    env = {v["name"]: array(v) for v in case["vars"]}
    directions = {f"d{name}": array(data) for name, data in case.get("tangents", {}).items()}
    answers: dict[str, Callable[[], list[np.ndarray]]] = {
        "value": lambda: [e(**env)],
        "gradient": lambda: [rc.derivative(e, name)(**env) for name in wrt],
        "jacobian": lambda: [rc.derivative(e, name)(**env) for name in wrt],
        "hessian": lambda: [rc.derivative(e, wrt[0], wrt[-1])(**env)],
        "third": lambda: [rc.derivative(e, wrt[0], wrt[0], wrt[0])(**env)],
        "jvp": lambda: [rc.jvp(e, *case["tangents"])(**env, **directions)],
        "vjp": lambda: [g(**env, seed=array(case["cotangent"])) for g in rc.vjp(e, *wrt, cotangent="seed")],
        "hvp": lambda: [rc.hvp(e, wrt[0])(**env, **directions)],
    }
    return answers[case["kind"]]()


def assert_answer(got: list[np.ndarray], case: Case) -> None:
    """Every array of the very shape, real, finite, within the tolerance (relative to its largest entry)."""
    want = [array(data) for data in case["expected"]]
    assert len(got) == len(want)
    for given, expected in zip(got, want, strict=True):
        result = np.asarray(given)
        assert result.dtype != object
        assert not np.iscomplexobj(result)
        assert result.shape == expected.shape
        assert np.isfinite(result).all()
        if expected.size:
            error = np.abs(result - expected).max() / max(1.0, np.abs(expected).max())
            assert error <= case["tol"]


# the cases of hostile.json: bad text must raise our own error and say where and why


def hostile_cases(categories: Iterable[str], calls: Iterable[str]) -> list[tuple[str, Case]]:
    """("hostile", case) for the cases of some categories that need no other calls than `calls`."""
    cases = json.loads((DATA / "hostile.json").read_text(encoding="utf-8"))["cases"]
    wanted, known = set(categories), set(calls)
    return [("hostile", c) for c in cases if c["category"] in wanted and {step[0] for step in c["steps"]} <= known]


def hostile_run(case: Case) -> Any:
    """What the last step of the case returns."""
    current: Any = None
    for call, *arguments in case["steps"]:
        current = HOSTILE_CALLS[call](current, *arguments)
    return current


def _declared(shapes: dict[str, list[str]]) -> dict[str, str]:
    return {name: " ".join(map(str, sizes)) for name, sizes in shapes.items()}


def _parse_index(_: Any, text: str, shapes: dict[str, list[str]], options: dict[str, str]) -> Any:
    free = options.get("free")
    text = text if free is None else f"{text} -> {free}"
    return rc.parse(text, notation="index", **_declared(shapes))


def _evaluate(current: Any, arrays: dict[str, Any]) -> Any:
    filled = {}
    for name, spec in arrays.items():
        random = np.random.default_rng(0).standard_normal(spec["shape"])
        filled[name] = {"ones": np.ones(spec["shape"]), None: random}[spec.get("fill")]
    return current(**filled)


HOSTILE_CALLS: dict[str, Callable[..., Any]] = {
    "parse_matrix": lambda _, text, shapes: rc.parse(text, notation="matrix", **_declared(shapes)),
    "parse_index": _parse_index,
    "parse_einsum": lambda _, spec, shapes: rc.einsum(
        spec, *[rc.tensor(f"T{i}", " ".join(map(str, shape))) for i, shape in enumerate(shapes)]
    ),
    "evaluate": _evaluate,
}


def assert_clear_error(error: BaseException, expect: dict[str, Any]) -> None:
    """Our own exception, short, mentioning what the case lists, and stating the position (0- or 1-based)."""
    message = str(error)
    assert isinstance(error, rc.RicciError), f"{type(error).__name__}: {message}"
    assert len(message) <= 2000
    assert [word for word in expect["mentions"] if word.lower() not in message.lower()] == [], message
    if (position := expect["position"]) is not None:
        stated = {int(digits) for digits in re.findall(r"\d+", message)}
        stated |= {place for name in ("position", "offset") if isinstance(place := getattr(error, name, None), int)}
        assert stated & {position, position + 1}, f"no position {position}: {message}"


def assert_check(check: str, result: Any) -> None:
    name, _, argument = check.partition(":")
    if name == "shape":
        assert np.shape(result) == tuple(int(size) for size in argument.split(","))
    elif name in ("value", "value_or_error"):
        assert float(np.asarray(result)) == pytest.approx(float(argument))
    else:
        assert name == "no_canary", f"unknown check {check}"  # the test looks for the canary itself
