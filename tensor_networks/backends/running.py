"""A program as a function that runs here: straight-line NumPy for given sizes and one dtype, and a fast way in.

What is spelled here is for speed alone: `dot` instead of `@`, numbers as arrays of no axes, sums as products with ones.
Results are those of the standalone source up to rounding.
"""

from __future__ import annotations

import linecache
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache, partial
from hashlib import blake2b
from math import prod
from typing import Any

import numpy as np

from tensor_networks.axes import Axis, value
from tensor_networks.backends import fast
from tensor_networks.backends import numpy as table
from tensor_networks.backends.spelling import ADD, ATOM, MULTIPLY, POWER, Names, Text, Writer, at, helpers, numeral
from tensor_networks.evaluation.lowering import SAME_MEMORY, VIEWS, Step, entries
from tensor_networks.evaluation.peephole import LEAST_FACTOR
from tensor_networks.evaluation.program import Program
from tensor_networks.numbers import exact

LEAST_REUSED = 1024  # entries of a result from which memory is reused
LEAST_ROWS = 1 << 16  # entries from which rows are scaled by einsum
FRESH = frozenset({"matmul", "multiply", "divide", "add", "scale", "power", "reciprocal", "root", "embed", "sum"})
UNARY = {"reciprocal": "np.reciprocal", "root": "np.sqrt"}
OVERWRITTEN = frozenset({"multiply", "divide", "scale", "call", *UNARY})  # what may be written over an argument
FRESH_CALLS = frozenset(
    {"exp", "log", "sin", "cos", "tanh", "sinh", "cosh", "log1p", "expm1", "sigmoid", "softmax", "softplus"}
)
MOST_ONES = 1 << 20  # the longest vector of ones that is kept
MOST_SHOWN = 512  # programs whose lines tracebacks can show
_shown: deque[str] = deque()


def loaded(
    program: Program,
    sizes: Mapping[str, int],
    dtype: np.dtype,
    constants: Mapping[str, np.ndarray],
    given: Sequence[str],
    single: bool = False,
    uniform: bool = True,
    finish: Callable[[list[Any]], Any] | None = None,
) -> Callable[..., Any]:
    """The program as a function of arrays, given in the order of those names: its inputs, constants left out.

    With its sizes known, a program may read fewer than it was given. It returns a list of arrays, or the one array if
    `single`, or what `finish` makes of the list. `uniform`: all arrays have exactly that dtype.

    Raises:
        NotImplementedError: NumPy lacks a function.
    """
    names = Names([tensor.name for tensor in program.inputs], sizes, table)
    writer = _Writer(program, names, sizes, dtype, uniform)
    arguments = [names.tensors.get(name, f"unread_{place}") for place, name in enumerate(given)]
    lines = [f"def program({', '.join(arguments)}):", *(f"    {line}" for line in writer.body())]
    results = ", ".join(result.text for result in writer.results)
    lines.append(f"    return {results if single else f'_finish([{results}])' if finish else f'[{results}]'}")
    space = {"np": np, "dtype": dtype, "_finish": finish, **helpers(table), **writer.constants}
    space |= {names.symbols[symbol]: size for symbol, size in sizes.items() if symbol in names.symbols}
    real = np.zeros((), dtype).real.dtype
    space |= {names.tensors[name]: data.astype(real) for name, data in constants.items() if name in names.tensors}
    return made("\n".join(lines) + "\n", "program", space)


def made(text: str, name: str, space: dict[str, Any]) -> Callable[..., Any]:
    """The function of that name that the text defines, with `space` as its global names."""
    exec(_code(text), space)
    function: Callable[..., Any] = space[name]
    return function


@lru_cache(maxsize=256)
def _code(text: str) -> Any:
    """The compiled text, registered so that tracebacks show its lines."""
    filename = f"<ricci {blake2b(text.encode(), digest_size=6).hexdigest()}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    _shown.append(filename)
    if len(_shown) > MOST_SHOWN:
        linecache.cache.pop(_shown.popleft(), None)
    return compile(text, filename, "exec")


