"""Contraction orders: right whatever is asked for, cheap where it matters, linear for long chains."""

from __future__ import annotations

import random
import time
from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Any

import pytest

from tensor_networks.errors import OperandError
from tensor_networks.evaluation import plan
from tensor_networks.evaluation.plan import Pairs, cheapest_first, cost, least, order, searched


def sizes_of(*words: str, size: int = 10) -> dict[str, int]:
    return {letter: size for word in words for letter in word}


def is_complete(pairs: Pairs, count: int) -> bool:
    """Does every operand and every product but the last take part exactly once?"""
    used = sorted(number for pair in pairs for number in pair)
    return used == list(range(2 * count - 2))


def test_matrix_vector_first() -> None:
    sizes = sizes_of("ijk")
    assert order(["i", "ij", "jk", "k"], "", sizes)[0] in ((0, 1), (2, 3))
    assert cost(["i", "ij", "jk", "k"], "", sizes, order(["i", "ij", "jk", "k"], "", sizes)).flops <= 420


class Known:
    """A foresight that knows one product."""

    def __init__(self, left: int, right: int) -> None:
        self.pair = left, right

    def known(self, left: int, right: int, kept: Collection[Any]) -> bool:
        return (left, right) == self.pair

    def merge(self, left: int, right: int) -> None:
        pass


def test_products_that_exist_cost_nothing() -> None:
    operands, sizes = ["ij", "jk", "kl", "lm"], sizes_of("ijklm")
    assert order(operands, "im", sizes, foresight=Known(1, 2))[0] == (1, 2)


def test_three_operands_prefer_a_known_product_among_equals() -> None:
    operands, sizes = ["i", "ij", "j"], sizes_of("ij")
    assert order(operands, "", sizes, foresight=Known(1, 2))[0] == (1, 2)
    assert order(operands, "", sizes, foresight=Known(0, 1))[0] == (0, 1)


def test_the_hyperedge_network_that_opt_einsum_gets_wrong() -> None:
    """opt_einsum 3.4 calls an order of 52.7 Mflop optimal here (its issues 167, 248, 254)."""
    operands, kept = ["c", "bc", "cd", "bd", "de", "be", "bf"], "def"
    sizes = dict(zip("bcdef", (64, 80, 60, 70, 50), strict=True))
    found = cost(operands, kept, sizes, order(operands, kept, sizes))
    others = [cost(operands, kept, sizes, order(operands, kept, sizes, name)) for name in ("optimal", "greedy", "dp")]
    assert found.flops <= min(other.flops for other in others)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("optimize", [None, "greedy", "auto", "dp"])
def test_every_order_is_complete(seed: int, optimize: str | None) -> None:
    rng = random.Random(seed)
    operands = ["".join(rng.sample("abcdefgh", rng.randint(1, 3))) for _ in range(rng.randint(2, 9))]
    kept = [wire for wire in "abcdefgh" if any(wire in o for o in operands) and rng.random() < 0.4]
    pairs = order(operands, kept, {wire: rng.randint(1, 60) for wire in "abcdefgh"}, optimize)
    assert is_complete(pairs, len(operands))


@pytest.mark.parametrize("seed", range(30))
def test_a_search_counts_the_cost_of_its_order(seed: int) -> None:
    rng = random.Random(seed)
    operands = ["".join(rng.sample("abcdefgh", rng.randint(0, 4))) for _ in range(rng.randint(2, 12))]
    kept = [wire for wire in "abcdefgh" if rng.random() < 0.4]
    sizes = {wire: rng.randint(1, 60) for wire in "abcdefgh"}
    search = searched(operands, kept, sizes)
    assert is_complete(search.pairs, len(operands))
    assert (search.flops, search.largest) == cost(operands, kept, sizes, search.pairs)


def test_long_chains_take_linear_time_and_go_matrix_vector() -> None:
    chain = [(0,), *((k, k + 1) for k in range(10_000)), (10_000,)]
    sizes = dict.fromkeys(range(10_001), 50)
    start = time.process_time()
    pairs = order(chain, (), sizes)
    assert time.process_time() - start < 5
    assert cost(chain, (), sizes, pairs).largest == 50


def test_one_wire_with_very_many_holders() -> None:
    star = [(0, k) for k in range(1, 3000)]
    pairs = cheapest_first(star, (), dict.fromkeys(range(3000), 3))
    assert is_complete(pairs, len(star))


def test_a_path_an_object_and_a_name_are_accepted() -> None:
    operands, sizes = ["ab", "bc", "cd", "de"], sizes_of("abcde")
    assert order(operands, "ae", sizes, [(2, 3), (1, 2), (0, 1)]) == [(2, 3), (1, 4), (0, 5)]

    def from_the_left(inputs: object, output: object, size_dict: object, memory_limit: object) -> list[tuple[int, int]]:
        return [(0, 1), (0, 2), (0, 1)]

    assert is_complete(order(operands, "ae", sizes, from_the_left), 4)
    with pytest.raises(OperandError, match="no contraction order"):
        order(operands, "ae", sizes, "no such order")
    with pytest.raises(OperandError, match="does not fit"):
        order(operands, "ae", sizes, [(0, 9)])


def test_few_operands_need_no_order() -> None:
    assert order([], "", {}) == []
    assert order(["a"], "", {"a": 2}) == []
    assert order(["a", "a"], "", {"a": 2}) == [(0, 1)]


def every_order(count: int, alive: tuple[int, ...] | None = None) -> Iterator[Pairs]:
    alive = tuple(range(count)) if alive is None else alive
    if len(alive) == 1:
        yield []
    for one, other in combinations(alive, 2):
        rest = tuple(number for number in alive if number not in (one, other))
        for pairs in every_order(count + 1, (*rest, count)):
            yield [(one, other), *pairs]


@pytest.mark.parametrize("seed", range(40))
def test_no_order_takes_less_than_the_bound(seed: int) -> None:
    rng = random.Random(seed)
    inputs = ["".join(rng.sample("ijkl", rng.randint(1, 3))) for _ in range(rng.randint(3, 5))]
    sizes = {wire: rng.choice([1, 2, 3, 20]) for wire in "ijkl"}
    kept = [wire for wire in "ijkl" if wire in "".join(inputs) and rng.random() < 0.4]
    assert least(inputs, kept, sizes) <= min(cost(inputs, kept, sizes, pairs).flops for pairs in every_order(len(inputs)))


def test_orders_near_the_bound_need_no_longer_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_asked", lambda *_: pytest.fail("a longer search"))
    found = order(["ij", "i", "ik", "k"], "j", {"i": 2000, "j": 1000, "k": 1000})
    assert found == [(2, 3), (1, 4), (0, 5)]
    assert len(order(["i", "j", "k", "l", "ij"], "ijkl", dict.fromkeys("ijkl", 40))) == 4  # as large as the result
    assert len(order(["mi", "mj", "mk", "ml", "m"], "ijkl", dict.fromkeys("ijklm", 20))) == 4  # times what is summed over
