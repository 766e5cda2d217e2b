"""`check`: is my formula right? Equal, and how that is known; or different, and how: transposed, a factor, a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from typing import Any

import numpy as np

from ricci.arguments import Wrt, as_expression, directions_of, variables_of
from ricci.calculus.simplify import settle
from ricci.derivatives.derive import derivative, differential, hvp
from ricci.expr import Expr
from ricci.layouts.layout import matrix
from ricci.layouts.views import MatrixExpr
from ricci.proofs.diagnosis import Call, Counterexample, Finding, Pair, compared, counterexample, described, diagnosed, squeezed
from ricci.proofs.equality import equal, same_tensors
from ricci.proofs.guesses import mended, right_elsewhere
from ricci.proofs.terms import told_apart
from ricci.reading import parse
from ricci.tracing import trace
from ricci.traits.spaces import tangent
from tensor_networks.axes import Axis
from tensor_networks.composites import is_zero
from tensor_networks.errors import DerivativeError, LimitError, OperandError, RicciError, ShapeError, TraceError, UnknownName
from tensor_networks.networks import constant, network, zero
from tensor_networks.nodes import Tensor, leaves, tensor
from tensor_networks.rewrite import substitute

Candidate = str | Expr | Callable[..., Any] | Any


@dataclass(frozen=True)
class Check:
    """The answer to "is my formula right?": true if it is.

    ``verdict`` is ``equal``, ``transposed``, ``sign``, ``factor``, ``symmetric part``, ``projection``, ``diagonal``,
    ``missing term``, ``extra term``, ``coefficient``, ``variable``, ``not linear``, ``shape`` or ``different``; ``detail``
    says it in a sentence, ``derivative`` is the right formula, ``difference`` the derivative minus the candidate where
    that is a formula.
    """

    verdict: str
    detail: str
    derivative: Expr
    candidate: str = ""
    difference: Expr | None = None
    counterexample: Counterexample | None = None

    @property
    def equal(self) -> bool:
        """Is the candidate right?"""
        return self.verdict == "equal"

    def __bool__(self) -> bool:
        return self.equal

    def __str__(self) -> str:
        if self.equal:
            return self.detail
        lines = [f"different: {self.detail}", f"    the derivative is  {self.derivative}"]
        lines += [f"    the candidate is   {self.candidate}"] if self.candidate else []
        return "\n".join(lines + ([] if self.counterexample is None else [f"    {self.counterexample}"]))

    __repr__ = __str__


def check(
    candidate: Candidate,
    f: Expr | str,
    wrt: Wrt,
    /,
    *,
    at: Mapping[str, Any] | None = None,
    direction: str | None = None,
    structure: str = "projected",
    **declarations: Any,
) -> Check:
    """Is a formula the derivative of ``f`` by ``wrt``?

    The candidate is a text in matrix or index notation, an expression, a function of arrays by name written with
    NumPy, or - with ``at``, arrays by name - numbers at that point. Matrices in numerator or denominator layout,
    columns or rows stacked, are recognised. Several variables ask for a higher derivative: ``check(H, f, ("x", "x"))``.

    A candidate that has the direction ``d<name>`` in it (or another name given as ``direction``; for a function, the
    one parameter that ``f`` does not know) is compared with the derivative along it: with ``df`` for one variable, with
    the Hessian times the direction for two. It must be linear in it. ``structure`` is that of `derivative`.

    Raises:
        UnknownName: the candidate has an unknown name in it.
        DerivativeError: the name given as ``direction`` is that of a tensor of ``f``.
        OperandError: there are declarations, and ``f`` is an expression that has its own.
        RicciError: numbers were given without ``at``, or there is no point at which both are finite.
    """
    if declarations and not isinstance(f, str):
        raise OperandError(f"{next(iter(declarations))} is declared, but f is no text", hint="declare it where f is made")
    function = parse(f, **declarations) if isinstance(f, str) else as_expression(f)
    variables = variables_of(function, wrt)
    if not variables:
        raise UnknownName("name the variable that the formula is the derivative by")
    if direction is not None:
        directions_of(function, variables[-1:], direction)
    task = Task(function, tuple(variables), direction, structure)
    if at is not None or not (isinstance(candidate, str | Expr | int | float) or callable(candidate)):
        return _numbers(candidate, task, at)
    if isinstance(candidate, int | float):
        return _formula(Expr(constant(candidate)), task)
    if isinstance(candidate, Expr):
        return _formula(candidate, task)
    return _text(candidate, task) if isinstance(candidate, str) else _function(candidate, task)


@dataclass(frozen=True)
class Task:
    """What is asked: the derivative of a function by variables, along a direction or not."""

    function: Expr
    variables: tuple[Tensor, ...]
    direction: str | None
    structure: str = "projected"

    @property
    def along(self) -> Tensor:
        """The direction that belongs to the last variable."""
        usual = tangent(self.variables[-1])
        return usual if self.direction is None else tensor(self.direction, usual.axes, usual.traits, usual.marks)

    @property
    def names(self) -> dict[str, Any]:
        """What the names in a candidate stand for."""
        known = {name: Expr(leaf) for name, leaf in self.function.variables.items()}
        return known | {self.along.name: Expr(self.along)}

    def expected(self, names: Sequence[str], order: int | None = None) -> Expr:
        """The right derivative for a candidate with some names in it and of some order."""
        if self.along.name not in names or self.along.name in self.function.variables:
            return derivative(self.function, *self.variables, structure=self.structure)
        (*_, last) = self.variables
        name = self.along.name
        if len(self.variables) == 1:
            return differential(self.function, last, direction=name)
        if len(set(self.variables)) == 1 and len(self.variables) == 2 and order != 0:
            return hvp(self.function, last, name)
        return differential(self.function, last, order=len(self.variables), direction=name)


def _text(candidate: str, task: Task) -> Check:
    """The answer for a text: what is shown of it is as it was written, and a mark that is missing in it is looked for."""
    try:
        answer = _formula(parse(candidate, **task.names), task)
    except ShapeError as error:
        answer = Check("shape", f"the shapes in it do not fit: {error.message}", task.expected(()))
    if answer.verdict in ("shape", "symmetric part", "different"):
        better = mended(candidate, task.names, answer.derivative)
        answer = answer if better is None else replace(answer, detail=f"{answer.detail}; {better} is right")
    return replace(answer, candidate=candidate)


def _formula(candidate: Expr, task: Task) -> Check:
    """The answer for an expression."""
    names = [leaf.name for leaf in leaves(candidate.node)]
    expected = task.expected(names, candidate.order)
    same_tensors(candidate, expected)
    text = str(candidate)
    remark = ""
    linear = _not_linear(candidate, task) if task.along in leaves(expected.node) or task.along.name in names else None
    if linear is None and candidate.axes != expected.axes:
        fitted = _in_a_layout(candidate, expected)
        if fitted is not None:
            return Check("equal", fitted, expected, text)
        expected, remark = _as_matrix(candidate, expected)
    if candidate.axes == expected.axes:
        same = equal(candidate, expected)
        if same:
            lies = candidate.role == "row" and "; it is written as a row"
            return Check("equal", f"{same}{lies or ''}", expected, text)
    pairs = compared(_caller(candidate), expected)
    difference = told = None
    if candidate.axes == expected.axes:
        difference, told = told_apart(candidate, expected)
    finding = linear or _found(_caller(candidate), pairs, expected, task, candidate.axes, told)
    finding = finding or Finding("different", _gap(candidate, expected, difference))
    example = counterexample(_caller(candidate), expected) if finding.verdict != "shape" else None
    return Check(finding.verdict, finding.detail + remark, expected, text, difference, example)


def _found(
    call: Call,
    pairs: Sequence[Pair],
    expected: Expr,
    task: Task,
    axes: Sequence[Axis] | None = None,
    told: Finding | None = None,
) -> Finding | None:
    """What is wrong: the plainest of all findings."""
    plain = diagnosed(pairs, expected, axes)
    if plain is not None and plain.verdict != "shape":
        return plain
    if told is not None and told.verdict == "missing term":
        return told
    symmetric = None if plain is not None else _symmetric(call, expected)
    return symmetric or told or right_elsewhere(call, task.function, task.variables, expected) or plain


def _gap(candidate: Expr, expected: Expr, difference: Expr | None) -> str:
    if difference is None:
        return f"it is {described(candidate.axes)}, the derivative {described(expected.axes)}"
    return f"the derivative minus the candidate is {difference}"


def _caller(candidate: Expr) -> Callable[[Mapping[str, Any]], Any]:
    """The candidate as a function of a point."""
    names = {leaf.name for leaf in leaves(candidate.settled)}
    known = set(candidate.variables)

    def call(point: Mapping[str, Any]) -> Any:
        return candidate(**{name: array for name, array in point.items() if name in known or name in names})

    return call


def _in_a_layout(candidate: Expr, expected: Expr) -> str | None:
    """How it is equal, if the candidate is the derivative as a matrix in one of the layouts."""
    for name, seen in _matrices(expected) if candidate.order < 3 else ():
        if seen.axes == candidate.axes and seen.order != expected.order:
            same = equal(candidate, seen)
            if same:
                return f"{same}; in {name}"
    return _squeezed_equal(candidate, expected)


def _matrices(expected: Expr) -> Iterator[tuple[str, Expr]]:
    """The derivative as a matrix in each layout that it has, after the name of that."""
    if len(expected.split) < 2:
        return
    for layout in ("numerator", "denominator", "block-wrt", "block-value"):
        for vec in ("column", "row"):
            with suppress(RicciError):
                seen: MatrixExpr = matrix(expected, layout, vec)
                yield f"{layout} layout, {vec}-major", Expr(seen.node, declared=seen.variables)


def _as_matrix(candidate: Expr, expected: Expr) -> tuple[Expr, str]:
    """A derivative of more than two axes as a matrix, if the candidate is one, and a remark in which layout.

    It is one of the candidate's shape, if there is any, of which the candidate is a multiple or the like, if there is any.
    """
    views = list(_matrices(expected)) if candidate.order == 2 < expected.order else []
    if not views:
        return expected, ""
    fitting = [view for view in views if view[1].axes == candidate.axes] or views[:1]
    call = _caller(candidate)
    name, seen = next((view for view in fitting[1:] and fitting if diagnosed(compared(call, view[1]), view[1])), fitting[0])
    return seen, f"; as a matrix in {name}"


def _squeezed_equal(candidate: Expr, expected: Expr) -> str | None:
    """How it is equal but for axes of size 1, as NumPy's columns and rows have them."""
    kept = tuple(size for size in candidate.axes if size != 1)
    if len(kept) == candidate.order or kept != tuple(size for size in expected.axes if size != 1):
        return None

    def without(e: Expr) -> Expr:
        slots = list(range(e.order))
        return Expr(network([(e.node, slots)], [k for k in slots if e.axes[k] != 1]), declared=e.variables)

    same = equal(without(candidate), without(expected))
    return f"{same}; but for axes of size 1" if same else None