class _Writer(Writer):
    """The spelling that runs fastest. `constants` are the global names that it came to need."""

    def __init__(self, program: Program, names: Names, sizes: Mapping[str, int], dtype: np.dtype, uniform: bool = True) -> None:
        self.sizes, self.dtype, self.uniform = sizes, dtype, uniform
        self.entries = cache(partial(entries, sizes))
        self.real = np.zeros((), dtype).real.dtype
        self.constants: dict[str, Any] = {"_sum": np.add.reduce}
        self.known = _known_numbers(program, sizes)
        self.written_into = _written_into(program)
        super().__init__(program, table, names)

    @cached_property
    def readers(self) -> dict[int, list[int]]:
        """The steps that read each step."""
        found: dict[int, list[int]] = {}
        for number, step in enumerate(self.program.steps):
            for arg in step.args:
                found.setdefault(arg, []).append(number)
        return found

    def write(self, step: Step) -> Text:
        number = self.known.get(len(self.texts))
        return super().write(step) if number is None else Text(self.number(number), ATOM)

    def operation(self, step: Step, args: list[Text]) -> tuple[str, int]:
        op, _, params, axes = step
        if op in VIEWS or op == "input":
            return super().operation(step, args)
        if op == "matmul" and max([len(self.program.steps[arg].axes) for arg in step.args]) <= 2:
            return f"{at(args[0], ATOM)}.dot({args[1].text})", ATOM
        if op == "sum":
            return self.total(step, args[0]), ATOM
        if op == "scale" and axes and params[0] != -1:
            return f"{self.number(params[0])} * {at(args[0], ATOM)}", MULTIPLY
        in_order = len(self.texts) in self.written_into
        if in_order and op in ("multiply", "divide"):
            return f'np.{op}({args[0].text}, {args[1].text}, order="C")', ATOM
        written = self.written_over(step, args) if op in OVERWRITTEN and self.is_large(axes) else None
        if written is not None:
            return written, ATOM
        if op == "multiply" and self.scales_rows(step):
            return f"np.einsum('...,...->...', {args[0].text}, {args[1].text})", ATOM
        if op == "add" and axes:
            return self.combination(step, args)
        if op == "reciprocal" and axes and self.dtype.kind == "f":
            return f"np.reciprocal({args[0].text})", ATOM
        if op == "call" and params[0] == "inv" and self.is_definite(step.args[0]):
            return self.helped("inv_definite", *args), ATOM
        if op == "call" and self.is_own(step, args) and params[0] in fast.OVERWRITING:
            text, level = super().operation(step, args)
            return f"{text[:-1]}, True)", level
        if op == "vecdot" and self.uniform and self.dtype.kind == "f":
            return f"np.vecdot({args[0].text}, {args[1].text})", ATOM
        if op in ("embed", "deposit") and self.uniform:
            return self.placement(step, args), ATOM
        return super().operation(step, args)

    def call(self, name: str, args: Sequence[Text], params: Iterable[object]) -> str:
        if name == "relu":
            return f"np.maximum({args[0].text}, {self.number(0)})"
        if self.uniform and self.dtype.kind == "f" and hasattr(fast, name):
            return self.helped(name, *args)
        if name in ("inv", "solve", "det") and self.uniform and self.dtype.char in "dfFD":
            return f"np.linalg.{name}({', '.join(arg.text for arg in args)})"
        if name == "logdet" and self.uniform and self.dtype.char in "dfFD":
            return f"np.linalg.slogdet({args[0].text})[1]"
        return super().call(name, args, params)

    def is_definite(self, number: int) -> bool:
        """Is a step a positive definite input so large that its inverse comes from its Cholesky factor?"""
        op, _, params, axes = self.program.steps[number]
        if op != "input" or len(axes) != 2 or not self.uniform or self.dtype.kind != "f":
            return False
        traits = next(tensor.traits for tensor in self.program.inputs if tensor.name == params[0])
        return "spd" in traits and value(axes[0], self.sizes) >= LEAST_FACTOR

    def is_own(self, step: Step, args: Sequence[Text]) -> bool:
        """Is the one argument an array that only this step sees, so that it may be written into?"""
        if len(args) != 1 or not self.uniform or self.dtype.kind != "f" or args[0].text.isidentifier():
            return False
        return self.program.steps[step.args[0]].op in ("matmul", "multiply", "add", "scale")

    def number(self, number: object) -> str:
        """The name of an array of no axes that holds the number."""
        name = f"_c{blake2b(repr(number).encode(), digest_size=4).hexdigest()}"
        self.constants[name] = np.array(float(numeral(number).text.removeprefix("float('").removesuffix("')")), self.real)
        return name

    def combination(self, step: Step, args: Sequence[Text]) -> tuple[str, int]:
        """A linear combination with its numbers as arrays of no axes, which NumPy takes up faster than Python's."""
        whole, level = "", ADD
        large = self.is_large(step.axes)
        fresh = full = False  # is what is written so far an array that nobody else sees, is it of full size?
        for coefficient, arg, number in zip(step.params, args, step.args, strict=True):
            factor: Any = exact(coefficient)
            constant = self.program.steps[number]
            scaled = abs(factor) != 1
            if constant.op == "constant":
                term = self.number(abs(factor) * exact(constant.params[0]))
            else:
                term = f"{self.number(abs(factor))} * {at(arg, POWER)}" if scaled else arg.text
            full = full or constant.axes == step.axes
            own = large and constant.axes == step.axes and (scaled or self.is_fresh(number))
            function = "np.subtract" if factor < 0 else "np.add"
            inner = term if scaled or constant.op == "constant" else at(arg, MULTIPLY)
            if not whole:
                whole, fresh, level = (inner, own, ADD) if factor > 0 else (f"-{inner}", own, ADD)
            elif number == step.args[-1] and len(self.texts) in self.written_into:
                whole, level = f'{function}({whole}, {term}, order="C")', ATOM
            elif fresh or own:
                texts = Text(whole, ATOM), Text(term, ATOM)
                whole, fresh, level = self.helped("over" if fresh else "under", function, *texts), True, ATOM
            else:
                whole, level = f"{whole} {'-' if factor < 0 else '+'} {inner}", ADD
                fresh = large and full
        return whole, level

    def is_large(self, axes: Sequence[Axis]) -> bool:
        """Is it worth while to write such a result over an argument that is needed no more?"""
        return self.uniform and self.dtype.kind == "f" and self.entries(tuple(axes)) >= LEAST_REUSED

    def scales_rows(self, step: Step) -> bool:
        """Is it each row of a large array times a number of its own? The loops of einsum are the faster ones for that."""
        given = [self.program.steps[arg].axes for arg in step.args]
        rows = step.axes in given and (*step.axes[:-1], 1) in given and step.axes[-1] != 1
        return rows and self.uniform and self.entries(step.axes) >= LEAST_ROWS

    def is_fresh(self, number: int) -> bool:
        """Is a step an array that was made here, and that the step being written is the last to read?"""
        step = self.program.steps[number]
        made = step.op in FRESH or (step.op == "call" and step.params[0] in FRESH_CALLS)
        return made and (self.uses[number] == 1 or self.is_read_last(number))

    def is_read_last(self, number: int) -> bool:
        """Has every other step that reads this one been computed when the operation of the step being written begins?"""
        now, readers = len(self.texts), self.readers[number]
        if len(readers) < self.uses[number] or any(self.program.steps[reader].op in SAME_MEMORY for reader in readers):
            return False
        alone = len(self.program.steps[now].args) <= 2
        return all(reader == now or (alone and self.is_computed(reader, now)) for reader in readers)

    def is_computed(self, number: int, now: int) -> bool:
        """Is a step computed before another one: on a line of its own, or within the expression of one that is?"""
        while number < now and not self.texts[number].text.isidentifier():
            number = min(self.readers.get(number, [now + 1]))
        return number <= now

    def written_over(self, step: Step, args: Sequence[Text]) -> str | None:
        """The text of a step that is written over one of its arguments; None if that cannot be."""
        for place, number in enumerate(step.args):
            if not self.is_fresh(number) or self.program.steps[number].axes != step.axes:
                continue
            if step.op in ("multiply", "divide"):
                return self.helped("over" if place == 0 else "under", f"np.{step.op}", *args)
            if step.op == "scale":
                return self.helped("over", "np.multiply", args[0], Text(self.number(step.params[0]), ATOM))
            spelled = UNARY.get(step.op) or (table.NAMES.get(str(step.params[0])) if step.op == "call" else None)
            if spelled is not None and len(args) == 1 and isinstance(getattr(np, spelled[3:]), np.ufunc):
                return self.helped("onto", spelled, args[0])
        return None

    def helped(self, name: str, *args: Text | str) -> str:
        """The call of one of the fast functions."""
        self.constants[f"_{name}"] = getattr(fast, name)
        return f"_{name}({', '.join(arg if isinstance(arg, str) else arg.text for arg in args)})"

    def placement(self, step: Step, args: Sequence[Text]) -> str:
        """A write to a diagonal, through a view whose strides are known beforehand."""
        shape = [value(axis, self.sizes) for axis in step.axes]
        pattern = [int(str(axis)) for axis in step.params]
        strides = [self.dtype.itemsize * prod(shape[axis + 1 :]) for axis in range(len(shape))]
        sizes = tuple(shape[pattern.index(axis)] for axis in range(max(pattern) + 1))
        steps = tuple(sum(s for s, p in zip(strides, pattern, strict=True) if p == axis) for axis in range(len(sizes)))
        if not prod(shape):
            return str(super().operation(step, list(args))[0])
        name = f"_{step.op}"
        self.constants[name] = getattr(fast, step.op)
        if step.op == "embed":
            return f"{name}({args[0].text}, {tuple(shape)}, {sizes}, {steps}, dtype)"
        return f"{name}({args[0].text}, {args[1].text}, {sizes}, {steps}, {tuple(pattern)})"

    def total(self, step: Step, arg: Text) -> str:
        """A sum over axes: of a vector or a matrix the product with ones, which is faster while it is small."""
        axes = self.program.steps[step.args[0]].axes
        if len(step.params) == 1 and len(axes) <= 2:
            size = value(axes[step.params[0]], self.sizes)  # type: ignore[call-overload]
            if 0 < size <= MOST_ONES:
                ones = f"_ones{size}"
                self.constants.setdefault(ones, np.ones(size, self.dtype))
                first = len(axes) == 2 and step.params[0] == 0
                return f"{ones}.dot({arg.text})" if first else f"{at(arg, ATOM)}.dot({ones})"
        which = step.params[0] if len(step.params) == 1 else tuple(step.params)
        return f"_sum({arg.text}, {None if len(step.params) == len(axes) else which})"


