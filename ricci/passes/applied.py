"""Passes over functions of functions: exponentials, inverses and determinants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ricci.functions import Apply, apply, number_of
from ricci.functions.applying import is_bare, without_axes
from ricci.functions.powers import matrix_power
from ricci.passes.common import is_call, is_nonnegative, is_ones, negative, remade
from ricci.passes.logarithms import log_of_size
from tensor_networks.composites import is_zero
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, elementwise_power, network, one, primitive, size_of, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.numbers import Number, ratio
from tensor_networks.wiring import components


def exponentials(node: Node) -> Node:
    """exp(log(u)) = u (domain: u > 0 forgotten); power(u, number) is a power, power(exp(u), v) = exp(u.*v);
    abs(u) = u for u >= 0; max(u, 0) = relu(u)."""
    if not isinstance(node, Apply):
        return node
    name, arg = node.function.name, node.args[0]
    if name == "exp" and is_call(arg, "log"):
        return arg.children[0]
    if name == "power":
        exponent = _broadcast_number(node.args[1])
        if exponent is not None:
            return elementwise_power(arg, exponent)
        if is_call(arg, "exp"):
            axes = range(node.order)
            return apply("exp", network([(arg.children[0], axes), (node.args[1], axes)], axes))
        return node
    if name in ("abs", "relu") and is_nonnegative(arg):
        return arg
    if name in ("maximum", "minimum"):
        others = [part for part in node.args if not is_zero(part)]
        if len(others) == 1:
            return apply("relu", others[0]) if name == "maximum" else negative(apply("relu", negative(others[0])))
    return node


def _broadcast_number(node: Node) -> Number | None:
    """The number that every entry is, if it is one."""
    if isinstance(node, Sum) and len(node.terms) <= 1:
        if not node.terms:
            return 0
        return node.terms[0][1] if is_ones(node.terms[0][0]) else None
    return 1 if is_ones(node) else number_of(node)


def inverses(node: Node) -> Node:
    """inv(inv(X)) = X; det(inv(X)) = 1/det(X); logdet(inv(X)) = -logdet(X); inv and det of an identity;
    inv(expm(X)) = expm(-X); det(expm(X)) = exp(tr(X)); logdet(expm(X)) = tr(X)."""
    if not isinstance(node, Apply) or node.function.name not in ("inv", "det", "logdet") or node.batch:
        return node
    name, arg = node.function.name, node.args[0]
    if is_call(arg, "inv"):
        inner = arg.children[0]
        return {
            "inv": lambda: inner,
            "det": lambda: elementwise_power(apply("det", inner), -1),
            "logdet": lambda: total([(apply("logdet", inner), -1)]),
        }[name]()
    if is_call(arg, "expm"):
        inner = arg.children[0]
        trace = network([(inner, "ii")], "")
        return {
            "inv": lambda: apply("expm", negative(inner)),
            "det": lambda: apply("exp", trace),
            "logdet": lambda: trace,
        }[name]()
    if arg is identity(arg.axes[0]):
        return {"inv": lambda: arg, "det": lambda: one, "logdet": lambda: total([], ())}[name]()
    return node


def of_diagonals(node: Node) -> Node:
    """f(diag(v)) = diag(f(v)) for functions of matrices; logdet(diag(v)) = sum(log(abs(v)))."""
    if not is_call(node, *ENTRYWISE) or node.children[0].order != 2:
        return node
    arg = node.children[0]
    if not isinstance(arg, Network) or arg.outputs[0] != arg.outputs[1] or len(arg.outputs[0]) != 1:
        return node
    vector = network([(arg, "ii")], "i")
    value = ENTRYWISE[node.function.name](vector)  # type: ignore[attr-defined]
    return network([(value, "i")], "ii" if node.order else "")


ENTRYWISE: dict[str, Callable[[Node], Node]] = {
    "inv": lambda vector: elementwise_power(vector, -1),
    "logdet": log_of_size,
    "expm": lambda vector: apply("exp", vector),
    "logm": lambda vector: apply("log", vector),
    "sqrtm": lambda vector: elementwise_power(vector, ratio(1, 2)),
}


def whole_powers(node: Node) -> Node:
    """A power of a matrix whose exponent is a small number is a product."""
    if not is_call(node, "powm"):
        return node
    exponent = _broadcast_number(node.children[1])
    return matrix_power(node.children[0], exponent) if isinstance(exponent, int) else node


def along_identities(node: Node) -> Node:
    """The derivative of a function of a matrix along the identity is its ordinary derivative: that of expm is expm.

    Of a second derivative along the identity and t it is the first one along t.
    """
    if not is_call(node, *SLOPES, "powmalong", "powmcurve"):
        return node
    name, (x, *rest) = node.function.name, node.children  # type: ignore[attr-defined]
    exponent, directions = (rest[:1], rest[1:]) if name.startswith("powm") else ([], rest)
    others = [direction for direction in directions if not _is_identity(direction)]
    if len(others) == len(directions):
        return node
    if name.startswith("powm"):
        less = total([(exponent[0], 1), (elementwise_power(exponent[0], 0), -1)])
        inner = apply("powm", x, less) if name == "powmalong" else apply("powmalong", x, less, (others or directions)[0])
        batch = range(x.order - 2)
        return network([(exponent[0], batch), (inner, range(x.order))], range(x.order))
    if name == "expmcurve":
        return apply("expmalong", x, (others or directions)[0])
    return SLOPES[name](x)


def _half_inverse_root(x: Node) -> Node:
    return total([(apply("inv", apply("sqrtm", x)), ratio(1, 2))])


SLOPES: dict[str, Callable[[Node], Node]] = {  # f'(X) of the derivative of f along a direction that commutes with X
    "expmalong": lambda x: apply("expm", x),
    "logmalong": lambda x: apply("inv", x),
    "sqrtmalong": _half_inverse_root,
    "expmcurve": lambda x: apply("expm", x),
}


def _is_identity(node: Node) -> bool:
    """Is it an identity matrix, the same along all batch axes?"""
    if not isinstance(node, Network) or node.factors or node.outputs[-1] != node.outputs[-2]:
        return False
    return len(set(node.outputs)) == len(node.sizes) == node.order - 1 and all(len(group) == 1 for group in node.outputs)


def shifts(node: Node) -> Node:
    """softmax(u + c) = softmax(u) and logsumexp(u + c) = c + logsumexp(u), where c is constant along the axis."""
    if not is_call(node, "softmax", "logsumexp") or not isinstance(node.children[0], Sum):
        return node
    arg, last = node.children[0], node.children[0].order - 1
    constant = [(term, number) for term, number in arg.terms if is_bare(term, last)]
    if not constant:
        return node
    rest = total([term for term in arg.terms if term not in constant], arg.axes)
    if is_call(node, "softmax"):
        return apply("softmax", rest)
    shift = [(without_axes(term, [last]), number) for term, number in constant]
    return total([(apply("logsumexp", rest), 1), *shift])


def shifted_sums(node: Node) -> Node:
    """log(sum_j(exp(u_ij + c_i))) = c_i + log(sum_j(exp(u_ij))): the largest entry of a row, taken away and added, is gone."""
    if not is_call(node, "log") or not isinstance(node.children[0], Network) or len(node.children[0].factors) != 1:
        return node
    rows = node.children[0]
    child, slots, power = rows.factors[0]
    plain = all(len(group) == 1 for group in (*slots, *rows.outputs)) and len(rows.sizes) == len(set(slots)) == len(slots)
    if not plain or power != 1 or not is_call(child, "exp") or not isinstance(child.children[0], Sum):
        return node
    summed = [axis for axis, group in enumerate(slots) if group not in rows.outputs]
    terms = child.children[0].terms
    constant = [(term, number) for term, number in terms if all(is_bare(term, axis) for axis in summed)]
    if not summed or not constant or len(constant) == len(terms):
        return node
    rest = total([term for term in terms if term not in constant], child.axes)
    kept = [group for group in slots if group in rows.outputs]
    shift = [(network([(without_axes(term, summed), kept)], rows.outputs), number) for term, number in constant]
    return total([(apply("log", network([(apply("exp", rest), slots)], rows.outputs)), 1), *shift])


def parities(node: Node) -> Node:
    """f(-u) = -f(u) for odd functions, f(u) for even ones; the argument keeps a positive first coefficient."""
    if not isinstance(node, Apply) or not node.function.parity or primitive(node.args[0])[1] >= 0:
        return node
    return total([(apply(node.function.name, negative(node.args[0])), node.function.parity)])


def determinants(node: Node) -> Node:
    """det(A*B) = det(A)*det(B), logdet(A*B) = logdet(A) + logdet(B), inv(A*B) = inv(B)*inv(A), all factors square."""
    if not is_call(node, "det", "logdet", "inv") or node.order > 2:
        return node
    name, arg = node.function.name, node.children[0]  # type: ignore[attr-defined]
    chain = square_chain(arg)
    if chain is None:
        return _of_kron(name, arg) or node
    if name == "inv":
        count = len(chain)
        factors = [(apply("inv", matrix), (count - 1 - k, count - k)) for k, matrix in enumerate(chain)]
        return network(factors, (0, count))
    values = [apply(name, matrix) for matrix in chain]
    return total((value, 1) for value in values) if name == "logdet" else network([(value, ()) for value in values], ())


def rank_one_updates(node: Node) -> Node:
    """det(I + x*y') = 1 + y'*x, the determinant lemma; logdet of it is log(abs(1 + y'*x))."""
    if not is_call(node, "det", "logdet") or node.children[0].order != 2 or not isinstance(node.children[0], Sum):
        return node
    numbers = dict(node.children[0].terms)
    eye = identity(node.children[0].axes[0])
    if numbers.pop(eye, 0) != 1 or len(numbers) != 1:
        return node
    ((update, number),) = numbers.items()
    if not isinstance(update, Network) or not update.plain or not _falls_apart(update):
        return node
    value = total([(one, 1), (network([(update, "ii")], ""), number)])
    return value if is_call(node, "det") else log_of_size(value)


def _falls_apart(node: Network) -> bool:
    """Do the two axes of a product hang on factors that have nothing to do with each other?"""
    wires = [[wire for group in factor.slots for wire in group] for factor in node.factors]
    roots = components(wires, len(node.sizes))
    return roots[node.outputs[0][0]] != roots[node.outputs[1][0]]


def multiples(node: Node) -> Node:
    """inv(c*X) = inv(X)/c for scalars c; det(c*X) = c^n*det(X), logdet(c*X) = n*log(abs(c)) + logdet(X) for those that are no
    numbers."""
    if not is_call(node, "inv", "det", "logdet") or node.children[0].order != 2:
        return node
    inside, number = primitive(node.children[0])
    scalars = [factor for factor in inside.factors if not factor.slots] if isinstance(inside, Network) else []
    if not scalars and (number in (0, 1) or not node.order):
        return node
    if isinstance(inside, Network) and scalars:
        inside = remade(inside, [factor for factor in inside.factors if factor.slots])
    if node.order:
        outside = [(factor.node, (), -factor.exponent) for factor in scalars]
        return total([(network([(apply("inv", inside), "ij"), *outside], "ij"), ratio(1, number))])
    return _times_scalars(node, total([(inside, number)]), scalars)


def _times_scalars(node: Node, matrix: Node, scalars: Sequence[Factor]) -> Node:
    """det or logdet of a matrix times scalars, these taken out."""
    size = size_of(matrix.axes[0])
    if is_call(node, "det"):
        powers = [(apply("power", elementwise_power(factor.node, factor.exponent), size), ()) for factor in scalars]
        return network([(apply("det", matrix), ()), *powers], ())
    logs = [(network([(size, ()), (log_of_size(factor.node), ())], ()), factor.exponent) for factor in scalars]
    return total([(apply("logdet", matrix), 1), *logs])


def symmetric_arguments(node: Node) -> Node:
    """maximum(x, y) = maximum(y, x): the arguments in the order of their names, or else of their keys."""
    if not is_call(node, "maximum", "minimum"):
        return node
    first, second = node.children
    ranks = [(arg.name if isinstance(arg, Tensor) else "~", arg.key) for arg in (first, second)]
    return node if ranks[0] <= ranks[1] else apply(node.function.name, second, first)  # type: ignore[attr-defined]


def square_chain(node: Node) -> list[Node] | None:
    """The factors of a product of at least two square matrices, in order, each as it stands in the product."""
    if not isinstance(node, Network) or len(node.factors) < 2 or len(set(node.sizes)) != 1 or node.order != 2:
        return None
    if any(len(group) != 1 for group in node.outputs):
        return None
    if any(f.exponent != 1 or f.node.order != 2 or any(len(g) != 1 for g in f.slots) for f in node.factors):
        return None
    ends = [group[0] for group in node.outputs]
    rest, wire, chain = list(node.factors), ends[0], []
    while rest:
        found = [factor for factor in rest if (wire,) in factor.slots]
        if len(found) != 1 or found[0].slots[0] == found[0].slots[1]:
            return None
        factor = found[0]
        rest.remove(factor)
        forward = factor.slots[0] == (wire,)
        chain.append(factor.node if forward else network([(factor.node, "ij")], "ji"))
        wire = factor.slots[1 if forward else 0][0]
    return chain if wire == ends[1] and ends[0] != ends[1] else None


def _of_kron(name: str, node: Node) -> Node | None:
    """det or logdet of a Kronecker product of square matrices: that of each, to the power of (times) the other sizes."""
    if not isinstance(node, Network) or name == "inv" or len(node.outputs[0]) != len(node.factors):
        return None
    rows, columns = node.outputs
    parts = dict.fromkeys(node.factors)
    blocks = []
    for row, column in zip(rows, columns, strict=False):
        part = next((f for f in parts if set(f.slots) == {(row,), (column,)} and f.exponent == 1), None)
        if part is None or len(part.slots) != 2 or row == column or node.sizes[row] != node.sizes[column]:
            return None
        del parts[part]
        blocks.append((network([(part.node, part.slots)], (row, column)), size_of(node.sizes[row])))
    if len(blocks) < 2 or len(rows) != len(columns):
        return None
    whole = network([(size, ()) for _, size in blocks], ())
    powers = [(apply(name, block), network([(whole, ()), (size, (), -1)], ())) for block, size in blocks]
    if name == "logdet":
        return total((network([(value, ()), (times, ())], ()), 1) for value, times in powers)
    return network([(apply("power", value, times), ()) for value, times in powers], ())
