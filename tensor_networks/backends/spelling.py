"""The steps of a program as lines of Python, in the spelling of one backend.

A step that is used once is written into the expression that uses it while that stays short; all others get a line and
a name. Names of tensors and sizes are data: one that is not a plain, free ASCII identifier is written as an alias.
"""

import inspect
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from keyword import iskeyword
from types import ModuleType
from typing import NamedTuple

from tensor_networks.axes import Axis, atoms, derived
from tensor_networks.evaluation.lowering import Step
from tensor_networks.evaluation.program import Program
from tensor_networks.numbers import exact

LONGEST = 64  # characters of an expression that may be written into another one
LONGEST_NAME = 40
FEW = 8  # a program of so few lines frees nothing before its end
ADD, MULTIPLY, POWER, ATOM = range(4)  # how tightly an expression binds
RESERVED = {"dtype", "device", "inputs", "program", "array", "check", "math", "np", "jnp", "jax", "torch", "list", "TypeError"}


class Text(NamedTuple):
    """An expression: its text, how tightly it binds, and the temporaries it reads."""

    text: str
    level: int
    reads: frozenset[int] = frozenset()


class Names:
    """Injective identifiers for tensors and size symbols: their own name where it can be had, else an alias."""

    def __init__(self, tensors: Iterable[str], symbols: Iterable[str], table: ModuleType) -> None:
        self.tensors: dict[str, str] = {}
        self.symbols: dict[str, str] = {}
        taken = RESERVED | helpers(table).keys()
        tensors, symbols = list(tensors), list(symbols)
        plain = {name for name in (*tensors, *symbols) if self._is_plain(name) and name not in taken}
        taken |= plain
        for prefix, wanted, given in (("in", tensors, self.tensors), ("size", symbols, self.symbols)):
            number = 0
            for name in wanted:
                if name in plain and name not in self.tensors:
                    given[name] = name
                    continue
                while f"{prefix}_{(number := number + 1)}" in taken:
                    pass
                given[name] = f"{prefix}_{number}"

    @staticmethod
    def _is_plain(name: str) -> bool:
        usual = name.isascii() and name.isidentifier() and not iskeyword(name) and len(name) <= LONGEST_NAME
        return usual and not re.fullmatch(r"t\d+|_.*", name)

    def size(self, axis: Axis) -> str:
        """The text of a size."""
        return "*".join(self.atom(atom) if isinstance(atom, str) else str(atom) for atom in atoms(axis))

    def atom(self, symbol: str) -> str:
        """The text of a symbol, which may be a function of other sizes."""
        made = derived(symbol)
        if made is None:
            return self.symbols[symbol]
        inner = self.size(made[1])
        return f"({inner}*({inner} + 1)//2)" if made[0] == "triangle" else f"(2*{inner} - 1)"

    def shape(self, axes: Sequence[Axis]) -> str:
        """The text of a shape, a tuple."""
        return f"({', '.join(map(self.size, axes))}{',' if len(axes) == 1 else ''})"


@cache
def helpers(table: ModuleType) -> dict[str, object]:
    """The functions that a backend defines."""
    return {name: thing for name, thing in vars(table).items() if inspect.isfunction(thing)}


def numeral(value: object) -> Text:
    """An exact number as Python text."""
    number = exact(value)
    if isinstance(number, int) and abs(number) < 2**53:
        return Text(str(number), ATOM if number >= 0 else ADD)
    try:
        real = float(number)
    except OverflowError:
        real = math.inf if number > 0 else -math.inf
    return Text(repr(real) if math.isfinite(real) else f"float('{real}')", ATOM if real >= 0 else ADD)


def is_numeral(text: str) -> bool:
    """Is an expression a number, alone or in parentheses?"""
    try:
        return bool(repr(float(text.strip("()"))))
    except ValueError:
        return False


