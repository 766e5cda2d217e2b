"""Programs against the dense evaluator, on random networks; sharing, liveness, output patterns."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ricci.evaluation.compiled import Compiled
from tensor_networks.axes import product, value
from tensor_networks.errors import OperandError, ShapeError
from tensor_networks.evaluation.program import build
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor, tensor
from tests.tensor_networks.dense import dense
from tests.tensor_networks.dense import product as dense_product

EXPONENTS: tuple[Any, ...] = (1, 1, 1, 1, 2, -1, 3, Fraction(1, 2), Fraction(-3, 2), Fraction(1, 3))


class RandomSum:
    """A sum of random products: hyperedges, repeated wires, doubled and bare outputs, groups, exponents, size 0."""

    def __init__(self, seed: int) -> None:
        self.rng, self.values = random.Random(seed), np.random.default_rng(seed)
        self.sizes = {
            "n": self.rng.choice([0, 1, 1, 2, 3, 4]),
            "m": self.rng.choice([1, 2, 3]),
            "k": self.rng.choice([2, 3]),
        }
        self.wires = [self.rng.choice("nmk") for _ in range(self.rng.randint(1, 6))]
        self.arrays: dict[str, np.ndarray] = {}
        self.pool: list[Tensor] = []
        numbers = [self.sizes[wire] for wire in self.wires]
        outputs = [self.group() for _ in range(self.rng.randint(0, 3))]
        terms: list[tuple[Node, Any]] = []
        self.expected: Any = 0
        for _ in range(self.rng.randint(1, 3)):
            factors = [self.factor() for _ in range(self.rng.randint(0, 4))]
            number: Any = self.rng.choice([1, -1, 2, Fraction(1, 3)])
            terms.append((network(factors, outputs, dict(enumerate(self.wires))), number))
            arrays = [
                (self.arrays[t.name], tuple(g if isinstance(g, tuple) else (g,) for g in s), float(e)) for t, s, e in factors
            ]
            plain = tuple(g if isinstance(g, tuple) else (g,) for g in outputs)
            self.expected = self.expected + float(number) * dense_product(arrays, plain, numbers)
        self.root: Node = total(terms)

    def group(self) -> Any:
        count = len(self.wires)
        if self.rng.random() < 0.85:
            return self.rng.randrange(count)
        return (self.rng.randrange(count), self.rng.randrange(count))

    def factor(self) -> tuple[Tensor, list[Any], Any]:
        slots = [self.group() for _ in range(self.rng.randint(0, 3))]
        axes = tuple(product(self.wires[w] for w in (g if isinstance(g, tuple) else (g,))) for g in slots)
        same = [leaf for leaf in self.pool if leaf.axes == axes]
        if same and self.rng.random() < 0.5:
            leaf = self.rng.choice(same)
        else:
            leaf = tensor(f"T{len(self.pool)}", axes)
            self.pool.append(leaf)
            self.arrays[leaf.name] = self.values.uniform(0.5, 1.5, [value(axis, self.sizes) for axis in axes])
        return leaf, slots, self.rng.choice(EXPONENTS)

    def inputs(self, compiled: Compiled) -> dict[str, Any]:
        given: dict[str, Any] = {name: self.arrays[name] for name in compiled.names}
        return {**given, **{symbol: size for symbol, size in self.sizes.items() if symbol in compiled.symbols}}


@pytest.mark.parametrize("start", range(0, 400, 20))
def test_random_networks(start: int) -> None:
    for seed in range(start, start + 20):
        case = RandomSum(seed)
        compiled = Compiled((case.root,))
        got = compiled(**case.inputs(compiled))[0]
        assert np.shape(got) == np.shape(case.expected), seed
        np.testing.assert_allclose(got, case.expected, rtol=1e-10, err_msg=str(seed))
        np.testing.assert_allclose(dense(case.root, case.arrays, case.sizes), case.expected, rtol=1e-10)


x, A, B = tensor("x", "n"), tensor("A", "nn"), tensor("B", "nn")
SIZES = {"n": 10, "m": 20}


def operations(*roots: Node) -> list[str]:
    return [step.op for step in build(roots, SIZES).steps if step.op != "input"]


def test_outputs_share_their_intermediates() -> None:
    form = network([(x, "i"), (A, "ij"), (x, "j")], "")
    product_ = network([(A, "ij"), (x, "j")], "i")
    assert operations(form, product_).count("matmul") == 2
    assert operations(product_, form).count("matmul") == 2


def test_a_delta_is_contracted_away_and_never_built() -> None:
    delta = network([], "ii", {"i": "n"})
    assert "eye" not in operations(network([(delta, "ij"), (x, "j"), (A, "ik")], "k"))


def test_a_doubled_output_is_one_diagonal_write() -> None:
    assert operations(network([(A, "ij")], "iijj")) == ["embed"]
    assert operations(network([], "ii", {"i": "n"})) == ["eye"]


def test_broadcast_terms_of_a_sum_stay_thin() -> None:
    column = network([(x, "i")], "ij", {"j": "n"})
    assert "broadcast" not in operations(total([(column, 1), (A, 2)]))
    assert operations(column) == ["index", "broadcast", "copy"]


def test_a_summed_square_is_a_dot_product() -> None:
    assert operations(network([(x, "i"), (x, "i")], "")) == ["matmul"]


def test_the_peak_counts_what_lives_at_one_time() -> None:
    chain: Node = A
    for _ in range(10):
        chain = total([(network([(chain, "ij"), (chain, "jk")], "ik"), 1), (B, 1)])
    program = build([chain], SIZES)
    largest, _, peak = program.elements(SIZES)
    assert largest == 100
    assert peak <= 400
    assert program.flops(SIZES) >= 10 * 2000


def test_wires_beyond_the_alphabet() -> None:
    count = 60
    factors = [(x, [0]), *((A, [k, k + 1]) for k in range(count))]
    compiled = Compiled((network(factors, [count, count]),))
    got = compiled(x=np.ones(2), A=np.array([[0.0, 1.0], [1.0, 0.0]]))[0]
    np.testing.assert_allclose(got, np.eye(2))


def test_one_name_for_two_tensors_is_refused() -> None:
    with pytest.raises(OperandError, match="two tensors are named x"):
        build([total([(network([(x, "i")], ""), 1), (network([(tensor("x", "nn"), "ij")], ""), 1)])], SIZES)


def test_nothing_recurses() -> None:
    node: Node = x
    for _ in range(20_000):
        node = total([(network([(A, "ij"), (node, "j")], "i"), 1), (x, 1)])
    assert len(build([node], SIZES).steps) == 40_002


def test_shape_errors_come_from_the_constructor() -> None:
    with pytest.raises(ShapeError):
        network([(x, "i"), (tensor("z", "m"), "i")], "")