def _not_linear(candidate: Expr, task: Task) -> Finding | None:
    """What keeps a candidate from being linear in its direction, if anything does."""
    node, along = candidate.settled, task.along
    rest = settle(substitute(node, {along: zero(along.axes)}))[0]
    if not is_zero(rest):
        shown = Expr(rest)
        if not equal(shown, Expr(zero(rest.axes))):
            return Finding("not linear", f"it is not linear in {along.name}: it does not vanish at 0, but is {shown}")
    try:
        slope = derivative(Expr(node, declared={along.name: along}), along)
    except DerivativeError:
        return None
    if along in leaves(slope.settled):
        turning = derivative(slope, along)
        if not equal(turning, Expr(zero(turning.axes))):
            return Finding("not linear", f"it is not linear in {along.name}: it has {along.name} to a higher power")
    return None


def _symmetric(call: Callable[[Mapping[str, Any]], Any], expected: Expr) -> Finding | None:
    """Is it right, or off by a factor, where the square matrices are symmetric?"""
    square = [
        name
        for name, leaf in expected.variables.items()
        if 1 < leaf.order < 6 and len(set(leaf.axes)) == 1 and not leaf.traits and leaf in leaves(expected.node)
    ]
    for names in ([name] for name in square) if len(square) < 2 else [*([name] for name in square), square]:
        pairs = compared(call, expected, symmetric=names)
        which = " and ".join(names)
        if pairs and all(pair.agrees for pair in pairs):
            return Finding("symmetric part", f"it is right only for symmetric {which}: a symmetrisation is missing")
        finding = diagnosed(pairs, expected) if pairs else None
        if finding is not None and finding.verdict in ("factor", "sign"):
            return Finding(finding.verdict, f"{finding.detail} - and symmetric {which} is taken for granted")
    return None