def _written_into(program: Program) -> set[int]:
    """The steps whose memory deposits write into: these are wanted in C order."""
    found: set[int] = set()
    for number in reversed(range(len(program.steps))):
        step = program.steps[number]
        if step.op == "deposit" or (number in found and step.op == "reshape"):
            found.add(step.args[0])
    return found


def _known_numbers(program: Program, sizes: Mapping[str, int]) -> dict[int, float]:
    """The steps without axes that follow from the sizes alone, results of the program left out."""
    found: dict[int, float] = {}
    every: dict[int, float] = {}
    for number, (op, args, params, axes) in enumerate(program.steps):
        known = [every[arg] for arg in args if arg in every] if not axes else []
        if axes or len(known) < len(args):
            continue
        if op in ("size", "constant", "scalar"):
            every[number] = float(value(params[0], sizes) if op == "size" else exact(params[0]))  # type: ignore[arg-type]
        elif op == "scale":
            every[number] = float(exact(params[0])) * known[0]
        elif op == "multiply":
            every[number] = known[0] * known[1]
        elif op == "reciprocal" and known[0]:
            every[number] = 1 / known[0]
        elif op == "divide" and known[1]:
            every[number] = known[0] / known[1]
        if op != "constant" and number in every and number not in program.outputs:
            found[number] = every[number]
    return found


