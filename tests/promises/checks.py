"""What is checked of a random expression: against the interpreter of `trees.py`, and equalities that must hold.

Values and derivatives are compared with complex steps, with central differences of those for higher orders, and with JAX
where it is installed; two spellings of one thing with each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any

import numpy as np

import ricci as rc
from ricci.evaluation.compiled import source
from tests.promises.meanings import WILD, meanings, traced_namespace
from tests.promises.oracle import LOOSE, TOLERANCE, Arrays, Wrong, along, compare, declared, evaluated, higher, sizes_of
from tests.promises.spellings import ROUTES, declaration, routes_of
from tests.promises.trees import SHAPE_OF, VARIABLES, Tree, leaf, structured, value

BACKENDS = ("numpy", *(name for name in ("jax", "torch") if find_spec(name)))


@dataclass
class Case:
    """A tree, the route it takes, the variables it is differentiated by, and the sizes it is tried at."""

    tree: Tree
    route: str
    wrt: tuple[str, ...]
    sizes: tuple[Mapping[str, int], ...]
    fixed: Mapping[str, Any]  # sizes that are numbers, not symbols, and traits of variables
    seed: int
    checks: tuple[str, ...]
    interval: tuple[float, float] = (-1.0, 1.0)  # of the entries of random arrays
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def expression(self) -> rc.Expr:
        if "expression" not in self.memo:
            self.memo["expression"] = ROUTES[self.route](self.tree, self.fixed)
        found: rc.Expr = self.memo["expression"]
        return found

    def derivative(self, order: int) -> rc.Expr:
        key = f"derivative {order}"
        if key not in self.memo:
            self.memo[key] = rc.derivative(self.expression, *map(self.leaf, self.wrt[:order]))
        found: rc.Expr = self.memo[key]
        return found

    def leaf(self, name: str) -> Any:
        """The tensor of that name, also where nothing is left of it in the expression."""
        return rc.tensor(name, declaration(name, self.fixed)).node

    def points(self) -> Iterator[tuple[Arrays, np.random.Generator]]:
        """Random arrays at both sizes."""
        for number, sizes in enumerate(self.sizes):
            rng = np.random.default_rng([self.seed, number])
            names = sorted(self.tree.names | set(self.wrt))
            env = {name: rng.uniform(*self.interval, [sizes[s] for s in SHAPE_OF[name]]) for name in names}
            yield {name: structured(array, self.fixed.get(name, "")) for name, array in env.items()}, rng

    def direction(self, name: str, env: Arrays, rng: np.random.Generator) -> np.ndarray:
        """A random direction in which the variable may move."""
        return structured(rng.uniform(-1, 1, env[name].shape), self.fixed.get(name, ""))


# the checks


def check_value(case: Case) -> None:
    for env, _ in case.points():
        want = np.real(value(case.tree, env))
        compare(evaluated(case.expression, env), want, TOLERANCE, f"value at {sizes_of(env)}")


def check_derivative(case: Case, order: int) -> None:
    derivative = case.derivative(order)
    for env, rng in case.points():
        steps = [{name: case.direction(name, env, rng)} for name in case.wrt[:order]]
        want = higher(case.tree, env, steps)
        got = evaluated(derivative, env)
        for step in reversed(steps):
            ((_, direction),) = step.items()
            got = np.tensordot(got, direction, direction.ndim)
        compare(got, want, TOLERANCE if order == 1 else LOOSE * 10, f"derivative {case.wrt[:order]} at {sizes_of(env)}")


def check_products(case: Case) -> None:
    """Products with a direction and with a cotangent, and of the Hessian of a scalar."""
    names = sorted(set(case.wrt))
    leaves = list(map(case.leaf, names))
    forward, backward = rc.jvp(case.expression, *leaves), rc.vjp(case.expression, *leaves, cotangent="seed")
    for env, rng in case.points():
        directions = {name: case.direction(name, env, rng) for name in names}
        want = along(case.tree, env, directions)
        given = {f"d{name}": direction for name, direction in directions.items()}
        compare(evaluated(forward, env | given), want, TOLERANCE, "jvp")
        seed = rng.uniform(-1, 1, want.shape)
        parts = [evaluated(part, env | {"seed": seed}) for part in backward]
        both = sum(np.sum(part * directions[name]) for part, name in zip(parts, names, strict=True))
        compare(both, np.sum(seed * want), TOLERANCE, "vjp")
        if not case.expression.order:
            name = case.wrt[0]
            step = {name: directions[name]}
            other = {name: case.direction(name, env, rng)}
            got = evaluated(rc.hvp(case.expression, case.leaf(name)), env | {f"d{name}": directions[name]})
            compare(np.sum(got * other[name]), higher(case.tree, env, [step, other]), LOOSE * 10, "hvp")


def check_layouts(case: Case) -> None:
    """Each layout is a reshaped view of the derivative, the last variable's axes on one side."""
    for order in (1, 2) if case.tree.size < 10 else (1,):
        derivative = case.derivative(order)
        rows = derivative.order - len(SHAPE_OF[case.wrt[order - 1]])
        if rows in (0, derivative.order) or len(derivative.split) < 2:
            continue
        for (vec, flat), layout in product((("column", "F"), ("row", "C")), ("numerator", "denominator")):
            view = derivative.matrix(layout=layout, vec=vec)
            for env, _ in case.points():
                array = evaluated(derivative, env)
                height, width = int(np.prod(array.shape[:rows])), int(np.prod(array.shape[rows:]))
                groups = array.reshape((height, *array.shape[rows:]), order=flat)  # type: ignore[call-overload]
                want = groups.reshape((height, width), order=flat)
                compare(evaluated(view, env), want if layout == "numerator" else want.T, TOLERANCE, f"{layout} {vec}")