def _function(candidate: Callable[..., Any], task: Task) -> Check:
    """The answer for a function written with NumPy: as the formula it computes, else by its numbers."""
    parameters = signature(candidate).parameters.values()
    names = [p.name for p in parameters if p.kind not in (Parameter.VAR_KEYWORD, Parameter.VAR_POSITIONAL)]
    if len(names) < len(parameters):
        names += [name for name in task.function.variables if name not in names]
    unknown = [name for name in names if name not in task.names]
    if task.direction is None and len(unknown) == 1:
        task = Task(task.function, task.variables, unknown[0], task.structure)
    given = {name: leaf for name, leaf in task.names.items() if name in names}
    try:
        return _formula(trace(candidate, **given), task)
    except (TraceError, LimitError):
        pass

    def call(point: Mapping[str, Any]) -> Any:
        return candidate(**{name: array for name, array in point.items() if name in given})

    expected = task.expected(names)
    pairs = compared(call, expected)
    if not pairs:
        raise RicciError("no random point was found at which both are finite")
    if all(pair.agrees for pair in pairs):
        return Check("equal", f"equal numerically at {len(pairs)} random points of two sizes; not proven", expected)
    finding = _bent(call, task, expected) or _found(call, pairs, expected, task)
    finding = finding or Finding("different", "the values differ")
    return Check(*finding, expected, getattr(candidate, "__name__", ""), None, counterexample(call, expected))