def entry(names: Sequence[str], checked: Sequence[str]) -> str | None:
    """The text of a maker of functions: a fast way from arrays to the program that is known for their shapes.

    The maker takes the programs by shapes, what a program is run with, what to do with arrays of unknown shapes, what
    to do with an exception, and the checks of the inputs `checked`. None if a name is no plain identifier.
    """
    if list(Names(names, [], table).tensors.values()) != list(names):
        return None
    plain = [f"{name}.__class__ is _ndarray and {name}.dtype is _float" for name in names]
    shapes = ", ".join(f"{name}.shape" for name in names)
    both = ", ".join(f"{name}.shape, {name}.dtype" for name in names)
    types = " and ".join(f"{name}.__class__ is _ndarray" for name in names) or "True"
    arguments = ", ".join(names)
    return f"""\
def _maker(_known, _quiet, _general, _failed, _checks):
    _get = _known.get
    [{", ".join(f"_check_{name}" for name in checked)}] = _checks
    def call({"".join(f"{name}=None, " for name in names)}*_more, **_others):
        if _others or _more:
            _program = None
        elif {" and ".join(plain) or "True"}:
            _program = _get(({shapes}{"," if names else ""}))
        elif {types}:
            _program = _get(({both}))
        else:
            _program = None
        if _program is None:
            return _general({{{"".join(f"{name!r}: {name}, " for name in names)}**_others}}, _more)
        try:
            {"; ".join(f"_check_{name}({name})" for name in checked) or "pass"}
            return _quiet.run(_program, {arguments})
        except Exception as _error:
            return _failed(_error, _program, [{arguments}])
    call.__qualname__ = "compiled"
    return call
"""
