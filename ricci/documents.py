"""Documents: an expression as JSON text and back. A document is data: loading looks at it, and never executes any of it.

    {"format": "ricci", "version": 1,
     "nodes": [["tensor", "x", ["n"], [], ""],
               ["network", [[0, [[0]], 2]], [], ["n"]]],
     "root": 1, "role": "", "split": [0], "declared": [0]}

``nodes`` lists every node once, children first, and refers to earlier ones by their places. So a cycle cannot be written. Each
is rebuilt by its constructor, which checks it and gives the one interned object: a document read in another process, or twice,
is the same expression. The kinds are

    ["tensor", name, axes, traits, marks]                     ["size", symbol]
    ["network", [[place, slots, exponent], ...], outputs, sizes of the wires]
    ["sum", axes, [[place, coefficient], ...]]                ["apply", function, [place, ...]]
    ["constant", shape, data]                                 numbers as base64 of little-endian doubles
    ["pattern", name, size]                                   a constant of zeros and ones, such as ``duplication``

A size is an integer, a symbol or a list of both, their product. A number that is no small integer is a string: ``"1/3"``.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ricci.constants import constant_leaf, data_of
from ricci.functions import FUNCTIONS, Apply, apply
from ricci.notation.declarations import LONGEST_NAME, check_name
from ricci.notation.index.heights import Heights
from ricci.traits.table import TRAITS, declared
from tensor_networks import patterns
from tensor_networks.axes import Axis, derived, product
from tensor_networks.errors import FormatError, LimitError, RicciError, clip
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node, Size, Tensor, size_node, walk
from tensor_networks.numbers import Number, exact

FORMAT, VERSION = "ricci", 1
LONGEST = 2**28  # characters of a document
LONGEST_INTEGER = 20  # digits of an integer of JSON; longer numbers are strings
LARGEST_SIZE = 10**18
DECIMAL_BITS = 4096  # numbers beyond are written in hexadecimal digits
NUMBER = re.compile(r"-?(0x[0-9a-f]{1,100000}|[0-9]{1,1300})(/(0x[0-9a-f]{1,100000}|[0-9]{1,1300}))?")

Document = dict[str, Any]


# writing


def document(root: Node, extra: Sequence[Node] = ()) -> tuple[Document, dict[Node, int]]:
    """The document of a node, and the place of every node in it, those of ``extra`` among them."""
    order = walk(root, *extra)
    place = {node: number for number, node in enumerate(order)}
    nodes = [_written(node, place) for node in order]
    return {"format": FORMAT, "version": VERSION, "nodes": nodes, "root": place[root]}, place


def text_of(content: Document) -> str:
    """The document as text: the same for the same expression, in every process."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def _written(node: Node, place: Mapping[Node, int]) -> list[Any]:
    """A node as a list, its children by their places."""
    if isinstance(node, Tensor):
        data = data_of(node)
        if data is not None:
            return ["constant", list(data.shape), base64.b64encode(data.astype("<f8").tobytes()).decode()]
        return ["tensor", node.name, _sizes(node.axes), sorted(node.traits), node.marks]
    if isinstance(node, Size):
        return ["size", node.size]
    if isinstance(node, Network):
        factors = [[place[child], _groups(slots), _number(exponent)] for child, slots, exponent in node.factors]
        return ["network", factors, _groups(node.outputs), _sizes(node.sizes)]
    if isinstance(node, Sum):
        return ["sum", _sizes(node.axes), [[place[term], _number(number)] for term, number in node.terms]]
    if isinstance(node, Apply):
        return ["apply", node.function.name, [place[arg] for arg in node.args]]
    if isinstance(node, patterns.Pattern):
        return ["pattern", node.name, *_sizes([node.size])]
    raise FormatError(f"{node!r} cannot be written to a document")


def _sizes(axes: Sequence[Axis]) -> list[Any]:
    return [list(size) if isinstance(size, tuple) else size for size in axes]