def check_source(case: Case) -> None:
    """The standalone source of value and derivative gives what evaluation gives, for each backend that is installed."""
    both = [case.expression, case.derivative(1)]
    for backend in BACKENDS:
        text = source([e.settled for e in both], backend, declared=case.expression.variables.values())
        space: dict[str, Any] = {}
        exec(compile(text, "<generated>", "exec"), space)
        code = space["program"].__code__
        reads = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        for env, _ in case.points():
            known = env | sizes_of(env)
            given = {name: arrays_of(backend, known[name]) for name in reads if name in known}
            for got, e in zip(space["program"](**given), both, strict=True):
                compare(np.asarray(got), evaluated(e, env), TOLERANCE, f"{backend} source")


def check_jax(case: Case) -> None:
    """The first and the second derivative of the tree by JAX."""
    jax, names = import_module("jax"), case.wrt[:2]
    jax.config.update("jax_enable_x64", True)
    meaning = meanings(traced_namespace(jax.numpy))
    for env, rng in case.points():
        held = {name: jax.numpy.asarray(array) for name, array in env.items()}

        def along_jax(point: Any, steps: list[Any], held: Mapping[str, Any] = held) -> Any:
            if not steps:
                return value(case.tree, dict(zip(held, point, strict=True)), meaning, bounded=False) * 1.0
            tangent = [steps[0].get(name, jax.numpy.zeros_like(array)) for name, array in held.items()]
            return jax.jvp(lambda *inner: along_jax(inner, steps[1:]), tuple(point), tuple(tangent))[1]

        steps = [{name: case.direction(name, env, rng)} for name in names]
        for order in (1, 2):
            want = np.asarray(along_jax(tuple(held.values()), steps[:order]))
            got = evaluated(case.derivative(order), env)
            for step in reversed(steps[:order]):
                ((_, direction),) = step.items()
                got = np.tensordot(got, direction, direction.ndim)
            if np.max(np.abs(want), initial=0) < WILD**2:
                compare(got, want, TOLERANCE, f"derivative {names[:order]} by JAX")


def arrays_of(backend: str, given: Any) -> Any:
    """The same array for a backend, in double precision; sizes stay numbers."""
    if backend == "numpy" or isinstance(given, int):
        return given
    if backend == "torch":
        return import_module("torch").tensor(given)
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray(given)


def check_routes(case: Case) -> None:
    """All notations give one value."""
    for env, _ in case.points():
        want = np.real(value(case.tree, env))
        for route in routes_of(case.tree):
            compare(evaluated(ROUTES[route](case.tree, case.fixed), env), want, TOLERANCE, route)


