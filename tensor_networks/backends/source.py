"""A program as standalone source, which imports nothing of ours: imports, definitions, checks of the inputs, the steps."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

from tensor_networks.axes import Axis, atoms, product, show_shape
from tensor_networks.backends.spelling import LONGEST_NAME, Names, Writer, helpers, numeral
from tensor_networks.nodes import Tensor
from tensor_networks.program import Program


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
