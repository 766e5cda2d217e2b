"""Elementary functions spelled with few: ``exp``, ``log``, ``tan`` of a quarter angle, and powers. Only for comparing.

``sigmoid(x)`` is ``E/(1 + E)`` with ``E = exp(x)``, ``norm2(x)`` is ``(x'x)^(1/2)``, ``exp(a + 2*b)`` is ``exp(a)*exp(b)^2``,
and ``sin(a + 2*b)`` is rational in the tangents of a/4 and b/4. So identities between these functions become identities between
rational functions of a few values, which exact arithmetic decides. Longer than what they stand for, and not safe in floating
point: never shown and never evaluated otherwise. Equal where both sides are defined, kinks apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from ricci.functions import Apply, apply
from tensor_networks.errors import LimitError
from tensor_networks.networks import Network, Sum, elementwise_power, network, total
from tensor_networks.nodes import Node, walk
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import distributed, rebuilt

HALF = Fraction(1, 2)
SHARED = 12  # exp(t/12) is what exp of a multiple of t is a power of, where that is a whole power
MOST_TURNS = 12  # quarter angles whose sum is spelled out
MOST_TERMS = 200  # of an exponent


def spelled(root: Node) -> Node:
    """The node with elementary functions spelled with few.

    Raises:
        LimitError: an exponent has too many terms.
    """
    new: dict[Node, Node] = {}
    for node in walk(root):
        args = [new[child] for child in node.children]
        rule = RULES.get(node.function.name) if isinstance(node, Apply) else None
        if rule is not None:
            new[node] = rule(*args)
        else:
            same = all(a is b for a, b in zip(args, node.children, strict=True))
            new[node] = node if same else rebuilt(node, args)
    return new[root]


# entry by entry


def _times(*factors: tuple[Node, Number], like: Node) -> Node:
    """The product entry by entry of powers of nodes that have the axes of ``like``."""
    wires = range(like.order)
    return network([(node, wires, power) for node, power in factors], wires, dict(enumerate(like.axes)))


def _plus(*terms: tuple[Node, Number]) -> Node:
    return total(terms, terms[0][0].axes)


def _one(like: Node) -> Node:
    return _times(like=like)


def _terms(node: Node) -> list[tuple[Node, Number]]:
    """A node as a linear combination, its products distributed over sums."""
    found: dict[Node, Number] = {}
    stack: list[tuple[Node, Number]] = [(node, 1)]
    for _ in range(MOST_TERMS):
        if not stack:
            return list(found.items())
        part, number = stack.pop()
        parts = part.terms if isinstance(part, Sum) else distributed(part)
        if parts is None:
            found[part] = exact(found.get(part, 0) + number)
        else:
            stack += [(inner, exact(number * own)) for inner, own in parts]
    raise LimitError(f"an exponent has more than {MOST_TERMS} terms")


def _exp(x: Node) -> Node:
    """Of a sum the product; of a multiple of a logarithm a power."""
    factors: list[tuple[Node, Number]] = []
    for term, number in _terms(x):
        inner = _of_log(term)
        if inner is not None and exact(number) == int(number):
            factors.append((inner, exact(number)))
        elif SHARED % Fraction(number).denominator == 0:
            factors.append((apply("exp", total([(term, Fraction(1, SHARED))])), exact(SHARED * number)))
        else:
            factors.append((apply("exp", total([(term, number)])), 1))
    return _times(*factors, like=x)


def _of_log(term: Node) -> Node | None:
    """u, if a term is log(u), entry by entry."""
    if isinstance(term, Network) and len(term.factors) == 1 and term.factors[0].exponent == 1:
        child, slots, _ = term.factors[0]
        term = child if slots == term.outputs else term
    return term.args[0] if isinstance(term, Apply) and term.function.name == "log" else None


def _abs(x: Node) -> Node:
    return elementwise_power(_times((x, 2), like=x), HALF)


def _sign(x: Node) -> Node:
    return _times((x, 1), (_times((x, 2), like=x), -HALF), like=x)


def _log_of_one_and(x: Node) -> Node:
    return apply("log", _plus((_one(x), 1), (x, 1)))


def _over_sum(x: Node, core: int) -> tuple[Node, Node]:
    """exp(x), and its sum over the last axes in every entry of x."""
    e = _exp(x)
    kept = range(x.order - core)
    return e, network([(network([(e, range(x.order))], kept), kept)], range(x.order), dict(enumerate(x.axes)))


def _softmax(x: Node) -> Node:
    e, sums = _over_sum(x, 1)
    return _times((e, 1), (sums, -1), like=x)


def _logsumexp(x: Node) -> Node:
    kept = range(x.order - 1)
    return apply("log", network([(_exp(x), range(x.order))], kept))


def _square(x: Node) -> Node:
    """The sum of the squares of all entries."""
    return network([(x, range(x.order), 2)], ())


def _unit(x: Node) -> Node:
    return network([(x, range(x.order)), (_square(x), (), -HALF)], range(x.order))


def _extreme(sign: int) -> Callable[[Node, Node], Node]:
    return lambda x, w: _plus((x, HALF), (w, HALF), (_abs(_plus((x, 1), (w, -1))), sign * HALF))


def _tanh(x: Node) -> Node:
    e = _times((_exp(x), 2), like=x)
    below = _plus((e, 1), (_one(x), 1))
    return _times((_plus((e, 1), (_one(x), -1)), 1), (below, -1), like=x)


def _hyperbolic(sign: int) -> Callable[[Node], Node]:
    return lambda x: _plus((_exp(x), HALF), (elementwise_power(_exp(x), -1), sign * HALF))


# angles


def _turn(x: Node) -> tuple[Node, Node]:
    """Cosine and sine: rational in tangents of quarters of the terms, whose multiples and sums are spelled out."""
    cos, sin = _one(x), total((), x.axes)
    for term, number in _terms(x):
        quarters = 2 * Fraction(number)
        spelt = quarters.denominator == 1 and 0 < abs(quarters) <= MOST_TURNS
        tangent = apply("tan", total([(term, Fraction(1, 4) if spelt else exact(HALF * number))]))
        square = _times((tangent, 2), like=x)
        below = elementwise_power(_plus((_one(x), 1), (square, 1)), -1)
        own_cos = _times((_plus((_one(x), 1), (square, -1)), 1), (below, 1), like=x)
        own_sin = _plus((_times((tangent, 1), (below, 1), like=x), 2 if quarters > 0 or not spelt else -2))
        for _ in range(abs(int(quarters)) if spelt else 1):
            cos, sin = (
                _plus((_times((cos, 1), (own_cos, 1), like=x), 1), (_times((sin, 1), (own_sin, 1), like=x), -1)),
                _plus((_times((sin, 1), (own_cos, 1), like=x), 1), (_times((cos, 1), (own_sin, 1), like=x), 1)),
            )
    return cos, sin


def _tan(x: Node) -> Node:
    cos, sin = _turn(x)
    return _times((sin, 1), (cos, -1), like=x)


RULES: Mapping[str, Callable[..., Node]] = {
    "exp": _exp,
    "expm1": lambda x: _plus((_exp(x), 1), (_one(x), -1)),
    "log1p": _log_of_one_and,
    "softplus": lambda x: _log_of_one_and(_exp(x)),
    "sigmoid": lambda x: _times((_exp(x), 1), (_plus((_one(x), 1), (_exp(x), 1)), -1), like=x),
    "tanh": _tanh,
    "sinh": _hyperbolic(-1),
    "cosh": _hyperbolic(1),
    "sin": lambda x: _turn(x)[1],
    "cos": lambda x: _turn(x)[0],
    "tan": _tan,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "logdet": lambda x: apply("log", _abs(apply("det", x))),
    "norm2": lambda x: elementwise_power(_square(x), HALF),
    "unit": _unit,
    "abs": _abs,
    "sign": _sign,
    "relu": lambda x: _plus((x, HALF), (_abs(x), HALF)),
    "step": lambda x: _plus((_one(x), HALF), (_sign(x), HALF)),
    "maximum": _extreme(1),
    "minimum": _extreme(-1),
    "hypot": lambda x, w: elementwise_power(_plus((_times((x, 2), like=x), 1), (_times((w, 2), like=w), 1)), HALF),
    "power": lambda x, w: _exp(_times((w, 1), (apply("log", x), 1), like=x)),
    "xlogy": lambda x, w: _times((x, 1), (apply("log", w), 1), like=x),
}