def _groups(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    return [list(group) for group in groups]


def _number(number: Number) -> int | str:
    if isinstance(number, int):
        return number if abs(number) < 2**53 else _digits(number)
    return f"{_digits(number.numerator)}/{_digits(number.denominator)}"


def _digits(number: int) -> str:
    return str(number) if number.bit_length() <= DECIMAL_BITS else hex(number)


# reading


def parsed(text: str) -> Document:
    """The checked outer form of a document: a JSON object of this format and version.

    Raises:
        FormatError: it is anything else.
    """
    if not isinstance(text, str):
        raise FormatError(f"a document is a string, not {type(text).__name__}")
    if len(text) > LONGEST:
        raise FormatError(f"a document of {len(text)} characters: at most {LONGEST} are read")
    try:
        content = json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
        )
    except RecursionError:
        raise FormatError("the document is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise FormatError(f"the document is not JSON: {error.msg} at character {error.pos}") from None
    return _outer(content)


def _outer(content: Any) -> Document:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FormatError(f'this is no document of ours: "format": "{FORMAT}" is missing')
    version = content.get("version")
    if version != VERSION:
        raise FormatError(f"a document of version {clip(version, 20)}, and version {VERSION} is read")
    return content


def _object(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FormatError("an object of the document has a key twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise FormatError(f"the document has an integer of {len(digits)} digits")
    return int(digits)


def _no_number(text: str) -> Any:
    raise FormatError(f"the document has the number {clip(text, 20)}: only integers and fractions in quotes are read")


def loaded(content: Document) -> list[Node]:
    """The nodes of a document, each rebuilt from earlier ones.

    Raises:
        FormatError: a node is malformed, or refers to one that does not come before it.
        LimitError: a constant or the canonical form of a network is too large.
    """
    listed = content.get("nodes")
    if not isinstance(listed, list):
        raise FormatError('the list "nodes" is missing')
    nodes: list[Node] = []
    for number, entry in enumerate(listed):
        try:
            if not isinstance(entry, list) or not entry or not isinstance(entry[0], str) or entry[0] not in READERS:
                raise FormatError(f"{clip(entry)} is no kind of node")
            nodes.append(READERS[entry[0]](entry[1:], nodes))
        except LimitError:
            raise
        except RicciError as error:
            raise FormatError(f"node {number} of the document: {error.message}") from None
        except (TypeError, ValueError, ArithmeticError) as error:
            raise FormatError(f"node {number} of the document is malformed: {clip(error, 60)}") from None
    return nodes


class Restored(NamedTuple):
    """What a document says of an expression; ``origin`` is (node, role, split, variables) of what it is a derivative of."""

    node: Node
    role: str
    split: tuple[int, ...]
    legend: str
    declared: dict[str, Tensor]
    origin: tuple[Node, str, tuple[int, ...], tuple[Tensor, ...]] | None
    heights: Heights | None


def restored(content: Document, nodes: Sequence[Node]) -> Restored:
    """The fields of the expression of a document.

    Raises:
        FormatError: a field is missing or does not fit the others.
    """
    node, role, split = _expression(content, nodes)
    legend = content.get("legend", "")
    if not isinstance(legend, str):
        raise FormatError('"legend" is not a text')
    declared = {leaf.name: leaf for leaf in _tensors(content.get("declared", []), nodes)}
    heights = _heights(content.get("heights"), node)
    origin = content.get("origin")
    if origin is None:
        return Restored(node, role, split, legend, declared, None, heights)
    if not isinstance(origin, dict):
        raise FormatError('"origin" is not an object')
    by = tuple(_tensors(origin.get("by"), nodes))
    return Restored(node, role, split, legend, declared, (*_expression(origin, nodes), by), heights)


def _heights(heights: Any, node: Node) -> Heights | None:
    """The heights of the indices of the tensors by name, and of the free indices."""
    if heights is None:
        return None
    tensors, free = _fields(_list(heights), 2)
    if not isinstance(tensors, dict) or not all(map(_is_marks, [free, *tensors.values()])) or len(free) != node.order:
        raise FormatError('"heights" does not fit the expression')
    return Heights(tensors, free)


def _is_marks(marks: Any) -> bool:
    return isinstance(marks, str) and not set(marks) - set("ul-")


def _expression(content: Document, nodes: Sequence[Node]) -> tuple[Node, str, tuple[int, ...]]:
    node = node_at(content.get("root"), nodes)
    role, split = content.get("role", ""), tuple(_list(content.get("split", [node.order])))
    if role not in ("", "row") or any(type(part) is not int or part < 0 for part in split) or sum(split) != node.order:
        raise FormatError('"role" or "split" does not fit the expression')
    return node, role, split


def viewed_parts(viewed: Any) -> tuple[list[tuple[int, ...]], list[tuple[int, str]], Document]:
    """Which axes the rows and columns of a matrix are, which of them stand for half a matrix, and of what it is a view.

    Raises:
        FormatError: it is malformed.
    """
    if not isinstance(viewed, dict):
        raise FormatError('"viewed" is not an object')
    halves = [(axis, name) for axis, name in (_fields(_list(half), 2) for half in _list(viewed.get("halves", [])))]
    if any(type(axis) is not int or axis < 0 or name not in ("duplication", "elimination") for axis, name in halves):
        raise FormatError('"halves" is not a list of axes and patterns')
    return _wires(viewed.get("groups")), halves, _outer(viewed.get("source"))


def _tensors(places: Any, nodes: Sequence[Node]) -> list[Tensor]:
    found = [node_at(place, nodes) for place in _list(places)]
    tensors = [node for node in found if isinstance(node, Tensor)]
    if len(tensors) < len(found):
        raise FormatError("a variable of the document is not a tensor")
    return tensors


def node_at(place: Any, nodes: Sequence[Node]) -> Node:
    """The node a reference means.

    Raises:
        FormatError: the reference is not the place of a node that was read before.
    """
    if type(place) is not int or not 0 <= place < len(nodes):
        raise FormatError(f"a reference to node {clip(place, 20)}, which is not among those before it: missing, or a cycle")
    return nodes[place]


def _fields(entry: list[Any], count: int) -> list[Any]:
    if len(entry) != count:
        raise FormatError(f"{len(entry)} fields instead of {count}")
    return entry


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FormatError(f"a list is expected instead of {clip(value, 20)}")
    return value


def _symbol(value: Any) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_NAME and derived(value) is not None:
        return value
    return check_name(value)


def _atom(value: Any) -> int | str:
    if type(value) is not int:
        return _symbol(value)
    if not 0 <= value <= LARGEST_SIZE:
        raise FormatError(f"{value} is no size")
    return value


def _axis(value: Any) -> Axis:
    return product(map(_atom, value)) if isinstance(value, list) else _atom(value)


def _wires(groups: Any, count: int | None = None) -> list[tuple[int, ...]]:
    """Groups of wires; with a count, wires below it."""
    found = [tuple(_list(group)) for group in _list(groups)]
    for group in found:
        for wire in group:
            if type(wire) is not int or not 0 <= wire < (LARGEST_SIZE if count is None else count):
                raise FormatError(f"{clip(wire, 20)} is no wire of this network")
    return found


def read_number(value: Any) -> Number:
    """An integer, or a fraction in quotes."""
    if type(value) is int:
        return value
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise FormatError(f"{clip(value, 20)} is not a number")
    above, _, below = value.partition("/")
    sign, above = (-1, above[1:]) if above.startswith("-") else (1, above)
    return exact(Fraction(sign * _whole(above), _whole(below or "1")))


def _whole(digits: str) -> int:
    return int(digits, 16 if digits.startswith("0x") else 10)


def _read_tensor(entry: list[Any], nodes: Sequence[Node]) -> Node:
    name, axes, traits, marks = _fields(entry, 4)
    unknown = [trait for trait in _list(traits) if trait not in TRAITS and not (isinstance(trait, str) and "=" in trait)]
    if unknown:
        raise FormatError(f"{clip(unknown[0], 20)} is not a trait")
    shape = tuple(map(_axis, _list(axes)))
    if not _is_marks(marks) or (marks and len(marks) != len(shape)):
        raise FormatError(f"{clip(marks, 20)} does not say the heights of {len(shape)} indices")
    return declared(check_name(name), shape, traits, marks)


def _read_size(entry: list[Any], nodes: Sequence[Node]) -> Node:
    (symbol,) = _fields(entry, 1)
    return size_node(check_name(symbol))


def _read_network(entry: list[Any], nodes: Sequence[Node]) -> Node:
    factors, outputs, sizes = _fields(entry, 3)
    axes = dict(enumerate(map(_axis, _list(sizes))))
    read = []
    for factor in _list(factors):
        place, slots, exponent = _fields(_list(factor), 3)
        read.append((node_at(place, nodes), _wires(slots, len(axes)), read_number(exponent)))
    return network(read, _wires(outputs, len(axes)), axes)


def _read_sum(entry: list[Any], nodes: Sequence[Node]) -> Node:
    axes, terms = _fields(entry, 2)
    pairs = [_fields(_list(term), 2) for term in _list(terms)]
    return total([(node_at(place, nodes), read_number(number)) for place, number in pairs], map(_axis, _list(axes)))


def _read_apply(entry: list[Any], nodes: Sequence[Node]) -> Node:
    name, args = _fields(entry, 2)
    if not isinstance(name, str) or name not in FUNCTIONS:
        raise FormatError(f"there is no function {clip(name, 40)}")
    return apply(name, *[node_at(place, nodes) for place in _list(args)])


def _read_constant(entry: list[Any], nodes: Sequence[Node]) -> Node:
    """A constant, its data as many as its shape says."""
    shape, data = _fields(entry, 2)
    lengths = [_atom(length) for length in _list(shape)]
    if not isinstance(data, str):
        raise FormatError(f"the data of a constant is text, not {type(data).__name__}")
    numbers = [length for length in lengths if isinstance(length, int)]
    count = prod(numbers)
    if len(numbers) < len(lengths) or count > LARGEST_SIZE or -(-8 * count // 3) * 4 != len(data):
        raise FormatError(f"a constant of shape {clip(shape)} does not have {len(data)} characters of data")
    try:
        entries = np.frombuffer(base64.b64decode(data, validate=True), "<f8")
    except (binascii.Error, ValueError):
        raise FormatError("the data of a constant is not base64") from None
    return constant_leaf(entries.astype(float).reshape(numbers))


def _read_pattern(entry: list[Any], nodes: Sequence[Node]) -> Node:
    name, size = _fields(entry, 2)
    if name in patterns.NAMES:
        return patterns.pattern(name, _axis(size))
    raise FormatError(f"there is no pattern {clip(name, 40)}")


READERS: Mapping[str, Callable[[list[Any], Sequence[Node]], Node]] = {
    "tensor": _read_tensor,
    "size": _read_size,
    "network": _read_network,
    "sum": _read_sum,
    "apply": _read_apply,
    "constant": _read_constant,
    "pattern": _read_pattern,
}
