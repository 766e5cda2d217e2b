"""A tree spelled in each notation of ricci."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import numpy as np

import ricci as rc
from ricci.functions import apply
from ricci.functions.aliases import ALIASES
from tensor_networks import network
from tensor_networks.networks import size_of
from tests.promises.meanings import PATTERNS, meanings, traced_namespace
from tests.promises.trees import SHAPE_OF, Tree, value

NAMES = {"arctan": "atan", "arcsinh": "asinh"}  # where a notation's name is not NumPy's
TRACED = meanings(traced_namespace())


def declarations(tree: Tree, sizes: Mapping[str, Any]) -> dict[str, str]:
    """``sizes`` may give a number for a size symbol, and a trait for a variable."""
    return {name: declaration(name, sizes) for name in sorted(tree.names)}


def declaration(name: str, sizes: Mapping[str, Any]) -> str:
    return " ".join([*(str(sizes.get(size, size)) for size in SHAPE_OF[name]), *([sizes[name]] if name in sizes else [])])


# matrix notation


def matrix_text(tree: Tree, sizes: Mapping[str, Any]) -> str:
    parts = [matrix_text(part, sizes) for part in tree.parts]
    if tree.op in ("leaf", "number"):
        return f"({tree.data})" if tree.op == "number" else str(tree.data)
    size = sizes.get(tree.shape[0], tree.shape[0]) if tree.shape else ""
    if tree.op == "shift":
        return f"({parts[0]} + 6*eye({size}))"
    if tree.op == "gram":
        return f"(({parts[0]})'*({parts[0]}) + 2*eye({size}))"
    function = NAMES.get(tree.data, tree.data)
    measured = [sizes.get(part.shape[0], part.shape[0]) for part in tree.parts if part.shape]
    summed = tree.parts[0].shape[tree.op == "rows"] if tree.op in ("rows", "columns") else ""
    own = {"all": ", ".join(parts), "sizes": ", ".join(map(str, measured)), "inner": sizes.get(summed, summed)}
    return MATRIX[tree.op].format(*parts, data=tree.data, function=function, **own)


MATRIX = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0}.*{1})",
    "div": "({0} ./ (2 + {1}.^2))",
    "scale": "({0}*{1})",
    "times": "({data}*{0})",
    "power": "({0}.^{data})",
    "root": "sqrt(1 + {0}.^2)",
    "log": "log(1 + {0}.^2)",
    "call": "{function}({0})",
    "pair": "{data}({0}, {1})",
    "sum": "sum({0})",
    "dot": "(({0})'*({1}))",
    "matmul": "({0}*{1})",
    "outer": "({0}*({1})')",
    "transpose": "({0})'",
    "trace": "tr({0})",
    "diag": "diag({0})",
    "diagonal": "diag({0})",
    "whole": "{function}({0})",
    "over": "(({0}) ./ ({1}))",
    "raised": "({0}).^({data})",
    "entry": "{function}({all})",
    "vec": "vec({0})",
    "ones": "ones({sizes})",
    "eye": "eye({sizes})",
    "length": "{sizes}",
    "rows": "(({0})*ones({inner}))",
    "columns": "(({0})'*ones({inner}))",
    "scaledrows": "(diag({0})*({1}))",
    "kron": "kron({0}, {1})",
}


def by_matrix(tree: Tree, sizes: Mapping[str, Any]) -> rc.Expr:
    return rc.parse(matrix_text(tree, sizes), notation="matrix", **declarations(tree, sizes))


# index notation: every sum is spelled out, so that no letter is summed by accident


def index_text(tree: Tree, indices: tuple[str, ...], fresh: Callable[[], str]) -> str:
    """The entry of a tree at some indices. `whole` functions take variables only, see `fits_indices`."""
    op, parts = tree.op, tree.parts
    if op == "leaf":
        return f"{tree.data}_{{{','.join(indices)}}}" if indices else str(tree.data)
    if op == "number":
        return f"({tree.data})"
    if op in ("sum", "rowsum", "dot", "matmul", "trace", "gram"):
        return _summed(tree, indices, fresh)
    if op == "outer":
        return f"({index_text(parts[0], indices[:1], fresh)}) ({index_text(parts[1], indices[1:], fresh)})"
    if op == "transpose":
        return index_text(parts[0], indices[::-1], fresh)
    if op == "diagonal":
        return index_text(parts[0], indices * 2, fresh)
    if op == "diag":
        return f"(({index_text(parts[0], indices[:1], fresh)}) delta_{{{','.join(indices)}}})"
    if op == "einsum":
        return _contracted(tree, indices, fresh)
    if op == "scale":
        return f"(({index_text(parts[0], (), fresh)}) ({index_text(parts[1], indices, fresh)}))"
    inner = [index_text(part, indices, fresh) for part in parts]
    if op == "shift":
        return f"({inner[0]} + 6 delta_{{{','.join(indices)}}})"
    ones = " ".join(f"one_{{{index}}}" for index in dict.fromkeys(indices)) or "1"
    return INDEX[op].format(*inner, ones=ones, data=tree.data, function=NAMES.get(tree.data, tree.data))


INDEX = MATRIX | {
    "mul": "(({0}) ({1}))",
    "div": "(({0}) / (2 {ones} + ({1})^2))",
    "power": "({0})^{data}",
    "root": "sqrt({ones} + ({0})^2)",
    "log": "log({ones} + ({0})^2)",
    "times": "({data} ({0}))",
}


def _summed(tree: Tree, indices: tuple[str, ...], fresh: Callable[[], str]) -> str:
    """The operations that sum."""
    parts, k = tree.parts, fresh()
    if tree.op == "sum":
        bound = (k, *(fresh() for _ in parts[0].shape[1:]))
        return f"sum_{{{','.join(bound)}}}({index_text(parts[0], bound, fresh)})"
    if tree.op == "rowsum":
        return f"sum_{{{k}}}({index_text(parts[0], (*indices, k), fresh)})"
    if tree.op == "trace":
        return f"sum_{{{k}}}({index_text(parts[0], (k, k), fresh)})"
    if tree.op == "gram":
        left, right = (index_text(parts[0], (k, index), fresh) for index in indices)
        return f"(sum_{{{k}}}(({left}) ({right})) + 2 delta_{{{','.join(indices)}}})"
    before, after = (indices[:-1], indices[-1:]) if len(parts[1].shape) == 2 else (indices, ())
    left, right = index_text(parts[0], (*before, k), fresh), index_text(parts[1], (k, *after), fresh)
    return f"sum_{{{k}}}(({left}) ({right}))"


def _contracted(tree: Tree, indices: tuple[str, ...], fresh: Callable[[], str]) -> str:
    operands, outputs = tree.data.split("->")
    named = dict(zip(outputs, indices, strict=True))
    bound = [named.setdefault(k, fresh()) for k in sorted(set(operands) - {","}) if k not in named]
    listed = zip(operands.split(","), tree.parts, strict=True)
    product = " ".join(f"({index_text(part, tuple(named[k] for k in labels), fresh)})" for labels, part in listed)
    return f"sum_{{{','.join(bound)}}}({product})" if bound else f"({product})"


def fits_indices(tree: Tree) -> bool:
    return not any(part.op == "whole" for part in tree.walk())


def by_index(tree: Tree, sizes: Mapping[str, Any]) -> rc.Expr:
    numbers = count()
    fresh = lambda: f"k{next(numbers)}"  # noqa: E731
    free = tuple(f"f{axis}" for axis in range(len(tree.shape)))
    text = f"{index_text(tree, free, fresh)} -> {','.join(free)}"
    return rc.parse(text, notation="index", **declarations(tree, sizes))


# Python

OPERATED = TRACED | {  # what NumPy has not is said in nodes
    "over": lambda tree, p, q: p / q,
    "raised": lambda tree, p: p**tree.data,
    "entry": lambda tree, *parts: rc.Expr(apply(ALIASES.get(tree.data, tree.data), *[_expression(p).settled for p in parts])),
    "vec": lambda tree, p: _expression(p).T.reshape(-1),
    "ones": lambda tree, *parts: rc.Expr(network((), range(len(parts)), {k: p.axes[0] for k, p in enumerate(parts)})),
    "eye": lambda tree, p: rc.Expr(network((), "ii", {"i": p.axes[0]})),
    "length": lambda tree, p: rc.Expr(size_of(p.axes[0])),
    "rows": lambda tree, p: rc.einsum("ij->i", _expression(p)),
    "columns": lambda tree, p: rc.einsum("ij->j", _expression(p)),
    "kron": lambda tree, p, q: np.kron(p, q),
    "scaledrows": lambda tree, p, q: rc.einsum("i,ij->ij", _expression(p), _expression(q)),
}


def by_operators(tree: Tree, sizes: Mapping[str, Any]) -> rc.Expr:
    tensors = {name: rc.tensor(name, shape) for name, shape in declarations(tree, sizes).items()}
    return _expression(value(tree, tensors, OPERATED, bounded=False))


EINSUMS: dict[str, str] = {
    "rowsum": "ij->i",
    "outer": "i,j->ij",
    "transpose": "ij->ji",
    "trace": "ii->",
    "diag": "i->ii",
    "diagonal": "ii->i",
    "dot": "i,i->",
}


def by_einsum(tree: Tree, sizes: Mapping[str, Any]) -> rc.Expr:
    """By operators, but every product, sum, transpose and diagonal is an einsum."""
    tensors = {name: rc.tensor(name, shape) for name, shape in declarations(tree, sizes).items()}

    def einsum(spec: str, *parts: Any) -> rc.Expr:
        return rc.einsum(spec, *map(_expression, parts))

    contracted: dict[str, Callable[..., Any]] = {
        op: lambda tree, *parts, spec=spec: einsum(spec, *parts) for op, spec in EINSUMS.items()
    }
    contracted["einsum"] = lambda tree, *parts: einsum(tree.data, *parts)
    contracted["mul"] = lambda tree, p, q: einsum("...,...->...", p, q)
    contracted["sum"] = lambda tree, p: einsum("ab"[: p.order] + "->", p)
    contracted["matmul"] = lambda tree, p, q: einsum("ij,jk->ik" if q.order == 2 else "ij,j->i", p, q)
    return _expression(value(tree, tensors, TRACED | contracted, bounded=False))


def by_trace(tree: Tree, sizes: Mapping[str, Any]) -> rc.Expr:
    given = declarations(tree, sizes)
    names = ", ".join(given)
    pairs = ", ".join(f"{name}={name}" for name in given)
    function = eval(f"lambda {names}: run(dict({pairs}))", {"run": lambda env: value(tree, env, TRACED, False)})
    return rc.trace(function, **given)


def _expression(result: Any) -> rc.Expr:
    return result if isinstance(result, rc.Expr) else rc.parse(str(np.asarray(result).item()))


ROUTES: dict[str, Callable[[Tree, Mapping[str, Any]], rc.Expr]] = {
    "matrix": by_matrix,
    "index": by_index,
    "operators": by_operators,
    "einsum": by_einsum,
    "trace": by_trace,
}


def routes_of(tree: Tree) -> list[str]:
    """The routes that can say a tree."""
    operations = {part.op for part in tree.walk()}
    if operations & {*PATTERNS}:
        return ["operators"] if "einsum" in operations else ["matrix", "operators"]
    left_out = set() if fits_indices(tree) else {"index"}
    if operations & {"rowsum", "einsum"}:
        left_out.add("matrix")
    return [route for route in ROUTES if route not in left_out]
