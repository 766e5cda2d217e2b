"""The words by which passes are chosen: what is not chosen would have left the node as it is, whatever the node."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

import ricci as rc
from ricci.calculus import simplify
from ricci.calculus.simplify import OF_FUNCTIONS, OF_PRODUCTS, OF_SUMS, PASSES, settle, tidy
from ricci.functions import FUNCTIONS
from ricci.notation import read
from ricci.passes import factoring, lone
from ricci.passes.kinds import Pass, words_of
from ricci.traits.table import OF_PRODUCTS as FACTS
from ricci.traits.table import TRAITS
from tensor_networks import Sum, network, tensor, total
from tensor_networks.errors import RicciError
from tensor_networks.nodes import Node, walk
from tests.corpus.scoring import book_cases, book_result, fuzz_cases, fuzz_function, unsupported
from tests.promises.fuzzer import case_of, pass_case_of
from tests.ricci import test_kronecker, test_simplify, test_traits
from tests.ricci.test_forms import ROWS, declared
from tests.ricci.test_spectra import SCALARS

SHAPES = {"A": "n n", "B": "n n", "S": "n n symmetric", "T": "n n symmetric", "V": "n m orthonormal", "X": "3 3"}
SHAPES |= {"p": "n simplex", "w": "m", "x": "n", "a": "", "b": "", "k": ""}
MORE = [
    "a*unit(x) + b*x",
    "det(A)*(inv(A)*tr(inv(A)*B) - inv(A)*B*inv(A))",
    "eps_ijk eps_jli X_kl ->",
    "log1p(exp(x)) + minimum(x, 0*x)",
    "expm(diag(x)) + logm(diag(x)) + sqrtm(diag(x))",
    "logdet(a*A) + logdet(2*a*A) + det(2*a*A)",
    "sum(unit(p))*unit(V*w)",
    "powmalong(A, k, eye(n)) + powmcurve(A, k, eye(n), B) + expmcurve(A, B, eye(n))",
    "sqrtm(A)*inv(A) + inv(A)*sqrtm(A) + logm(A)*expm(A) + expm(A)*logm(A)",
    *(f"{call}*B + B*{call}'" for call in ("expmalong(S, T)", "logmalong(S, T)", "sqrtmalong(S, T)", "expmcurve(S, T, T)")),
    *(f"{call}*B + B*{call}'" for call in ("powmalong(S, k, T)", "powmcurve(S, k, T, T)", "sylvester(S, S, T)")),
    *(f"sum(A'.*{name}along(A, B))" for name in ("expm", "logm", "sqrtm")),
]
TEXTS = [
    *((text, test_simplify.SHAPES) for pair in test_simplify.FORMS.values() for text in pair),
    *((text, test_simplify.SHAPES) for text in test_simplify.KEPT),
    *((text, test_traits.SHAPES) for pair in test_traits.FOLLOWS for text in pair),
    *((text, test_kronecker.SHAPES) for pair in test_kronecker.IDENTITIES for text in pair),
    *((text, SHAPES) for text in MORE),
]
SAID = {"sum", "product", "pattern", "closed", "high", "^", "1/", "root", "copies", "twice", "grouped", "inner"}


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> Counter[Pass]:
    """Every node that is simplified is shown to every pass: those that change it must be among the chosen ones."""
    counts: Counter[Pass] = Counter()
    chosen = simplify.selected

    def selected(node: Node) -> tuple[Pass, ...]:
        steps = chosen(node)
        for step in PASSES:
            if step(node) is not node:
                assert step in steps, f"{step.__name__} is not chosen for {sorted(words_of(node))}: {node!r}"
                counts[step] += 1
        return steps

    monkeypatch.setattr(simplify, "selected", selected)
    return counts


def settled(expressions: Iterable[rc.Expr]) -> None:
    for expression in expressions:
        settle(expression.node)


def test_no_pass_is_hidden_from_known_forms(fired: Counter[Pass]) -> None:
    """All of them change something there."""
    for text, shapes in TEXTS:
        settle(read(text, shapes).node)
    settled(rc.derivative(rc.parse(formula, **declared(sizes)), *by.split()) for formula, by, sizes, _ in ROWS)
    settled(rc.trace(function, X=" ".join(map(str, array.shape))) for function, array in SCALARS.values())
    settled([rc.trace(lambda X: np.log(np.exp(X - X.max(1, keepdims=True)).sum(1)), X="m n")])
    settled([rc.parse("A^k", A="n n", k="").substitute(k=2)])
    assert fired.keys() == {*PASSES}


def test_no_pass_is_hidden_from_the_corpora(fired: Counter[Pass]) -> None:
    settled(book_result(notation, case) for notation, case in book_cases())
    for route, case in (*fuzz_cases("fuzz.jsonl.gz"), *fuzz_cases("traps.jsonl.gz")):
        if (case["id"], route) not in unsupported():
            function = fuzz_function(route, case)
            settled(rc.derivative(function, name) for name in case["wrt"] if name in function.variables)
    assert sum(fired.values()) > 300


def random_expressions(seeds: range) -> Iterator[rc.Expr]:
    for case in map(case_of, seeds):
        yield case.derivative(1)
    for case in map(pass_case_of, seeds):
        try:
            yield case.expression
            yield from [case.derivative(1)] if len(case.checks) > 1 else []
        except RicciError:  # 0 to a negative power
            continue


@pytest.mark.parametrize("start", [0, 200])
def test_no_pass_is_hidden_from_random_expressions(fired: Counter[Pass], start: int) -> None:
    settled(random_expressions(range(start, start + 200)))
    assert sum(fired.values()) > 100


def test_every_word_means_something() -> None:
    """A word in a list of passes is a function of the table, a trait or what a row of that table says, or one of our own."""
    for table in (OF_FUNCTIONS, OF_PRODUCTS, OF_SUMS):
        assert table.words <= FUNCTIONS.keys() | TRAITS.keys() | {*FACTS} | SAID
    assert SAID.isdisjoint(FUNCTIONS)


# sums taken term by term

LEAVES = [
    tensor("x", "n"),
    tensor("y", "n"),
    tensor("A", "nn"),
    tensor("S", "nn", ["symmetric"]),
    tensor("K", "nn", ["skew"]),
    tensor("c", ""),
]


def random_product(rng: random.Random, wires: str) -> Node:
    """A product over some wires: leaves to powers on them and on inner ones, deltas, ones, a scalar that is a product."""
    factors = []
    for _ in range(rng.choice([0, 1, 1, 2, 2, 3])):
        leaf = rng.choice(LEAVES[:3] if rng.random() < 0.9 else LEAVES)
        factors.append((leaf, rng.choices(wires + "p", k=leaf.order), rng.choice([1, 1, 1, 2, -1])))
    if rng.random() < 0.1:
        factors.append((network([(leaf, "ij"[: leaf.order]) for leaf in rng.sample(LEAVES, 2)], ""), [], rng.choice([1, 2])))
    same = {wire: rng.choice(wires) if rng.random() < 0.2 else wire for wire in wires}
    renamed = [(node, [same.get(slot, slot) for slot in slots], exponent) for node, slots, exponent in factors]
    return network(renamed, [same[wire] for wire in wires], {same[wire]: "n" for wire in wires})


def test_what_stays_a_sum_term_by_term_is_left_without_doing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a look at the terms says cannot merge does not: the sum of the summed terms has as many."""
    asked, answers = lone._may_merge, Counter[bool]()

    def may_merge(standing: lone.Lone) -> bool:
        answers[asked(standing)] += 1
        if not asked(standing):
            taken = standing.summed().node
            assert isinstance(taken, Sum)
            assert len(taken.terms) == len(standing.inner.terms)
        return True

    monkeypatch.setattr(lone, "_may_merge", may_merge)
    rng = random.Random(5)
    for _ in range(1500):
        wires = "ijk"[: rng.choice([1, 2, 2, 3])]
        inner = total([(random_product(rng, wires), rng.choice([1, -1, 2])) for _ in range(rng.choice([2, 2, 3, 4]))])
        lone.lone_sums(network([(inner, wires)], wires[: rng.randint(0, len(wires) - 1)]))
    assert answers[False] > 50
    assert answers[True] > 50


def test_what_is_not_looked_at_has_no_factored_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums whose terms have no node in common and no fraction in them: nothing can be taken out of any of them."""
    asked = factoring._may_factor
    sums = {node for e in random_expressions(range(150)) for node in walk(*settle(e.node)) if isinstance(node, Sum)}
    without = [node for node in sums if not asked(node)]
    monkeypatch.setattr(factoring, "_may_factor", lambda node: True)
    assert len(without) > 100
    assert not [node for node in without if list(factoring.factorings(node, tidy))]
