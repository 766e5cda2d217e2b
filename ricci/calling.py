"""Functions of the table called on expressions: `fn.expm(A)`; and those of SciPy inside a function that is traced."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from ricci.expr import Expr
from ricci.functions import FUNCTIONS, apply
from ricci.notation.numpy_arrays import moveaxis, reshape
from ricci.notation.numpy_reader import ARRAY_FUNCTIONS
from ricci.notation.numpy_reductions import logaddexp_reduce
from ricci.notation.numpy_shapes import broadcast, operand
from ricci.notation.numpy_spectra import SCIPY
from tensor_networks.errors import clip, suggestion
from tensor_networks.nodes import Node


class Functions:
    """Every function of the table, as an attribute: ``fn.softplus(x)``, ``fn.sylvester(A, B, Q)``.

    Arguments are expressions, numbers and arrays. Functions of entries stretch their arguments as NumPy does.
    """

    def __getattr__(self, name: str) -> Callable[..., Expr]:
        if name not in FUNCTIONS:
            hint = suggestion(name, FUNCTIONS)
            raise AttributeError(f"there is no function {clip(name)}{f'; {hint}' if hint else ''}")

        def call(*args: Any) -> Expr:
            nodes = [operand(_node(arg)) for arg in args]
            if FUNCTIONS[name].elementwise and len(nodes) == FUNCTIONS[name].arity:
                nodes = list(broadcast(name, *nodes))
            return Expr(apply(name, *nodes))

        call.__name__ = name
        call.__doc__ = f"The function {name} of the table, of {FUNCTIONS[name].arity} argument(s)."
        return call

    def __dir__(self) -> list[str]:
        return sorted(FUNCTIONS)


fn = Functions()


def _node(value: Any) -> Any:
    return value.node if isinstance(value, Expr) else value


# SciPy

POLYGAMMAS = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma")


def _logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Node:
    return logaddexp_reduce(a, axis, keepdims=keepdims)


def _polygamma(n: int, x: Any) -> Node:
    return apply(POLYGAMMAS[n], operand(x))


def _along_axis(name: str) -> Callable[..., Node]:
    """A function of vectors of the table, along an axis or of all entries."""

    def call(x: Any, axis: int | None = None) -> Node:
        node = operand(x)
        if axis is None:
            flat = apply(name, reshape(node, -1))
            return reshape(flat, node.axes)
        return moveaxis(apply(name, moveaxis(node, axis, -1)), -1, axis)

    return call


SPECIAL: dict[str, Callable[..., Node]] = {
    "logsumexp": _logsumexp,
    "polygamma": _polygamma,
    "softmax": _along_axis("softmax"),
    "log_softmax": _along_axis("logsoftmax"),
}


def with_stand_ins(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose text may call `scipy.linalg` and `scipy.special`, with calls that understand expressions.

    SciPy, unlike NumPy, does not ask its arguments. So the function is given other global names: for the functions and
    modules of SciPy that its text names, those that pass expressions on to the table and anything else to SciPy.
    """
    if not isinstance(function, FunctionType):
        return function
    names = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    changed = {name: made for name, value in names.items() if (made := _stand_in(value)) is not None}
    if not changed:
        return function
    space = {**function.__globals__, **changed}
    copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _stand_in(value: Any) -> Any:
    """What stands for a function or a module of SciPy; None for anything else."""
    if isinstance(value, ModuleType):
        return _Module(value) if value.__name__ in ("scipy", "scipy.linalg", "scipy.special") else None
    home = getattr(value, "__module__", None) or ""
    if not callable(value) or not home.startswith(("scipy.linalg", "scipy.special")):
        return None
    name = getattr(value, "__name__", "")
    made = _of_linalg(name) if home.startswith("scipy.linalg") else SPECIAL.get(name)
    return None if made is None else _asking(value, made)


def _of_linalg(name: str) -> Callable[..., Any] | None:
    return SCIPY.get(name) or ARRAY_FUNCTIONS.get(f"linalg.{name}")


def _asking(original: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    """The function on nodes where an argument is an expression, else the original one."""

    def call(*args: Any, **options: Any) -> Any:
        if not any(isinstance(value, Expr) for value in (*args, *options.values())):
            return original(*args, **options)
        return _wrapped(made(*map(_node, args), **{name: _node(value) for name, value in options.items()}))

    return call


def _wrapped(result: Any) -> Any:
    if isinstance(result, Node):
        return Expr(result)
    return tuple(map(_wrapped, result)) if isinstance(result, tuple) else result


class _Module:
    """A module of SciPy whose functions understand expressions."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        made = _stand_in(value)
        return value if made is None else made