def _bent(call: Callable[[Mapping[str, Any]], Any], task: Task, expected: Expr) -> Finding | None:
    """Is a function of a direction not linear in it?"""
    name = task.along.name
    if name not in expected.variables:
        return None

    def doubled(point: Mapping[str, Any]) -> Any:
        return np.asarray(call({**point, name: 2 * point[name]})) - np.asarray(call(point))

    pairs = [Pair(np.asarray(call(p.point)), np.asarray(doubled(p.point)), p.point, p.sizes) for p in compared(call, expected)]
    if all(pair.agrees for pair in pairs):
        return None
    return Finding("not linear", f"it is not linear in {name}: twice the direction does not give twice the value")


def _numbers(candidate: Any, task: Task, at: Mapping[str, Any] | None) -> Check:
    """The answer for numbers at a point."""
    if at is None:
        raise RicciError("numbers are compared at a point", hint="give it: at={'x': ..., 'A': ...}")
    point = dict(at)
    if callable(candidate) and not isinstance(candidate, Expr):
        candidate = candidate(**point)
    expected = task.expected(list(point))
    if isinstance(candidate, str):
        candidate = parse(candidate, **task.names)
    if isinstance(candidate, Expr):
        candidate = _caller(candidate)(point)
    want = np.asarray(_caller(expected)(point), float)
    got = squeezed(np.asarray(candidate, float), want)
    pair = Pair(got, want, point, {})
    if pair.agrees:
        return Check("equal", "equal numerically at this point", expected)
    finding = diagnosed([pair], expected) or Finding("different", "the values differ")
    return Check(*finding, expected, "", None, Counterexample(point, {}, got, want))
