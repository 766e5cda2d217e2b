"""What a function that is traced calls in place of NumPy, SciPy, `math` and `len`, where those do not ask their arguments.

NumPy asks an argument that is an expression, but not one in a list (``np.array([x[0], x[1]])``); SciPy, `math` and `len` ask
none. So the function, and those of the user's that it calls, are copied with other global names: for modules and functions
that understand expressions, and pass everything else on to the original.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from functools import partial, reduce
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ricci.expr import Expr
from ricci.notation.numpy.creation import CREATION, REFUSED
from ricci.notation.numpy.functionals import vectorised
from ricci.notation.numpy.indexing import column_stack, concatenate
from ricci.notation.numpy.masks import Mask
from ricci.notation.numpy.reader import ARRAY_FUNCTIONS, UFUNCS, no_formula
from ricci.notation.numpy.scipy_linalg import LINALG
from ricci.notation.numpy.scipy_special import SPECIAL
from ricci.notation.numpy.shapes import operand
from ricci.notation.numpy.stand_ins import Extent
from tensor_networks.errors import TraceError
from tensor_networks.nodes import Node

MODULES = (
    "numpy",
    "numpy.linalg",
    "numpy.polynomial",
    "numpy.polynomial.polynomial",
    "scipy",
    "scipy.linalg",
    "scipy.special",
    "math",
)
REFUSING = ("scipy.linalg", "scipy.special")  # modules whose other functions say that they have no formula
FOREIGN = frozenset(["numpy", "scipy", "ricci", "tensor_networks"])
OF_MATH = {"fabs": "absolute", "acos": "arccos", "asin": "arcsin", "atan": "arctan", "atan2": "arctan2", "pow": "power"}
OF_MATH |= {"acosh": "arccosh", "asinh": "arcsinh", "atanh": "arctanh", "lgamma": "gammaln", "radians": "radians"}


def with_stand_ins(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose text may call functions that do not ask their arguments, made to understand expressions."""
    copies = _Copies()
    made = copies.of(function)
    copies.fill()
    return made  # type: ignore[no-any-return]


class _Copies:
    """Copies of a user's functions, those of one module in one space of global names.

    A copy is made before the names that it uses are looked at, so that functions may call each other in a circle.
    """

    def __init__(self) -> None:
        self.made: dict[FunctionType, FunctionType] = {}
        self.spaces: dict[int, dict[str, Any]] = {}  # by the identity of the original globals
        self.empty: list[FunctionType] = []

    def of(self, value: Any) -> Any:
        """What stands for a value that a function names: the value itself, if nothing has to."""
        if isinstance(value, MethodType):
            return MethodType(self.of(value.__func__), value.__self__)
        if isinstance(value, np.vectorize):
            return _Vectorized(value, self.of(value.pyfunc))
        if isinstance(value, partial):
            return partial(self.of(value.func), *value.args, **value.keywords)
        if isinstance(value, FunctionType) and not _is_foreign(value):
            return self._copied(value)
        made = stand_in(value)
        return value if made is None else made

    def _copied(self, function: FunctionType) -> FunctionType:
        if function not in self.made:
            space = self.spaces.setdefault(id(function.__globals__), dict(function.__globals__))
            cells = tuple(CellType() for _ in function.__closure__ or ())
            copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, cells or None)
            copy.__kwdefaults__ = function.__kwdefaults__
            self.made[function] = copy
            self.empty.append(function)
        return self.made[function]

    def fill(self) -> None:
        """Give the copies the names that they use."""
        while self.empty:
            function = self.empty.pop()
            copy = self.made[function]
            for name in _names(function.__code__):
                if name in function.__globals__:
                    copy.__globals__[name] = self.of(function.__globals__[name])
                elif name in BUILTINS:
                    copy.__globals__[name] = BUILTINS[name]
            for cell, original in zip(copy.__closure__ or (), function.__closure__ or (), strict=True):
                if _is_filled(original):
                    cell.cell_contents = self.of(original.cell_contents)


def _is_filled(cell: CellType) -> bool:
    try:
        return bool([cell.cell_contents])
    except ValueError:  # a variable that has no value yet
        return False


def _is_foreign(function: FunctionType) -> bool:
    return (function.__module__ or "").partition(".")[0] in FOREIGN


def _names(code: CodeType) -> set[str]:
    """The global names that a code, and the codes within it, may use."""
    names: set[str] = set()
    stack = [code]
    while stack:
        inner = stack.pop()
        names.update(inner.co_names)
        stack.extend(constant for constant in inner.co_consts if isinstance(constant, CodeType))
    return names


# what stands for what


def stand_in(value: Any) -> Any:
    """What stands for a function or a module; None for anything else."""
    if isinstance(value, ModuleType):
        return _Module(value) if value.__name__ in MODULES else None
    name = getattr(value, "__name__", "")
    if isinstance(value, np.ufunc):
        return _Ufunc(value) if name in UFUNCS else None
    if value is np.vectorize:
        return lambda function, *args, **options: _Vectorized(np.vectorize(function, *args, **options), function)
    if value is np.r_ or value is np.c_:
        return _Joined(value, concatenate if value is np.r_ else column_stack)
    if not callable(value) or isinstance(value, type):
        return None
    home = getattr(value, "__module__", None) or ""
    made = _function_of(home, name)
    if made is None and home.startswith(REFUSING):
        made = partial(_refused, f"{'.'.join(home.split('.')[:2])}.{name}")
    return None if made is None else _asking(value, made)


