"""`steps`: the derivation of a derivative as a student writes it: by differentials, one named rule a line.

The differential goes down the expression, one kind of node at a time: what is linear lets it through, a product gives
one term for every factor that is replaced by its differential, a function its line of the table. What is left to work
out stands there as ``d(...)``. At the end the direction is collected, and what it is multiplied with is the derivative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import cast

from ricci.arguments import Expression, Wrt, as_expression, check_fresh, variables_of
from ricci.calculus import sweeps
from ricci.calculus.simplify import MOST_ROUNDS, PASSES, settle
from ricci.calculus.sweeps import depends_on
from ricci.derivations.derivation import Derivation, Equation, Open, Side, Step
from ricci.derivatives.derive import derivative
from ricci.derivatives.differentials import Differential, identify, name_of, numbered, paired, product_text
from ricci.expr import Expr, leaves
from ricci.functions import Apply, Function, apply
from ricci.layouts.layout import matrix
from ricci.notation.latex import check_notation, latex
from ricci.notation.writing import write
from ricci.traits.spaces import left_out, part_that_counts, tangent
from tensor_networks.errors import UnknownName
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Tensor, tensor, walk
from tensor_networks.numbers import Number
from tensor_networks.rewrite import flatten, substitute, transform

WORDS = {
    "logarithms": "logarithms of exponentials and of determinants",
    "exponentials": "exp and log cancel",
    "inverses": "an inverse of an inverse, or a determinant of one",
    "parities": "odd and even functions",
    "shifts": "a constant shift leaves a softmax",
    "determinants": "a determinant or an inverse of a product",
    "roots": "a root of a product",
    "norms": "a sum of squares is a squared norm",
    "units": "a vector over its norm",
    "signs": "a sign times an absolute value",
    "adjugates": "adj(X)/det(X) = inv(X)",
    "cancellations": "inv(M)*M = I",
    "like_terms": "like terms",
}
MOST_STEPS = 60
MOST_LETTERS = 90  # of the matrix of a vec form


def steps(f: Expression, *wrt: Wrt, notation: str = "matrix") -> Derivation:
    """The derivation of the derivative of ``f`` by a variable, or by several in turn, as a list of steps.

    ``notation`` is ``"matrix"`` or ``"index"``. Printed it is a column of equations with their rules;
    `Derivation.latex` and `Derivation.html` give it for papers and notebooks. ``step.check()`` proves a step.

    Raises:
        UnknownName: a variable does not occur, or none is named.
        UnknownName: there is no such notation.
        DerivativeError: a function has no derivative rule, or there is a tensor named as the direction, ``d<name>``.
    """
    check_notation(notation)
    f = as_expression(f)
    variables = variables_of(f, *wrt)
    if not variables:
        raise UnknownName("name the variable to differentiate by", hint=f"there are: {', '.join(f.variables) or 'none'}")
    for variable in variables:
        check_fresh(f, tangent(variable), "direction", "steps call it d<name>: rename the tensor, see Expr.substitute")
    name = name_of(f)
    start = Equation(Side(name, name), f.node)
    made: list[Step] = []
    value, settled_start = f, _settled(start, made)
    if notation == "index" and not made:
        start = settled_start
    for order, variable in enumerate(variables):
        left = _derivative_name(name, variables[: order + 1])
        goal = derivative(f, *variables[: order + 1])
        settled_start = _one(value, variable, settled_start, left, goal, made)
        value = goal
    if notation == "index":  # nothing to collect where every wire has a letter
        made = [step for step in made if step.rule not in ("collecting", "vec")]
    return Derivation(start, made, value, notation)


def _derivative_name(name: str, variables: list[Tensor]) -> Side:
    power = len(variables)
    letters = [latex(variable) for variable in variables]
    if power > 1 and len(set(variables)) == 1:
        below, below_latex = f"d{variables[0].name}{power}", rf"\partial {letters[0]}^{power}"
    else:
        below = " ".join(f"d{variable.name}" for variable in variables)
        below_latex = r"\,".join(rf"\partial {letter}" for letter in letters)
    above, above_latex = f"d{name}", rf"\partial {name}"
    if power > 1:
        above, above_latex = f"d{power}{name}", rf"\partial^{power} {name}"
    return Side(f"{above}/{below}", rf"\frac{{{above_latex}}}{{{below_latex}}}")


def _settled(equation: Equation, made: list[Step]) -> Equation:
    """The equation in normal form; a step, if that is to be seen."""
    node, fired = _recorded(equation.node)
    if fired and write(node) != write(equation.node):
        after = Equation(equation.left, node, equation.open)
        made.append(Step(*_recognised(equation.node, node, fired), equation, after, equation.node))
        return after
    return Equation(equation.left, node, equation.open)


def _recorded(root: Node) -> tuple[Node, list[str]]:
    """The normal form, as `settle` makes it, and the names of the passes that changed anything."""
    fired: dict[str, None] = {}

    def step(node: Node) -> Node:
        for each in PASSES:
            new = each(node)
            if new is not node:
                fired[each.__name__] = None
                return new
        return node

    for _ in range(MOST_ROUNDS):
        (new,) = flatten(*transform((root,), step))
        if new is root:
            break
        root = new
    return root, list(fired)


def _recognised(before: Node, after: Node, fired: Iterable[str]) -> tuple[str, str]:
    """A rule and a reason for a simplification: the functions that it found, or what the passes say."""
    new = sorted(_functions(after) - _functions(before))
    if new:
        return "recognition", f"{' and '.join(new)} recognised"
    words = [WORDS.get(name, name.replace("_", " ")) for name in fired]
    return "simplification", "; ".join(dict.fromkeys(words))


def _functions(root: Node) -> set[str]:
    return {node.function.name for node in walk(root) if isinstance(node, Apply)}


# one derivative


def _one(value: Expr, variable: Tensor, start: Equation, left: Side, goal: Expr, made: list[Step]) -> Equation:
    """The steps of one derivative; gives the equation that they end with."""
    name, direction = start.left, tangent(variable)
    label = Side(f"d({name.text})" if "/" in name.text else f"d{name.text}", rf"\mathrm{{d}}{name.latex}")
    final = Equation(left, goal.settled)
    if variable not in leaves(start.node):
        made.append(Step("constants", f"{variable.name} does not occur", start, final, start.node, start))
        return final
    names = {*value.variables, variable.name, direction.name}
    known = len(made)
    tangents: dict[Node, Node] = {direction: sweeps.along(variable, direction)} if left_out(variable) else {}
    current = _differential(start, variable, label, names, made)
    form = _collected(value, variable, current)
    if form is not None and not _ends_with(write(current.node), form.text, direction.name):
        after = Equation(label, current.node, form=form)
        alone = not (isinstance(current.node, Sum) and len(current.node.terms) > 1) and not tangents
        if alone and variable.order < 2 and not value.order and len(made) > known:
            made[-1] = replace(made[-1], after=after)
        else:
            made.append(Step("collecting", _why(value, variable), current, after, current.node, tangents=tangents))
        current = after
    current = _vectorised(value, variable, current, made)
    slots = list(range(goal.order))
    times = network([(goal.settled, slots), (direction, slots[value.order :])], slots[: value.order])
    equivalent = Equation(label, settle(times)[0])
    made.append(Step("identification", _identified(value, variable), current, final, direction, equivalent, tangents))
    return final


def _ends_with(text: str, form: str, direction: str) -> bool:
    """Is the direction taken out in the text already?"""
    return text == form or (text.count(direction) == 1 and text.endswith(f"*{direction})") and text.count("tr(") == 1)


def _identified(value: Expr, variable: Tensor) -> str:
    """How the derivative is read off the differential."""
    counts = f"; {part_that_counts(variable)}" if left_out(variable) else ""
    if value.order or variable.order > 2:
        return "what the direction is multiplied with is the derivative" + counts
    forms = {0: "df = g*d{0}, so g is the derivative", 1: "df = g'*d{0}, so g is the gradient"}
    return forms.get(variable.order, "df = tr(G'*d{0}), so G is the derivative").format(variable.name) + counts


def _collected(value: Expr, variable: Tensor, current: Equation) -> Side | None:
    """The differential with the direction taken out: ``g'*dx``, ``tr(G'*dX)``, ``J*dx``; None if it has no such form."""
    direction = tangent(variable)
    if variable.order > 2 or value.order > 1 or (value.order == 1 and variable.order != 1):
        return None
    found = _identify(value, variable, current)
    if value.order:
        number, text = numbered(str(found))
        code = rf"\left({found.latex()}\right)\,{latex(direction)}"
        return None if "->" in text else Side(product_text(number, text, direction.name), code)
    pair = paired(found, direction)
    code = found.latex() if variable.order == 0 else rf"\left({found.latex()}\right)^{{\mathsf T}}"
    code = rf"{code}\,{latex(direction)}"
    code = code if variable.order < 2 else rf"\operatorname{{tr}}\left({code}\right)"
    return None if pair is None else Side(pair, code)


def _identify(value: Expr, variable: Tensor, current: Equation) -> Expr:
    """What the direction is multiplied with."""
    direction = tangent(variable)
    known = {**value.variables, direction.name: direction}
    return identify(Differential(current.node, declared=known, directions={variable: direction}), variable)


def _why(value: Expr, variable: Tensor) -> str:
    """Why the direction can be collected."""
    if value.order or (variable.order < 2 and not part_that_counts(variable)):
        return f"d{variable.name} is taken out of every term"
    return part_that_counts(variable) or "the trace is cyclic, and tr(M) = tr(M')"


def _vectorised(value: Expr, variable: Tensor, current: Equation, made: list[Step]) -> Equation:
    """The differential of a matrix, or by a matrix, as ``dvec(F) = J*dvec(X)``, if that is short."""
    direction = tangent(variable)
    if not value.order or max(value.order, variable.order) != 2 or not variable.order:
        return current
    found = _identify(value, variable, current).described(split=(value.order, variable.order))
    jacobian = matrix(found, "numerator", "column")
    text, code = str(jacobian), rf"\left({jacobian.latex()}\right)"
    if "->" in text or len(text) > MOST_LETTERS:
        return current
    moved = Side(f"dvec({variable.name})", rf"\mathrm{{d}}\operatorname{{vec}}\left({latex(variable)}\right)")
    if variable.order == 1:
        moved = Side(direction.name, latex(direction))
    left = current.left
    if value.order == 2:
        inside, code_ = left.text[1:].strip("()"), left.latex.removeprefix(r"\mathrm{d}")
        left = Side(f"dvec({inside})", rf"\mathrm{{d}}\operatorname{{vec}}\left({code_}\right)")
    form = Side(product_text(*numbered(text), moved.text), rf"{code}\,{moved.latex}")
    after = Equation(left, current.node, form=form)
    made.append(Step("vec", "vec(A*X*B) = kron(B', A)*vec(X)", current, after, current.node))
    return after


def _differential(start: Equation, variable: Tensor, label: Side, names: set[str], made: list[Step]) -> Equation:
    """The differential, worked out step by step."""
    work = _Work(start.node, variable, names, str(Expr(start.node)))
    current = Equation(label, work.whole, work.left_open(work.whole))
    for _ in range(MOST_STEPS):
        pending = work.pending(current.node)
        if not pending:
            break
        together = work.alike(pending, work.left_open(current.node))
        rule, reason = work.common_rule(together)
        grown: dict[Node, Node] = {leaf: work.grown(work.open[leaf].node) for leaf in together}
        node = settle(substitute(current.node, grown))[0]
        after = Equation(label, node, work.left_open(node))
        trivial = isinstance(node, Sum) and len(node.terms) == 1 and node.terms[0][0] in after.open
        if not trivial:
            made.append(Step(rule, reason, current, after, work.open[together[0]].node))
        current = after
    if current.open and work.pending(current.node):
        rest = Equation(label, current.closed().settled)
        made.append(Step("and so on", "the same rules for all that is left", current, rest, start.node))
        return rest
    return current


class _Work:
    """The differentials that are still to be worked out, each under a name of its own."""

    def __init__(self, root: Node, variable: Tensor, names: set[str], text: str) -> None:
        self.variable, self.inside, self.text = variable, depends_on(root, [variable]), text
        self.names, self.numbers = names, count()
        taken = {name.lower() for name in names}
        self.letters = iter([c for c in "uvwrstpqhk" if c not in taken] + [f"u{k}" for k in range(99)])
        self.open: dict[Tensor, Open] = {}
        self.known: dict[Node, Node] = {variable: tangent(variable)}
        self.whole = self._opened(root)

    def _opened(self, node: Node) -> Node:
        """What stands for the differential of a node: a tensor with a name of its own, perhaps with a minus sign."""
        if node in self.known:
            return self.known[node]
        shown, sign = node, 1
        if isinstance(node, Sum):
            opposite = total([(node, -1)])
            if write(opposite) in self.text and write(node) not in self.text:
                shown, sign = opposite, -1
                self.inside |= depends_on(opposite, [self.variable])
        number, letter = next(self.numbers), next(self.letters)
        leaf = tensor(f"zz{number}#", node.axes)  # a name that no text has
        self.open[leaf] = Open(shown, (self.variable,), letter.upper() if node.order > 1 else letter)
        self.known[node] = total([(leaf, sign)])
        return self.known[node]

    def left_open(self, node: Node) -> Mapping[Tensor, Open]:
        """What is still open in an expression."""
        return {leaf: self.open[leaf] for leaf in sorted(leaves(node), key=lambda leaf: leaf.name) if leaf in self.open}

    def pending(self, node: Node) -> list[Tensor]:
        """What is open and not inside of something else that is: the outermost come first."""
        found = list(self.left_open(node))
        below = [set(walk(self.open[leaf].node)) for leaf in found]
        return [
            leaf
            for k, leaf in enumerate(found)
            if not any(self.open[leaf].node in below[j] for j in range(len(found)) if j != k)
        ]

    def alike(self, pending: list[Tensor], all_open: Iterable[Tensor]) -> list[Tensor]:
        """Those that the same kind of rule works out: all that is linear at once, or all the outermost of one kind."""
        kinds = {leaf: self.rule(self.open[leaf].node)[0].partition(",")[0] for leaf in all_open}
        kind = kinds[pending[0]]
        return [leaf for leaf in (all_open if kind == "linearity" else pending) if kinds[leaf] == kind]

    def common_rule(self, together: Iterable[Tensor]) -> tuple[str, str]:
        """The rule and the reason for several differentials that are worked out at once."""
        rules = dict.fromkeys(self.rule(self.open[leaf].node) for leaf in together)
        kinds = dict.fromkeys(rule.partition(", ")[0] for rule, _ in rules)
        names = dict.fromkeys(rule.partition(", ")[2] for rule, _ in rules if ", " in rule)
        title = " and ".join(kinds) + (f", {' and '.join(names)}" if names else "")
        return title, "; ".join(dict.fromkeys(reason for _, reason in rules))

    def _dependent(self, node: Network) -> list[int]:
        return [place for place, factor in enumerate(node.factors) if factor.node in self.inside]

    def _linear(self, node: Node) -> bool:
        if isinstance(node, Network):
            places = self._dependent(node)
            return len(places) == 1 and node.factors[places[0]].exponent == 1
        return isinstance(node, Sum) or node is self.variable

    def rule(self, node: Node) -> tuple[str, str]:
        """The rule that the differential of a node needs, and a sentence."""
        name = self.variable.name
        if self._linear(node):
            return "linearity", "d passes through sums and constant factors"
        if isinstance(node, Network):
            places = self._dependent(node)
            if len(places) == 1:
                exponent = node.factors[places[0]].exponent
                return "power rule", f"d(u^{_shown(exponent)}) = {_power_rule(exponent)}"
            plain = all(node.factors[place].node is self.variable for place in places)
            return (
                "product rule",
                f"each {name} in turn becomes d{name}" if plain else "each factor in turn becomes its differential",
            )
        if isinstance(node, Apply):
            return f"chain rule, {node.function.name}", _line(node.function)
        return "differential", ""

    def grown(self, node: Node) -> Node:
        """The differential of a node, one rule further."""
        seeds: dict[Node, Node] = {}
        stack = [node]
        while stack:
            for child in stack.pop().children:
                if child not in self.inside or child in seeds:
                    continue
                if self._linear(node) and self._linear(child) and child is not self.variable:
                    stack.append(child)
                else:
                    seeds[child] = self._opened(child)
        return sweeps.push(node, cast("Mapping[Tensor, Node]", seeds))


def _shown(exponent: Number) -> str:
    return str(exponent) if isinstance(exponent, int) and exponent >= 0 else f"({exponent})"


def _power_rule(exponent: Number) -> str:
    less = exponent - 1
    power = "" if less == 0 else "*u" if less == 1 else f"*u^{_shown(less)}"
    return f"{exponent}{power}*du"


def _line(function: Function) -> str:
    """The line of the table for a function, as a differential: ``d tanh(u) = (1 - tanh(u)^2)*du``."""
    before = function.core(1)[0] if "..." in function.signature else function.core(0)[0]
    letters = ("u", "v", "w")[: function.arity]
    args = [tensor(letter.upper() if before > 1 else letter, ("n",) * before) for letter in letters]
    try:
        value = Expr(apply(function.name, *args))
        made = Differential(
            settle(sweeps.directional(value.settled, args))[0], of=value, directions={leaf: tangent(leaf) for leaf in args}
        )
        right = made.equation().partition(" = ")[2]
        return f"d {value} = {right}"
    except ValueError:
        return f"the derivative of {function.name}"
