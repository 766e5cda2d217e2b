"""Evaluation: sizes, dtypes, memory, conventions, names; and standalone source in a process that cannot import us."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ricci as rc
from ricci.evaluation.compiled import Compiled, compile, evaluate, source
from ricci.functions import FUNCTIONS, apply
from tensor_networks.errors import LimitError, OperandError, SizeError, UnknownName
from tensor_networks.networks import network, total, zero
from tensor_networks.nodes import Node, size_node, tensor

x, y, A, a = tensor("x", "n"), tensor("y", "n"), tensor("A", "nn"), tensor("a", "")
DOT = network([(x, "i"), (y, "i")], "")
EYE = network([], "ii", {"i": "n"})
RNG = np.random.default_rng(1)


def one(node: Node, **arrays: Any) -> Any:
    return evaluate([node], arrays)[0]


def test_sizes_are_checked_before_any_arithmetic() -> None:
    with pytest.raises(SizeError, match=r"n is 3, but 1 by axis 0 of y.*\(1,\).*x"):
        one(DOT, x=np.ones(3), y=np.ones(1))
    with pytest.raises(SizeError, match=r"a must have shape scalar, not \(1,\)"):
        one(network([(a, ""), (x, "i")], "i"), a=np.ones(1), x=np.ones(3))
    with pytest.raises(SizeError, match="the size n is not known"):
        one(EYE)
    np.testing.assert_array_equal(one(EYE, n=2), np.eye(2))
    np.testing.assert_array_equal(one(network([(size_node("n"), "", -1), (x, "i")], "i"), x=np.ones(4)), np.full(4, 0.25))


def test_missing_and_unknown_inputs() -> None:
    with pytest.raises(OperandError, match=r"no array is given for y \(n\)"):
        one(DOT, x=np.ones(3))
    with pytest.raises(UnknownName, match="yy"):
        one(DOT, x=np.ones(3), y=np.ones(3), yy=np.ones(3))


def test_a_declared_tensor_may_tell_a_size() -> None:
    z = tensor("z", "m")
    assert evaluate([zero(("m",))], {"x": np.ones(3), "z": np.ones(4)}, declared=[x, z])[0].shape == (4,)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_size_zero_and_one(n: int) -> None:
    arrays = {"x": np.ones(n), "A": np.eye(n)}
    form = network([(x, "i"), (A, "ij"), (x, "j")], "")
    got = evaluate([form, network([(x, "i")], "ii"), apply("det", A), apply("softmax", x)], arrays)
    assert [np.shape(g) for g in got] == [(), (n, n), (), (n,)]
    assert got[0] == n
    assert got[2] == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [("float32", "float32"), ("float16", "float32"), ("float64", "float64"), ("longdouble", "longdouble"),
     ("int64", "float64"), ("bool", "float64"), ("uint8", "float64"), (">f8", "float64"), ("complex128", "complex128")],
)  # fmt: skip
def test_dtypes(given: str, expected: str) -> None:
    v = np.ones(3).astype(given)
    roots = [
        DOT,
        total([(x, 2), (network([(y, "i", 3)], "i"), -1)]),
        network([(x, "i")], "ii"),
        total([(EYE, 3), (network([(x, "i")], "ij", {"j": "n"}), 1)]),
    ]
    for result in evaluate(roots, {"x": v, "y": v}):
        assert result.dtype == np.dtype(expected)
    assert one(DOT, x=np.full(3, 200, np.uint8), y=np.full(3, 200, np.uint8)) == 120000


@pytest.mark.parametrize(
    "bad",
    [
        np.array(["a"] * 3),
        np.full(3, None),
        [1.0, [2.0, 3.0]],
        np.ma.array([1.0, 2, 3]),
        np.array([1, 2, 3], "M8[D]"),
        None,
    ],
)
def test_what_is_not_an_array_of_numbers_is_refused(bad: Any) -> None:
    with pytest.raises(OperandError):
        one(DOT, x=bad, y=np.ones(3))


def test_odd_arrays_are_taken() -> None:
    unaligned = np.frombuffer(bytearray(25), np.uint8)[1:].view(float)
    for odd in ([1, 1, 1], np.ones(6)[::2], np.ones(3)[::-1], np.broadcast_to(1.0, 3), np.asfortranarray(np.ones(3))):
        assert one(DOT, x=odd, y=np.ones(3)) == 3
    assert one(DOT, x=unaligned, y=np.ones(3)) == 0


def test_inputs_are_not_written_and_results_share_nothing() -> None:
    given = RNG.normal(size=(3, 3))
    before = given.copy()
    roots = [
        A,
        network([(A, "ij")], "ji"),
        network([(A, "ii")], "i"),
        network([(A, "ij")], [("i", "j")]),
        A,
        total([(A, 2)]),
    ]
    results = evaluate(roots, {"A": given})
    for position, result in enumerate(results):
        assert not np.shares_memory(result, given)
        assert not any(np.shares_memory(result, other) for other in results[:position])
        assert result.flags.writeable
    np.testing.assert_array_equal(given, before)


def test_memory_is_estimated_before_it_is_taken() -> None:
    P = tensor("P", ("n", "m"))
    blocks = network([(P, "ab")], "abab")
    with pytest.raises(LimitError, match=r"memory.*3000.*6\.5e14 bytes"):
        one(blocks, P=np.broadcast_to(1.0, (3000, 3000)))
    with pytest.raises(LimitError, match="memory"):
        evaluate([total([(A, 2)])], {"A": np.ones((10, 10))}, memory_limit=799)
    assert evaluate([total([(A, 2)])], {"A": np.ones((10, 10))}, memory_limit=800)[0].sum() == 200


def test_more_than_64_axes_are_refused() -> None:
    tensors = [tensor(f"v{k}", (2,)) for k in range(70)]
    with pytest.raises(LimitError, match="64"):
        evaluate([network([(v, [k]) for k, v in enumerate(tensors)], range(70))], {v.name: np.ones(2) for v in tensors})


@pytest.mark.filterwarnings("error")
def test_conventions() -> None:
    def at(name: str, *values: float) -> Any:
        return one(apply(name, x), x=np.array(values))

    np.testing.assert_array_equal(one(network([(x, "i", -1)], "i"), x=np.zeros(2)), [np.inf, np.inf])
    np.testing.assert_allclose(at("norm2", 3e200, 4e200), 5e200)
    np.testing.assert_allclose(at("norm2", 3e-200, 4e-200), 5e-200)
    np.testing.assert_allclose(at("unit", 3e-320, 4e-320), [0.6, 0.8], rtol=1e-3)
    np.testing.assert_array_equal(at("unit", 0, 0), [0, 0])
    np.testing.assert_allclose(at("softmax", 1000, 0), [1, 0])
    np.testing.assert_allclose(at("logsumexp", 1000, 0), 1000)
    assert at("logsumexp") == -np.inf
    np.testing.assert_allclose(at("softplus", -800, 800), [0, 800])
    np.testing.assert_allclose(at("sigmoid", -30, 800), [np.exp(-30), 1])
    np.testing.assert_array_equal(at("abs", -1, 0), [1, 0])
    assert np.isnan(one(apply("power", x, y), x=-np.ones(1), y=np.full(1, 0.5)))[0]
    np.testing.assert_allclose(one(apply("logdet", A), A=10 * np.eye(400)), 921.0340371976183)
    np.testing.assert_allclose(one(apply("adj", A), A=np.array([[1.0, 2], [2, 4]])), [[4, -2], [-2, 1]], atol=1e-14)
    with pytest.raises(OperandError, match="Singular"):
        one(apply("inv", A), A=np.zeros((2, 2)))


def test_special_functions_agree_with_scipy() -> None:
    special = pytest.importorskip("scipy.special")
    points = np.concatenate([RNG.uniform(-3, 30, 50), [0.1, 1, 2, 100]])
    for name in ("erf", "erfc", "gammaln", "digamma"):
        np.testing.assert_allclose(one(apply(name, x), x=points), getattr(special, name)(points), rtol=1e-10)
    for order, name in enumerate(("trigamma", "tetragamma", "pentagamma"), 1):
        np.testing.assert_allclose(one(apply(name, x), x=abs(points)), special.polygamma(order, abs(points)), rtol=1e-10)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_every_function_of_the_table_has_a_spelling(name: str, backend: str) -> None:
    function = FUNCTIONS[name]
    orders = [1 if function.elementwise or letters is None else len(letters) for letters in function.arguments]
    arguments = [tensor(letter, "n" * order) for letter, order in zip("xyzuv", orders, strict=False)]
    assert "def program(" in source([apply(name, *arguments)], backend)


NAMES = [
    *("lambda", "print", "np", "t1", "dtype", "inputs", "in_1", "program", "array", "_", "__import__", "self", "n"),
    *("x;open('CANARY','w')", 'x"); open("CANARY"); ("', "x\n#", "%s{0}", "\U0001d431", "ﬁ", "x" * 5000, "", " x"),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_data(name: str) -> None:
    node = total([(network([(tensor(name, "n"), "i"), (EYE, "ij")], "j"), 2), (tensor("in_2", "n"), 1)])
    arrays = {name: np.ones(3), "in_2": np.ones(3)}
    text = source([node], title=f"about {name}")
    assert text.isascii()
    space: dict[str, Any] = {}
    exec(text, space)
    np.testing.assert_array_equal(space["program"](**arrays), np.full(3, 3.0))
    np.testing.assert_array_equal(evaluate([node], arrays)[0], np.full(3, 3.0))


def test_names_that_python_would_identify_stay_apart() -> None:
    node = network([(tensor(name, "n"), "i") for name in ("x", "\U0001d431", "in_1", "lambda")], "i")
    space: dict[str, Any] = {}
    exec(source([node]), space)
    arrays = {"x": np.full(2, 2.0), "\U0001d431": np.full(2, 3.0), "in_1": np.full(2, 5.0), "lambda": np.full(2, 7.0)}
    np.testing.assert_array_equal(space["program"](**arrays), [210, 210])
    with pytest.raises(TypeError, match="unexpected inputs"):
        space["program"](**arrays, other=1)


def test_standalone_source_runs_without_us(tmp_path: Path) -> None:
    gradient = total([(network([(A, "ij"), (x, "j")], "i"), 1), (network([(A, "ji"), (x, "j")], "i"), 1)])
    roots = [gradient, network([(x, "i")], "ii"), apply("logdet", A), apply("softmax", x), total([(A, 1), (EYE, 3)])]
    (tmp_path / "generated.py").write_text(source(roots))
    arrays = {"A": RNG.normal(size=(3, 3)), "x": RNG.normal(size=3)}
    code = (
        "import sys, json, numpy as np; sys.modules.update(ricci=None, tensor_networks=None, opt_einsum=None)\n"
        "from generated import program; given = {k: np.array(v) for k, v in json.load(sys.stdin).items()}\n"
        "print(json.dumps([np.asarray(r).tolist() for r in program(**given)]))"
    )
    given = json.dumps({name: array.tolist() for name, array in arrays.items()})
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    for got, expected in zip(json.loads(done.stdout), evaluate(roots, arrays), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_standalone_source_checks_shapes() -> None:
    space: dict[str, Any] = {}
    exec(source([DOT]), space)
    with pytest.raises(ValueError, match=r"y has shape \(1,\), not \(3,\)"):
        space["program"](x=np.ones(3), y=np.ones(1))


def test_a_compiled_function_remembers_shapes_and_can_be_read() -> None:
    compiled = compile([DOT, network([(x, "i")], "ii")])
    assert isinstance(compiled, Compiled)
    for n in (2, 3, 2):
        value, diagonal = compiled(x=np.ones(n), y=np.ones(n))
        assert value == n
        assert diagonal.shape == (n, n)
    assert "return x @ y" in compiled.source
    with pytest.raises(SizeError):
        compiled(x=np.ones(2), y=np.ones(3))
    with pytest.raises(UnknownName, match="backend"):
        compile([DOT], "julia")


def test_threads_share_a_compiled_function() -> None:
    compiled, wrong = compile([network([(x, "i"), (A, "ij"), (x, "j")], "")]), []

    def work(n: int) -> None:
        for _ in range(50):
            if compiled(x=np.ones(n), A=np.eye(n))[0] != n:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_agree(backend: str) -> None:
    pytest.importorskip(backend)
    roots = [network([(A, "ij"), (x, "j")], "i"), network([(x, "i")], "ii"), apply("adj", A), apply("softmax", x), EYE,
             apply("unit", x), network([(x, "i", -1)], "ij", {"j": "n"}), network([(A, "ii")], "")]  # fmt: skip
    arrays = {"A": RNG.normal(size=(3, 3)).astype(np.float32), "x": RNG.normal(size=3).astype(np.float32)}
    for got, expected in zip(compile(roots, backend)(**arrays), evaluate(roots, arrays), strict=True):
        np.testing.assert_allclose(np.asarray(got), expected, rtol=2e-4, atol=1e-5)


def test_an_input_that_vanishes_at_the_sizes_given() -> None:
    """The unit of a vector of one entry does not change; the constant and the variable are in no step then."""
    chosen = np.array([1.0, 0.0, 0.0])
    traced = rc.trace(lambda B: np.linalg.norm(np.sum(np.maximum(chosen @ B, -0.2), keepdims=True)), B="3 3")
    B = np.random.default_rng(0).normal(size=(3, 3))
    np.testing.assert_array_equal(rc.hessian(traced, "B")(B=B), np.zeros((3, 3, 3, 3)))


@pytest.mark.parametrize(("text", "wrt"), [("x'*x", ("x", "x")), ("sum(x)", ("x",))])
def test_a_result_that_reads_no_array_has_the_type_of_what_is_given(text: str, wrt: tuple[str, ...]) -> None:
    constant = rc.derivative(rc.parse(text, x="n"), *wrt)
    assert constant(x=np.ones(3, np.float32)).dtype == np.float32
    assert constant(x=np.ones(3)).dtype == np.float64
