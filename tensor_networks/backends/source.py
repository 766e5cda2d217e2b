"""A program as standalone source, which imports nothing of ours: imports, definitions, checks of the inputs, steps."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from keyword import iskeyword
from types import ModuleType

import numpy as np

from tensor_networks.axes import Axis, atoms, derived, product, show_shape
from tensor_networks.axes import symbols as symbols_of
from tensor_networks.backends.spelling import LONGEST_NAME, RESERVED, Names, Writer, helpers, numeral
from tensor_networks.errors import OperandError, clip
from tensor_networks.evaluation.program import Program
from tensor_networks.nodes import Tensor


def standalone_text(
    program: Program,
    table: ModuleType,
    tensors: Sequence[Tensor],
    title: str = "",
    outputs: Sequence[Sequence[Axis]] = (),
    constants: Mapping[str, np.ndarray] | None = None,
    writer: type[Writer] = Writer,
    name: str = "program",
) -> str:
    """A module with one function of the tensors, which returns an array, or a tuple of several.

    Args:
        tensors: the inputs; those the program does not read may be there for their sizes.
        title: what is computed, for a comment; any text.
        outputs: the axes of the results, for a comment.
        constants: the data of those tensors, by name, that are not inputs but numbers to write out.
        writer: how steps are spelled.
        name: that of the function.

    Raises:
        OperandError: the function cannot have that name.
    """
    _check_name(name, table)
    constants = constants or {}
    given = [tensor for tensor in tensors if tensor.name not in constants]
    symbols = list(dict.fromkeys(symbol for tensor in tensors for symbol in _symbols(tensor.axes)))
    axes = [axis for step in program.steps for axis in (*step.axes, *(step.params if step.op == "size" else ()))]
    needed = dict.fromkeys((*_symbols(axes), *symbols))
    solved = _solvable(tensors)
    free = [symbol for symbol in needed if symbol not in solved]
    names = Names([tensor.name for tensor in tensors], needed, table)
    written = writer(program, table, names)
    body = written.body()
    results = [result.text for result in written.results]
    lines = _inputs(given, free, names)
    read = ", ".join(names.tensors[tensor.name] for tensor in program.inputs if tensor.name not in constants)
    for common in ("dtype", "device"):
        if f"common_{common}" in helpers(table) and (constants or re.search(rf"\b{common}\b", "\n".join([*body, *results]))):
            lines.append(f"{common} = common_{common}({read})")
    for constant, data in constants.items():
        lines.append(f"{names.tensors[constant]} = {table.STEPS['array'].format(_numbers(data))}")
    lines += [*_sizes(tensors, names), *_checks(given, names), *body, f"return {', '.join(results)}"]
    text = "\n".join(lines)
    definitions = _definitions(text, table)
    everything = "\n\n\n".join(definitions) + text
    imports = [line for line in table.IMPORTS if re.search(rf"\b{line.split()[-1]}\b", everything)]
    parts = ["\n".join([*imports]), *definitions]
    comment = _comment(title, given, outputs)
    signature = _signature([tensor.name for tensor in given], free, names)
    function = [f"def {name}({signature}):", *(f"    {line}" for line in comment + lines)]
    return "\n\n\n".join([*parts, "\n".join(function)]).lstrip("\n") + "\n"


def _check_name(name: str, table: ModuleType) -> None:
    """Refuse a name that is none, or that a program uses itself."""
    if not name.isidentifier() or iskeyword(name) or name in (RESERVED - {"program"}) | helpers(table).keys():
        raise OperandError(f"a program cannot be called {clip(name)}", hint="any name that it does not use itself, as hessian")


def _numbers(array: np.ndarray) -> str:
    """An array as nested lists."""
    if array.ndim:
        return f"[{', '.join(map(_numbers, array))}]"
    return numeral(array.item()).text if np.isfinite(array) else f"float('{array}')"


def _symbols(axes: Iterable[object]) -> list[str]:
    return [symbol for axis in axes for symbol in symbols_of(axis)]  # type: ignore[arg-type]


def _signature(tensors: Sequence[str], free: Sequence[str], names: Names) -> str:
    aliases = {name: names.tensors[name] for name in tensors} | {symbol: names.symbols[symbol] for symbol in free}
    plain = [alias for name, alias in aliases.items() if name == alias]
    odd = [f"{alias}=None" for name, alias in aliases.items() if name != alias]
    return ", ".join([*plain, *odd, *(["**inputs"] if odd else [])])


def _inputs(tensors: Sequence[Tensor], free: Sequence[str], names: Names) -> list[str]:
    """The lines that fetch inputs of odd names and convert the inputs."""
    lines = []
    odd = [(tensor.name, names.tensors[tensor.name]) for tensor in tensors]
    odd = [(name, alias) for name, alias in odd if name != alias]
    odd += [(symbol, names.symbols[symbol]) for symbol in free if names.symbols[symbol] != symbol]
    for name, alias in odd:
        lines.append(f"{alias} = inputs.pop({name!a}, {alias})")
    if odd:
        lines += ["if inputs:", '    raise TypeError(f"unexpected inputs: {list(inputs)}")']
    for tensor in tensors:
        alias = names.tensors[tensor.name]
        lines.append(f"{alias} = array({tensor.name!a}, {alias}, {tensor.order})")
    return lines


def _sizes(tensors: Sequence[Tensor], names: Names) -> list[str]:
    """The lines that read the sizes off the shapes."""
    lines = []
    for symbol, (tensor, axis, others) in _solvable(tensors).items():
        line = f"{names.symbols[symbol]} = {names.tensors[tensor.name]}.shape[{axis}]"
        lines.append(line if others == 1 else f"{line} // ({names.size(others)})")
    return lines


def _checks(tensors: Sequence[Tensor], names: Names) -> list[str]:
    """The lines that check the shapes which do not just name sizes."""
    return [
        f"check({tensor.name!a}, {names.tensors[tensor.name]}, {names.shape(tensor.axes)})"
        for tensor in tensors
        if tensor.axes and not _is_checked(tensor, tensors)
    ]


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
                pending.append(_definition(own[name], table))
    return [_definition(own[name], table).rstrip() for name in own if name in needed]


def _definition(function: object, table: ModuleType) -> str:
    """The source of a function; one that a backend takes over from NumPy speaks of that backend's functions."""
    text = inspect.getsource(function)  # type: ignore[arg-type]
    if getattr(function, "__module__", "").partition("_matrices")[0] != table.__name__:
        for old, new in table.TRANSLATED.items():
            text = re.sub(rf"(?<!\w){re.escape(old)}", new, text)
    return text


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