class Writer:
    """The lines of a program and the expressions of its results, in the spelling of one backend."""

    def __init__(self, program: Program, table: ModuleType, names: Names) -> None:
        self.program, self.table, self.names = program, table, names
        self.uses = Counter(chain(program.outputs, *[step.args for step in program.steps]))
        self.texts: list[Text] = []
        self.lines: list[tuple[str, Text, Step]] = []
        for step in program.steps:
            self.texts.append(self.write(step))
        self.results = [self.texts[output] for output in program.outputs]

    def write(self, step: Step) -> Text:
        text = self.spell(step)
        number = len(self.texts)
        short = len(text.text) <= LONGEST and "\n" not in text.text
        if step.op in ("input", "constant") or (self.uses[number] <= 1 and short):
            return text
        if step.op == "size" and text.level == ATOM and "(" not in text.text:
            return text
        name = f"t{len(self.lines) + 1}"
        self.lines.append((name, text, step))
        return Text(name, ATOM, frozenset((len(self.lines) - 1,)))

    def body(self) -> list[str]:
        """The lines, without indentation, that assign the temporaries and drop them after their last use."""
        last: dict[int, int] = {}
        for line, (_, text, _) in enumerate(self.lines):
            last.update(dict.fromkeys(text.reads, line))
        for result in self.results:
            last.update(dict.fromkeys(result.reads, len(self.lines)))
        out: list[str] = []
        for line, (name, text, _) in enumerate(self.lines):
            out.append(f"{name} = {text.text}")
            dead = [self.lines[read][0] for read in sorted(text.reads) if last[read] == line and self.lines[read][2].axes]
            if dead and len(self.lines) > FEW:
                out.append(f"del {', '.join(dead)}")
        return out

    def spell(self, step: Step) -> Text:
        """The expression of a step over the expressions of its arguments."""
        args = [self.texts[arg] for arg in step.args]
        reads = args[0].reads if len(args) == 1 else frozenset().union(*[arg.reads for arg in args])
        text, level = self.operation(step, args)
        return Text(text, level, reads)

    def operation(self, step: Step, args: list[Text]) -> tuple[str, int]:
        op, _, params, _ = step
        if op == "input":
            return self.names.tensors[str(params[0])], ATOM
        if op == "constant":
            number = numeral(params[0])
            return number.text, number.level
        if op in ("multiply", "divide", "matmul"):
            sign = {"multiply": "*", "divide": "/", "matmul": "@"}[op]
            return f"{at(args[0], MULTIPLY)} {sign} {at(args[1], POWER)}", MULTIPLY
        if op == "vecdot":
            return f"({at(args[0], MULTIPLY)} * {at(args[1], POWER)}).sum(-1)", ATOM
        if op == "scale":
            sign = "-" if params[0] == -1 else f"{numeral(params[0]).text} * "
            return sign + at(args[0], POWER), MULTIPLY
        if op == "add":
            return self.linear(params, args), ADD
        if op == "power":
            return f"{at(args[0], ATOM)} ** {numeral(params[0]).text}", POWER
        if op == "reciprocal":
            return f"1 / {at(args[0], POWER)}", MULTIPLY
        if op == "index":
            items = [":" if item == ":" else str(item) for item in params]
            return f"{at(args[0], ATOM)}[{', '.join(items)}]", ATOM
        if op == "call":
            return self.call(str(params[0]), args, params[1:]), ATOM
        return self.array_operation(step, args), ATOM

    def linear(self, coefficients: Sequence[object], args: Sequence[Text]) -> str:
        """A linear combination."""
        text = ""
        for coefficient, arg in zip(coefficients, args, strict=True):
            number = exact(coefficient)
            if arg.text == "1":
                term = numeral(abs(number)).text
            elif abs(number) == 1:
                term = at(arg, MULTIPLY)
            else:
                term = f"{numeral(abs(number)).text} * {at(arg, POWER)}"
            sign = "-" if number < 0 else "+"
            text += f" {sign} {term}" if text else term if number > 0 else f"-{term}"
        return text

    def call(self, name: str, args: Sequence[Text], params: Iterable[object]) -> str:
        spelled = self.table.NAMES.get(name) or name
        if spelled == name and not hasattr(self.table, name):
            raise NotImplementedError(f"{self.table.__name__.rpartition('.')[2]} has no function {name}")
        return f"{spelled}({', '.join([*(arg.text for arg in args), *map(repr, params)])})"

    def array_operation(self, step: Step, args: list[Text]) -> str:
        op, _, params, axes = step
        first = at(args[0], ATOM) if args else ""
        if op == "sum":
            whole = len(params) == len(self.program.steps[step.args[0]].axes)
            return f"{first}.sum({'' if whole else params[0] if len(params) == 1 else tuple(params)})"
        if op == "diagonal":
            return f"{first}.diagonal({'' if len(axes) == 1 else ', '.join(map(str, (0, *params)))})"
        if op == "transpose" and params == (1, 0):
            return f"{first}.T"
        if op == "transpose" and params == (*range(len(axes) - 2), len(axes) - 1, len(axes) - 2):
            return f"{first}.mT"
        if op == "reshape" and is_numeral(first):  # a number is no array
            return str(self.table.STEPS["full"]).format(first, shape=self.names.shape(axes))
        if op == "reshape":
            return f"{first}.reshape({', '.join(map(self.names.size, axes))})"
        if op == "einsum":
            return str(self.table.STEPS[op]).format(params[0], ", ".join(arg.text for arg in args))
        if op == "stack":
            return str(self.table.STEPS[op]).format(", ".join(arg.text for arg in args), params[0])
        if op == "deposit":
            return f"deposit({args[0].text}, {args[1].text}, {tuple(params)})"
        pattern = self.table.STEPS["scalar" if op == "size" else op]
        if op == "size":
            first = self.names.size(params[0])  # type: ignore[arg-type]
        elif op in ("full", "scalar"):
            first = numeral(params[0]).text
        elif op == "pattern":
            first = str(params[0])
        elif op in ("broadcast", "embed", "root"):
            first = args[0].text
        shape = self.names.shape(axes)
        order = ", ".join(map(str, params))
        return str(pattern).format(first, order=order, pattern=tuple(params), shape=shape, shape_list=shape[1:-1])


def at(text: Text, level: int) -> str:
    """The expression, in parentheses if it binds less tightly than needed."""
    return text.text if text.level >= level else f"({text.text})"
