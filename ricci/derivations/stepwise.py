"""`steps`: the derivation of a derivative as a student writes it: by differentials, one named rule a line.

The differential goes down the expression, one kind of node at a time: what is linear lets it through, a product gives
one term for every factor that is replaced by its differential, a function its line of the table. What is left to work
out stands there as ``d(...)``. At the end the direction is collected, and what it is multiplied with is the derivative.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ricci.arguments import Expression, Wrt, as_expression, check_fresh, variables_of
from ricci.calculus import sweeps
from ricci.calculus.simplify import MOST_ROUNDS, selected, settle
from ricci.derivations.collecting import collected, is_collected, reading, vectorised, why
from ricci.derivations.derivation import Derivation, Equation, Side, Step
from ricci.derivations.rules import Work
from ricci.derivatives.derive import derivative
from ricci.derivatives.differentials import name_of
from ricci.expr import Expr
from ricci.functions import Apply
from ricci.notation.latex import check_notation, latex
from ricci.notation.writing import write
from ricci.traits.spaces import left_out, tangent
from tensor_networks.errors import UnknownName
from tensor_networks.networks import Sum, network
from tensor_networks.nodes import Node, Tensor, leaves, walk
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
        for each in selected(node):
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
    form = collected(value, variable, current)
    if form is not None and not is_collected(write(current.node), form.text, direction.name):
        after = Equation(label, current.node, form=form)
        alone = not (isinstance(current.node, Sum) and len(current.node.terms) > 1) and not tangents
        if alone and variable.order < 2 and not value.order and len(made) > known:
            made[-1] = replace(made[-1], after=after)
        else:
            made.append(Step("collecting", why(value, variable), current, after, current.node, tangents=tangents))
        current = after
    current = vectorised(value, variable, current, made)
    slots = list(range(goal.order))
    times = network([(goal.settled, slots), (direction, slots[value.order :])], slots[: value.order])
    equivalent = Equation(label, settle(times)[0])
    made.append(Step("identification", reading(value, variable), current, final, direction, equivalent, tangents))
    return final


def _differential(start: Equation, variable: Tensor, label: Side, names: set[str], made: list[Step]) -> Equation:
    """The differential, worked out step by step."""
    work = Work(start.node, variable, names, str(Expr(start.node)))
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
