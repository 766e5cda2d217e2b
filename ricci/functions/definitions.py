"""Functions that stand for formulas of others: applying one gives its formula, so that equal means identical."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from math import pi, sqrt

from ricci.functions.applying import apply
from ricci.functions.elementwise import INSIDE, POSITIVE
from ricci.functions.function import Function, defined
from tensor_networks.axes import Axis
from tensor_networks.filled import identity, ones
from tensor_networks.networks import constant, elementwise_power, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.patterns import pattern

UNIT = (0.1, 0.9)


def times(*nodes: Node) -> Node:
    """The product entry by entry of nodes of one shape."""
    wires = range(nodes[0].order)
    return network([(node, wires) for node in nodes], wires, dict(enumerate(nodes[0].axes)))


def scaled(node: Node, number: object) -> Node:
    """A node times a number."""
    return plus((node, number))


def plus(*terms: tuple[Node, object]) -> Node:
    """A linear combination of nodes of one shape."""
    return total([(node, _exact(number)) for node, number in terms], terms[0][0].axes)


def _exact(number: object) -> Number:
    return Fraction(repr(number)) if isinstance(number, float) else number  # type: ignore[return-value]


def _silu(x: Node) -> Node:
    return times(x, apply("sigmoid", x))


def _gelu(x: Node) -> Node:
    return times(x, apply("ndtr", x))


def _mish(x: Node) -> Node:
    return times(x, apply("tanh", apply("softplus", x)))


def _logit(x: Node) -> Node:
    return plus((apply("log", x), 1), (apply("log1p", scaled(x, -1)), -1))


def _logsigmoid(x: Node) -> Node:
    return scaled(apply("softplus", scaled(x, -1)), -1)


def _cbrt(x: Node) -> Node:
    return times(apply("sign", x), elementwise_power(apply("abs", x), Fraction(1, 3)))


def _entr(x: Node) -> Node:
    return scaled(apply("xlogy", x, x), -1)


def _relentr(x: Node, w: Node) -> Node:
    return plus((apply("xlogy", x, x), 1), (apply("xlogy", x, w), -1))


def _logaddexp(x: Node, w: Node) -> Node:
    return plus((x, 1), (apply("softplus", plus((w, 1), (x, -1))), 1))


def _betaln(x: Node, w: Node) -> Node:
    return plus((apply("gammaln", x), 1), (apply("gammaln", w), 1), (apply("gammaln", plus((x, 1), (w, 1))), -1))


def _ndtri(x: Node) -> Node:
    return scaled(apply("erfinv", plus((x, 2), (ones(x.axes), -1))), sqrt(2))


def _clip(x: Node, low: Node, high: Node) -> Node:
    return apply("minimum", apply("maximum", x, low), high)


def _softsign(x: Node) -> Node:
    return times(x, elementwise_power(plus((ones(x.axes), 1), (apply("abs", x), 1)), -1))


def _huber(x: Node, w: Node) -> Node:
    size = apply("abs", w)
    linear = times(x, plus((size, 1), (x, Fraction(-1, 2))))
    return apply("where", plus((size, 1), (x, -1)), linear, scaled(elementwise_power(w, 2), Fraction(1, 2)))


def _pseudo_huber(x: Node, w: Node) -> Node:
    bent = apply("hypot", ones(x.axes), times(w, elementwise_power(x, -1)))
    return times(elementwise_power(x, 2), plus((bent, 1), (ones(x.axes), -1)))


def _over(name: str) -> Callable[[Node], Node]:
    return lambda x: elementwise_power(apply(name, x), -1)


def _logarithm(base: int) -> Callable[[Node], Node]:
    return lambda x: network([(apply("log", x), range(x.order)), (apply("log", constant(base)), (), -1)], range(x.order))


def _exponential(base: int) -> Callable[[Node], Node]:
    return lambda x: apply("exp", network([(x, range(x.order)), (apply("log", constant(base)), ())], range(x.order)))


def _logsoftmax(x: Node) -> Node:
    last = x.order - 1
    peak = network([(apply("logsumexp", x), range(last))], range(x.order), {last: x.axes[last]})
    return plus((x, 1), (peak, -1))


def _specnorm(x: Node) -> Node:
    batch = [f"b{axis}" for axis in range(x.order - 2)]
    squares = network([(x, [*batch, "i", "k"]), (x, [*batch, "j", "k"])], [*batch, "i", "j"])
    return elementwise_power(apply("amax", apply("eigvalsh", squares)), Fraction(1, 2))


def _lyapunov(x: Node, w: Node) -> Node:
    batch = [f"b{axis}" for axis in range(x.order - 2)]
    return apply("sylvester", x, network([(x, [*batch, "i", "j"])], [*batch, "j", "i"]), w)


def _third(name: str) -> Callable[..., Node]:
    """The third derivative of a function of a matrix, given the second one along two directions.

    The last argument is a further direction t: the value is a block of the second derivative at ``[[x, 0], [t, x]]``.
    """

    def third(x: Node, *rest: Node) -> Node:
        *others, t = rest
        batch = [f"b{axis}" for axis in range(x.order - 2)]
        sizes: dict[Hashable, Axis] = {"p": 2, "q": 2, **dict(zip([*batch, "i", "j"], x.axes, strict=True))}
        block = [*batch, ("p", "i"), ("q", "j")]
        below = total([(pattern("lower", 2), 1), (identity(2), -1)])

        def twice(node: Node) -> Node:
            """The matrix at both places of the diagonal; an exponent stays."""
            if node.order < x.order:
                return node
            return network([(node, [*batch, "i", "j"])], [*batch, ("p", "i"), ("p", "j")], {"p": 2})

        corner = network([(below, "pq"), (t, [*batch, "i", "j"])], block, sizes)
        value = apply(name, total([(twice(x), 1), (corner, 1)]), *map(twice, others))
        return network([(value, block), (below, "pq")], [*batch, "i", "j"], sizes)

    return third


UNARY, BINARY = "()->()", "(),()->()"
MATRICES = "(n,n),(n,n)->(n,n)"
MATRICES_OF_FOUR = "(n,n),(n,n),(n,n),(n,n)"

DEFINED: tuple[Function, ...] = (
    defined("silu", UNARY, _silu, r"\operatorname{silu}"),
    defined("gelu", UNARY, _gelu, r"\operatorname{gelu}"),
    defined("mish", UNARY, _mish, r"\operatorname{mish}"),
    defined("softsign", UNARY, _softsign, r"\operatorname{softsign}"),
    defined("logit", UNARY, _logit, r"\operatorname{logit}", UNIT),
    defined("logsigmoid", UNARY, _logsigmoid, r"\log\sigma"),
    defined("cbrt", UNARY, _cbrt, r"\operatorname{cbrt}", POSITIVE),
    defined("entr", UNARY, _entr, r"\operatorname{entr}", POSITIVE),
    defined("sinc", UNARY, lambda x: apply("cardinal", scaled(x, pi)), r"\operatorname{sinc}"),
    defined("huber", BINARY, _huber, r"\operatorname{huber}", POSITIVE),
    defined("pseudohuber", BINARY, _pseudo_huber, r"\operatorname{pseudohuber}", POSITIVE),
    defined("sec", UNARY, _over("cos"), r"\sec", INSIDE),
    defined("csc", UNARY, _over("sin"), r"\csc", POSITIVE),
    defined("cot", UNARY, _over("tan"), r"\cot", (0.3, 1.2)),
    defined("sech", UNARY, _over("cosh"), r"\operatorname{sech}"),
    defined("csch", UNARY, _over("sinh"), r"\operatorname{csch}", POSITIVE),
    defined("coth", UNARY, _over("tanh"), r"\coth", POSITIVE),
    defined("square", UNARY, lambda x: elementwise_power(x, 2), r"\operatorname{square}"),
    defined("reciprocal", UNARY, lambda x: elementwise_power(x, -1), r"\operatorname{reciprocal}", POSITIVE),
    defined("exp10", UNARY, _exponential(10), r"\operatorname{exp10}", UNIT),
    defined("xlog1py", BINARY, lambda x, w: times(x, apply("log1p", w)), r"\operatorname{xlog1py}", POSITIVE),
    defined("beta", BINARY, lambda x, w: apply("exp", apply("betaln", x, w)), r"B", POSITIVE),
    defined("log2", UNARY, _logarithm(2), r"\log_2", POSITIVE),
    defined("log10", UNARY, _logarithm(10), r"\log_{10}", POSITIVE),
    defined("exp2", UNARY, _exponential(2), r"\operatorname{exp2}"),
    defined("relentr", BINARY, _relentr, r"\operatorname{relentr}", POSITIVE),
    defined("ndtri", UNARY, _ndtri, r"\Phi^{-1}", UNIT),
    defined("betaln", BINARY, _betaln, r"\ln B", POSITIVE),
    defined("logaddexp", BINARY, _logaddexp, r"\operatorname{logaddexp}"),
    defined("clip", "(),(),()->()", _clip, r"\operatorname{clip}"),
    defined("logsoftmax", "(n)->(n)", _logsoftmax, r"\operatorname{logsoftmax}"),
    defined("specnorm", "(m,n)->()", _specnorm, r"\operatorname{specnorm}"),
    defined("lyapunov", MATRICES, _lyapunov, r"\operatorname{lyapunov}"),
    *(
        defined(f"{name}third", f"{MATRICES_OF_FOUR}->(n,n)", _third(f"{name}curve"), rf"\operatorname{{{name}third}}")
        for name in ("expm", "logm", "sqrtm")
    ),
    defined("powmthird", "(n,n),(),(n,n),(n,n),(n,n)->(n,n)", _third("powmcurve"), r"\operatorname{powmthird}"),
)