def _function_of(home: str, name: str) -> Callable[..., Any] | None:
    """The function on nodes for a function of that module and name."""
    if home == "math":
        return UFUNCS.get(OF_MATH.get(name, name))
    if home.startswith("scipy.linalg"):
        return LINALG.get(name) or ARRAY_FUNCTIONS.get(f"linalg.{name}")
    if home.startswith("scipy.special"):
        return SPECIAL.get(name)
    if home.partition(".")[0] == "numpy":
        full = f"{home}.{name}".removeprefix("numpy.")
        return CREATION.get(full) or REFUSED.get(full) or (partial(_of_numpy, full) if full in ARRAY_FUNCTIONS else None)
    return None


def _of_numpy(name: str, *args: Any, **options: Any) -> Any:
    """A function of NumPy whose arguments hold expressions."""
    return _any_expression(args, options)._apply(name, args, options)


def _refused(name: str, *_: Any, **__: Any) -> Any:
    raise no_formula(name)


def _asking(original: Callable[..., Any], made: Callable[..., Any]) -> Callable[..., Any]:
    """The function on nodes where an argument is, or holds, an expression; else the original one."""

    def call(*args: Any, **options: Any) -> Any:
        held = _any_expression(args, options)
        if held is None:
            return original(*args, **options)
        if isinstance(made, partial):
            return made(*args, **options)
        known = {name: _node(value) for name, value in options.items()}
        return held._call(original.__name__, made, tuple(map(_node, args)), known)

    return call


def _any_expression(args: Iterable[Any], options: dict[str, Any]) -> Any:
    """An expression (or a size that is a symbol) among arguments and in lists of them; None if there is none."""
    stack = [*args, *options.values()]
    while stack:
        value = stack.pop()
        if isinstance(value, Expr):
            return value
        if isinstance(value, Mask):
            return value.expression
        if isinstance(value, Extent):
            return value.wrap(value.size)
        if isinstance(value, list | tuple):
            stack.extend(value)
    return None


def _node(value: Any) -> Any:
    if isinstance(value, Expr):
        return value.node
    if isinstance(value, list) or type(value) is tuple:
        return type(value)(map(_node, value))
    return value


class _Module:
    """A module whose functions understand expressions."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        made = stand_in(value)
        return value if made is None else made


class _Ufunc:
    """A universal function that understands expressions in lists."""

    def __init__(self, function: np.ufunc) -> None:
        self._function = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        held = None if any(isinstance(arg, Expr | Mask) for arg in args) else _any_expression(args, {})
        if held is None or all(isinstance(arg, Extent) for arg in args):
            return self._function(*args, **options)
        return held.__array_ufunc__(self._function, "__call__", *args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


class _Vectorized:
    """``np.vectorize`` of a function, which understands expressions."""

    def __init__(self, original: np.vectorize, function: Callable[..., Any]) -> None:
        self._original = original
        self._function = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        if _any_expression(args, options) is None:
            return self._original(*args, **options)
        given = {name: getattr(self._original, name) for name in ("signature", "excluded")}
        return vectorised(self._function, given)(*args, **options)


class _Joined:
    """``np.r_`` or ``np.c_``: what stands between the brackets, joined."""

    def __init__(self, original: Any, join: Callable[..., Node]) -> None:
        self._original = original
        self._join = join

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        held = _any_expression(parts, {})
        if held is None:
            return self._original[key]
        if any(isinstance(part, str) for part in parts):
            raise TraceError("np.r_ and np.c_ with directions in a text cannot be traced", hint="np.concatenate, np.stack")
        spread = [self._original[part] if isinstance(part, slice) else part for part in parts]
        return held._wrapped(self._join([_line(_node(part)) for part in spread]))


def _line(part: Any) -> Node:
    """A part between the brackets; a scalar as a vector of one entry."""
    node = operand(part)
    return node if node.order else operand([node])


# built-in functions


def _len(value: Any) -> Any:
    """The number of rows, also where it is a symbol."""
    return value.shape[0] if isinstance(value, Expr) and value.ndim else builtins.len(value)


def _extreme(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """`max` and `min` of expressions that are scalars."""

    def extreme(*args: Any, **options: Any) -> Any:
        values = list(args[0]) if len(args) == 1 and isinstance(args[0], list | tuple | Expr) else list(args)
        scalars = all(np.ndim(value) == 0 for value in values if not isinstance(value, Extent))
        if options or not scalars or not any(isinstance(value, Expr) for value in values):
            return original(*args, **options)
        return reduce(getattr(np, name), values)

    return extreme


BUILTINS: dict[str, Any] = {"len": _len, "max": _extreme("maximum", max), "min": _extreme("minimum", min)}
