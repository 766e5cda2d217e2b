"""A program as Python text: the text that we run ourselves, and standalone source that imports nothing of ours.

Both come from the same expressions; standalone source has imports, definitions, and checks of the inputs around them.
A step that is used once is written into the expression that uses it while that stays short; all others get a line and
a name. Names of tensors and sizes are data: one that is not a plain, free ASCII identifier is written as an alias.
"""

import inspect
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from keyword import iskeyword
from types import ModuleType
from typing import NamedTuple

from tensor_networks.axes import Axis, atoms, derived, product, show_shape
from tensor_networks.axes import symbols as symbols_of
from tensor_networks.lowering import Step
from tensor_networks.nodes import Tensor
from tensor_networks.numbers import exact
from tensor_networks.program import Program

LONGEST = 64  # characters of an expression that may be written into another one
LONGEST_NAME = 40
FEW = 8  # a program of so few lines frees nothing before its end
ADD, MULTIPLY, POWER, ATOM = range(4)  # how tightly an expression binds
RESERVED = {"dtype", "inputs", "program", "array", "check", "math", "np", "jnp", "jax", "torch", "list", "TypeError"}


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


class Writer:
    """The lines of a program and the expressions of its results, in the spelling of one backend."""

    def __init__(self, program: Program, table: ModuleType, names: Names) -> None:
        self.program, self.table, self.names = program, table, names
        self.uses = Counter(arg for step in program.steps for arg in step.args) + Counter(program.outputs)
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
            dead = [
                self.lines[read][0] for read in sorted(text.reads) if last[read] == line and self.lines[read][2].axes
            ]
            if dead and len(self.lines) > FEW:
                out.append(f"del {', '.join(dead)}")
        return out

    def spell(self, step: Step) -> Text:
        """The expression of a step over the expressions of its arguments."""
        args = [self.texts[arg] for arg in step.args]
        reads = frozenset().union(*(arg.reads for arg in args))
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
        if op == "reshape":
            return f"{first}.reshape({', '.join(map(self.names.size, axes))})"
        if op == "pattern":
            return f"{params[0]}({self.names.shape(axes)[1:-1]}, dtype)"
        pattern = self.table.STEPS["scalar" if op == "size" else op]
        if op == "size":
            first = self.names.size(params[0])  # type: ignore[arg-type]
        elif op in ("full", "scalar"):
            first = numeral(params[0]).text
        elif op in ("broadcast", "embed", "root"):
            first = args[0].text
        shape = self.names.shape(axes)
        order = ", ".join(map(str, params))
        return str(pattern).format(first, order=order, pattern=tuple(params), shape=shape, shape_list=shape[1:-1])


def at(text: Text, level: int) -> str:
    """The expression, in parentheses if it binds less tightly than needed."""
    return text.text if text.level >= level else f"({text.text})"


def running_text(program: Program, table: ModuleType, names: Names) -> str:
    """The source of a function of the arrays in the order of `program.inputs` that returns a list.

    It reads the sizes and `dtype` as global names, next to what the backend imports and defines.
    """
    writer = Writer(program, table, names)
    arguments = ", ".join(names.tensors[tensor.name] for tensor in program.inputs)
    lines = [f"def program({arguments}):", *(f"    {line}" for line in writer.body())]
    lines.append(f"    return [{', '.join(result.text for result in writer.results)}]")
    return "\n".join(lines) + "\n"


def standalone_text(
    program: Program,
    table: ModuleType,
    tensors: Sequence[Tensor],
    title: str = "",
    outputs: Sequence[Sequence[Axis]] = (),
) -> str:
    """A module with one function `program` of the tensors, which returns an array, or a tuple of several.

    Args:
        tensors: the inputs; those the program does not read may be there for their sizes.
        title: what is computed, for a comment; any text.
        outputs: the axes of the results, for a comment.
    """
    symbols = list(dict.fromkeys(symbol for tensor in tensors for symbol in _symbols(tensor.axes)))
    axes = [axis for step in program.steps for axis in (*step.axes, *(step.params if step.op == "size" else ()))]
    needed = dict.fromkeys((*_symbols(axes), *symbols))
    solved = _solvable(tensors)
    free = [symbol for symbol in needed if symbol not in solved]
    names = Names([tensor.name for tensor in tensors], needed, table)
    writer = Writer(program, table, names)
    body = writer.body()
    results = [result.text for result in writer.results]
    code = "\n".join([*body, *results])
    lines = _bindings(tensors, free, names)
    if re.search(r"\bdtype\b", code):
        lines.append(f"dtype = common_dtype({', '.join(names.tensors[tensor.name] for tensor in program.inputs)})")
    lines += [*body, f"return {', '.join(results)}"]
    text = "\n".join(lines)
    definitions = _definitions(text, table)
    everything = "\n\n\n".join(definitions) + text
    imports = [line for line in table.IMPORTS if re.search(rf"\b{line.split()[-1]}\b", everything)]
    parts = ["\n".join([*imports]), *definitions]
    comment = _comment(title, tensors, outputs)
    function = [f"def program({_signature(tensors, free, names)}):", *(f"    {line}" for line in comment + lines)]
    return "\n\n\n".join([*parts, "\n".join(function)]).lstrip("\n") + "\n"