def check_sweeps(case: Case) -> None:
    """The forward and the reverse sweep give one derivative, and the second derivative is that of the first."""
    from ricci.calculus import sweeps

    e, leaf_ = case.expression, case.leaf(case.wrt[0])
    forward = rc.Expr(sweeps.push(e.settled, {leaf_: sweeps.identity(leaf_)}, leaf_.axes))
    equal(forward, case.derivative(1), case, "forward and reverse")
    again = rc.derivative(case.derivative(1), case.leaf(case.wrt[1]))
    equal(again, case.derivative(2), case, "derivative of the derivative")


def check_text(case: Case) -> None:
    """What is printed, or written to a document, reads back as the identical object."""
    for e in (case.expression, case.derivative(1)):
        given = {name: declaration(name, case.fixed) for name in case.tree.names}  # the parts may have cancelled
        given |= {name: declared(tensor) for name, tensor in e.variables.items()}
        same(rc.parse(str(e), **given), e, case, "printed form")
        same(rc.parse(e.ricci(), notation="index", **given), e, case, "index form")
        copy = rc.from_json(e.to_json())
        same(copy, e, case, "document")
        if copy.to_json() != e.to_json():
            raise Wrong("document: another text the second time")


def check_renamed(case: Case) -> None:
    """Renaming the variables before and after differentiation gives one object."""
    new = {name: f"renamed_{name}" for name in case.tree.names}
    mapping = {name: rc.tensor(new[name], declared(case.leaf(name))) for name in new}
    present = {name: mapping[name] for name in mapping if name in case.expression.variables}
    before = rc.derivative(case.expression.substitute(**present), mapping[case.wrt[0]])
    occurring = {name: mapping[name] for name in mapping if name in case.derivative(1).variables}
    same(before, case.derivative(1).substitute(**occurring), case, "renamed")


def check_permuted(case: Case) -> None:
    """The order of terms and of elementwise factors does not matter."""
    same(ROUTES[case.route](mirrored(case.tree), case.fixed), case.expression, case, "permuted")


def check_substituted(case: Case) -> None:
    """A part may be named, and the name replaced by the part."""
    parts = [part for part in case.tree.walk() if part.op != "leaf" and part is not case.tree]
    spare = {shape: [name for name in names if name not in case.tree.names] for shape, names in VARIABLES.items()}
    parts = [part for part in parts if spare[part.shape] and part.names]
    if parts:
        part = random.Random(case.seed).choice(parts)
        name = spare[part.shape][0]
        outer = ROUTES["operators"](replaced(case.tree, part, leaf(name)), case.fixed)
        inner = ROUTES["operators"](part, case.fixed)
        whole = outer.substitute(**{name: inner}) if name in outer.variables else outer
        equal(whole, ROUTES["operators"](case.tree, case.fixed), case, "substituted")


CHECKS: dict[str, Callable[[Case], None]] = {
    "value": check_value,
    "first": lambda case: check_derivative(case, 1),
    "second": lambda case: check_derivative(case, 2),
    "third": lambda case: check_derivative(case, 3) if case.tree.size < 10 else None,
    "products": check_products,
    "layouts": check_layouts,
    "source": check_source,
    **({"jax": check_jax} if "jax" in BACKENDS else {}),
    "routes": check_routes,
    "sweeps": check_sweeps,
    "text": check_text,
    "renamed": check_renamed,
    "permuted": check_permuted,
    "substituted": check_substituted,
}


def same(one: rc.Expr, other: rc.Expr, case: Case, what: str) -> None:
    """Identical; equal numbers are not enough."""
    if one != other:
        for env, _ in case.points():
            new = {f"renamed_{name}": array for name, array in env.items()}
            compare(evaluated(one, env | new), evaluated(other, env | new), TOLERANCE, what)
        raise Wrong(f"not identical, {what}: {str(one)[:300]}  is not  {str(other)[:300]}")


def equal(one: rc.Expr, other: rc.Expr, case: Case, what: str) -> None:
    """Identical, or at least equal in numbers."""
    if one != other:
        for env, _ in case.points():
            compare(evaluated(one, env), evaluated(other, env), TOLERANCE, what)


def mirrored(tree: Tree) -> Tree:
    parts = tuple(map(mirrored, tree.parts))
    return tree._replace(parts=parts[::-1] if tree.op in ("add", "mul") else parts)


def replaced(tree: Tree, part: Tree, by: Tree) -> Tree:
    """The tree with a part, wherever it occurs, replaced."""
    if tree == part:
        return by
    return tree._replace(parts=tuple(replaced(inner, part, by) for inner in tree.parts))
