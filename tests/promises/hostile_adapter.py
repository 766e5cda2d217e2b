"""Hostile inputs, as thin calls of the public API: one function for each primitive that the cases are written in."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import ricci as rc

NAME = "ricci"
ERRORS = (rc.RicciError,)
SHAPES = Mapping[str, Sequence[str | int]]


def declared(shapes: SHAPES) -> dict[str, str]:
    return {name: " ".join(map(str, sizes)) for name, sizes in shapes.items()}


def parse_matrix(text: str, declare: SHAPES) -> rc.Expr:
    return rc.parse(text, notation="matrix", **declared(declare))


def parse_index(text: str, declare: SHAPES, opts: Mapping[str, str] | None = None) -> rc.Expr:
    free = (opts or {}).get("free")
    return rc.parse(text if free is None else f"{text} -> {free}", notation="index", **declared(declare))


def parse_einsum(spec: str, shapes: Sequence[Sequence[int]]) -> rc.Expr:
    return rc.einsum(spec, *[rc.tensor(f"T{i}", " ".join(map(str, shape))) for i, shape in enumerate(shapes)])


class Ring:
    """A contraction of 2 x 2 identities; asked for a number, it evaluates."""

    def __init__(self, expression: rc.Expr) -> None:
        self.expression = expression

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        eyes = {name: np.eye(2) for name in self.expression.variables}
        return np.asarray(self.expression(**eyes), dtype)


def einsum_object(indices: Sequence[Sequence[str]], output: Sequence[str], kind: str) -> Any:
    arguments: list[Any] = []
    for place, labels in enumerate(indices):
        arguments += [rc.tensor(f"A{place}", " ".join("2" for _ in labels)), list(labels)]
    expression = rc.einsum(*arguments, list(output))
    if kind == "outer_orders":
        return expression(**{name: np.ones(2) for name in expression.variables})
    return Ring(expression) if kind == "einsum_chain" else expression


def variable(name: str, dims: Sequence[str | int]) -> rc.Expr:
    return rc.tensor(name, " ".join(map(str, dims)))


def declare(shapes: SHAPES) -> dict[str, rc.Expr]:
    return {name: variable(name, sizes) for name, sizes in shapes.items()}


APPLIED: dict[str, Callable[..., Any]] = {
    "tanh": np.tanh,
    "exp": np.exp,
    "add": lambda a, b: a + b,
    "mul": lambda a, b: a * b,
    "matvec": lambda a, b: a @ b,
    "sumsq": lambda a: np.sum(a * a),
    "sum": np.sum,
}


def apply(name: str, *operands: Any) -> Any:
    return APPLIED[name](*operands)


def _expression(e: Any) -> rc.Expr:
    return e.expression if isinstance(e, Ring) else e


def gradient(e: Any, wrt: str) -> rc.Expr:
    e = _expression(e)
    return rc.derivative(e, wrt) if e.order else rc.grad(e, wrt)


def hessian(e: rc.Expr, wrt: str) -> rc.Expr:
    return rc.hessian(e, wrt)


def evaluate(e: rc.Expr, arrays: Mapping[str, Any] | None) -> Any:
    if arrays is None:  # arrays of the declared sizes that take no memory
        arrays = {name: np.broadcast_to(1.0, [int(str(size)) for size in leaf.axes]) for name, leaf in e.variables.items()}
    return e(**arrays)


def codegen(e: rc.Expr, backend: str) -> str:
    return str(rc.source([e], backend))


def exec_generated(source: str, arrays: Mapping[str, Any]) -> Any:
    space: dict[str, Any] = {}
    exec(compile(source, "<generated>", "exec"), space)
    return space["program"](**arrays)


def render(e: rc.Expr, target: str) -> str:
    texts = {"latex": lambda: e.latex(), "text": lambda: str(e)}
    return str(texts[target]() if target in texts else getattr(e.draw(), target)())


def to_str(e: rc.Expr) -> str:
    return str(e)


def dump(e: rc.Expr) -> str:
    return e.to_json()


def load(text: str) -> rc.Expr:
    return rc.from_json(text)


def plan(e: rc.Expr) -> str:
    return codegen(e, "numpy")


def trace(f: Callable[..., Any], arrays: Mapping[str, Any]) -> rc.Expr:
    return rc.trace(f, **{name: " ".join(map(str, np.shape(array))) for name, array in arrays.items()})


# steps of their own


def _cyclic(*references: Sequence[int]) -> str:
    nodes: list[Any] = [["sum", ["n"], [[place, 1] for place in places]] for places in references]
    return json.dumps({"format": "ricci", "version": 1, "nodes": nodes, "root": 0})


def step_cycle(_: Any) -> rc.Expr:
    return rc.from_json(_cyclic([0]))


def step_mutual_cycle(_: Any) -> rc.Expr:
    return rc.from_json(_cyclic([1], [0]))


def step_substitute_self(e: rc.Expr, name: str, text: str) -> rc.Expr:
    leaf = e.variables[name]
    replacement = rc.parse(text, **{name: " ".join(map(str, leaf.axes))})
    once = e.substitute(**{name: replacement})
    if once == e or not once == rc.parse("sum(x+x)", x="n"):
        raise AssertionError(f"substituted to {once}")
    return once


def step_hessian_entry_count(e: rc.Expr, name: str) -> int:
    return rc.hessian(e, name).order


def step_hvp_virtual(e: rc.Expr, sizes: Mapping[str, int]) -> Any:
    product = rc.hvp(e, "x")
    needed = [(name, leaf.axes) for name, leaf in product.variables.items() if set(leaf.axes) <= set(sizes)]
    return product(**{name: np.broadcast_to(1.0, [sizes[str(axis)] for axis in axes]) for name, axes in needed})


def step_jvp_tangent_shape(e: rc.Expr, shape: Sequence[int]) -> Any:
    return rc.jvp(e, "x")(x=np.ones(3), dx=np.ones(shape))


def step_index_label(_: Any, label: str) -> rc.Expr:
    x = rc.tensor("x", "n")
    return rc.einsum(x, [label], x, [label], [])


def step_load_array(_: Any, spec: Mapping[str, Any]) -> rc.Expr:
    nodes = [["constant", spec["shape"], spec["data"]]]
    return rc.from_json(json.dumps({"format": "ricci", "version": 1, "nodes": nodes, "root": 0}))