def _symbols(axes: Iterable[object]) -> list[str]:
    return [symbol for axis in axes for symbol in symbols_of(axis)]  # type: ignore[arg-type]


def _signature(tensors: Sequence[Tensor], free: Sequence[str], names: Names) -> str:
    aliases = {**names.tensors, **{symbol: names.symbols[symbol] for symbol in free}}
    plain = [alias for name, alias in aliases.items() if name == alias]
    odd = [f"{alias}=None" for name, alias in aliases.items() if name != alias]
    return ", ".join([*plain, *odd, *(["**inputs"] if odd else [])])


def _bindings(tensors: Sequence[Tensor], free: Sequence[str], names: Names) -> list[str]:
    """The lines that fetch inputs of odd names, convert the inputs, name the sizes and check the shapes."""
    lines = []
    odd = [(name, alias) for name, alias in names.tensors.items() if name != alias]
    odd += [(symbol, names.symbols[symbol]) for symbol in free if names.symbols[symbol] != symbol]
    for name, alias in odd:
        lines.append(f"{alias} = inputs.pop({name!a}, {alias})")
    if odd:
        lines += ["if inputs:", '    raise TypeError(f"unexpected inputs: {list(inputs)}")']
    sources = _solvable(tensors)
    for tensor in tensors:
        alias = names.tensors[tensor.name]
        lines.append(f"{alias} = array({tensor.name!a}, {alias}, {tensor.order})")
    for symbol, (tensor, axis, others) in sources.items():
        line = f"{names.symbols[symbol]} = {names.tensors[tensor.name]}.shape[{axis}]"
        lines.append(line if others == 1 else f"{line} // ({names.size(others)})")
    for tensor in tensors:
        if tensor.axes and not _is_checked(tensor, tensors):
            lines.append(f"check({tensor.name!a}, {names.tensors[tensor.name]}, {names.shape(tensor.axes)})")
    return lines


def _solvable(tensors: Sequence[Tensor]) -> dict[str, tuple[Tensor, int, Axis]]:
    """Where each size symbol is read from: (tensor, axis, the known sizes to divide by)."""
    places = [(tensor, axis) for tensor in tensors for axis in range(tensor.order)]
    solved: dict[str, tuple[Tensor, int, Axis]] = {}
    for tensor, axis in places:
        size = tensor.axes[axis]
        if isinstance(size, str) and derived(size) is None:
            solved.setdefault(size, (tensor, axis, 1))
    for tensor, axis in places:
        unknown = [symbol for symbol in _symbols([tensor.axes[axis]]) if symbol not in solved]
        if len(unknown) == 1 and unknown[0] in atoms(tensor.axes[axis]):
            others = product(atom for atom in atoms(tensor.axes[axis]) if atom != unknown[0])
            solved[unknown[0]] = (tensor, axis, others)
    return solved


def _is_checked(tensor: Tensor, tensors: Sequence[Tensor]) -> bool:
    """Is every axis of the tensor a symbol that is read off this very axis?"""
    earlier = {s for other in tensors[: tensors.index(tensor)] for s in other.axes}
    new = all(isinstance(size, str) and size not in earlier for size in tensor.axes)
    return new and len(set(tensor.axes)) == tensor.order


def _definitions(code: str, table: ModuleType) -> list[str]:
    """The source of the backend's functions that the code needs, in the order of the backend's file."""
    own = helpers(table)
    needed: set[str] = set()
    pending = [code]
    while pending:
        for name in re.findall(r"\b[A-Za-z_]\w*(?=[(,])", pending.pop()):
            if name in own and name not in needed:
                needed.add(name)
                pending.append(inspect.getsource(own[name]))  # type: ignore[arg-type]
    return [inspect.getsource(own[name]).rstrip() for name in own if name in needed]  # type: ignore[arg-type]


def _comment(title: str, tensors: Sequence[Tensor], outputs: Sequence[Sequence[Axis]]) -> list[str]:
    """What is computed from what, as comment lines in printable ASCII."""
    said = [line for line in title.splitlines() if line.strip()]
    if tensors:
        said.append(", ".join(f"{_short(tensor.name)}: {show_shape(tensor.axes)}" for tensor in tensors))
    if outputs:
        said.append(f"returns {', '.join(map(show_shape, outputs))}")
    return [f"# {ascii(line)[1:-1][:200]}" for line in said]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."


def sizes_of(names: Names, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes under the names that running text reads them by."""
    return {names.symbols[symbol]: size for symbol, size in sizes.items() if symbol in names.symbols}
