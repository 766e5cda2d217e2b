"""Declarations: `"n n symmetric"` to axes and traits, and the table of what the names of a text stand for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ricci.traits.table import TRAITS, declared
from tensor_networks.axes import Axis, product, read_size, symbols
from tensor_networks.errors import OperandError, ParseError, ShapeError, UnknownName, clip, located, suggestion
from tensor_networks.nodes import Node, Tensor, walk
from tensor_networks.symmetry import equations

WORDS = re.compile(r"[^\s,=×]*(?:\s*=\s*[^\s,=×]*)+|[^\s,=×]+")
BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")  # (m, n), as Python writes a shape
NAME = re.compile(r"[^\W\d]\w*")
MADE = re.compile(r"[-(^]")  # in a size that is made of another one, such as 2*n-1
COUNT = re.compile(r"[0-9]{1,18}")
LONGEST_NAME = 1000

NO_SIZES = {  # words that are meant as something else, and what to write
    "scalar": 'a scalar is declared as ""',
    "vector": 'a vector is declared by its size, "n"',
    "matrix": 'a matrix is declared by its sizes, "m n"',
    "by": 'sizes are parted by spaces: "m n"',
    "x": 'sizes are parted by spaces: "m n"',
    "sym": "did you mean symmetric?",
    "posdef": "did you mean spd?",
    "pd": "did you mean spd?",
    "antisymmetric": "did you mean skew?",
}

Declaration = str | Node | Iterable[str | int]


def check_name(name: str) -> str:
    """The name, if it is one: a letter or underscore, then letters, digits and underscores.

    Raises:
        ParseError: it is not.
    """
    if not isinstance(name, str):
        raise OperandError(f"a name is a string, not {type(name).__name__}")
    if not NAME.fullmatch(name) or not name.isidentifier():
        what = "it is empty" if not name else "it may hold letters, digits and _ only, a letter first"
        raise ParseError(f"'{clip(name)}' cannot be a name: {what}")
    if len(name) > LONGEST_NAME:
        raise ParseError(f"the name {clip(name)} is longer than {LONGEST_NAME} characters")
    return name


def parse_declaration(name: str, declaration: Declaration) -> Tensor:
    """The tensor of a declaration: sizes (symbols, integers, products such as `2*n`), then traits.

    Equations between orders of the same letters, `ijkl=jikl=klij`, are traits too: the symmetries of the axes.

    Raises:
        ParseError: a name, a size or a trait cannot be read.
        ShapeError: a trait is not one of tensors of that shape, or two cannot be declared together.
    """
    check_name(name)
    text = _text(name, declaration)
    whole = BRACKETS.fullmatch(text)
    start, end = whole.span(1) if whole else (0, len(text))
    words = [(found.group(), found.start()) for found in WORDS.finditer(text, start, end)]
    axes: list[Axis] = []
    traits: list[str] = []
    for index, (word, place) in enumerate(words):
        with located(text, place, place + len(word)):
            if isinstance(declaration, str) and (word != "x" or 0 < index < len(words) - 1):
                _check_meant(word)
            if word in TRAITS:
                traits.append(word)
            elif "=" in word:
                traits.append("".join(word.split()))
                equations(traits[-1])
            elif traits:
                raise ParseError(f"{clip(word)} is not a trait", hint=f"the traits are {', '.join(sorted(TRAITS))}")
            else:
                axes.append(_size(word))
    with located(text, 0, len(text)):
        return declared(name, axes, traits)


def _text(name: str, declaration: Declaration) -> str:
    """A declaration as a text; sizes that are given one by one are parted by spaces."""
    if hasattr(declaration, "shape") or not isinstance(declaration, Iterable):
        what = f"{clip(name)} is declared by its sizes, a string, not by {type(declaration).__name__}"
        raise OperandError(what, hint=f'{clip(name, 16)}="n", or "3 4", or "" for a scalar')
    return declaration if isinstance(declaration, str) else " ".join(map(str, declaration))


def _check_meant(word: str) -> None:
    """A word that is meant as something else than a size is an error that says what to write."""
    near = f"did you mean {word.lower()}?" if word not in TRAITS and word.lower() in TRAITS else ""
    meant = NO_SIZES.get(word, near)
    if meant:
        raise ParseError(f"{clip(word)} is not a size", hint=meant)


def _size(word: str) -> Axis:
    """A size as written in a declaration."""
    made = read_size(word) if MADE.search(word) else None
    if made is not None:
        return made
    parts: list[Axis] = []
    for part in word.split("*"):
        if COUNT.fullmatch(part):
            parts.append(int(part))
        elif NAME.fullmatch(part) and part.isidentifier() and len(part) <= LONGEST_NAME:
            near = difflib.get_close_matches(part, sorted(TRAITS), n=1, cutoff=0.8) if 4 < len(part) < 30 else []
            if near:
                raise ParseError(f"{clip(part)} is not a trait", hint=f"did you mean {near[0]}?")
            parts.append(part)
        else:
            raise ParseError(f"{clip(word)} is not a size", hint="a size is a symbol such as n or an integer")
    return parts[0] if len(parts) == 1 else product(parts)


@dataclass(frozen=True)
class Scope:
    """What names mean in a text: `nodes` by name, and the size symbols in use."""

    nodes: Mapping[str, Node]
    sizes: frozenset[str]

    @classmethod
    def of(cls, declarations: Mapping[str, Declaration]) -> Scope:
        """The scope of declarations; a node given for a name stands for itself.

        Raises:
            ShapeError: one name is declared with two shapes.
        """
        nodes = {
            check_name(name): given if isinstance(given, Node) else parse_declaration(name, given)
            for name, given in declarations.items()
        }
        sizes = {symbol for node in nodes.values() for size in node.axes for symbol in symbols(size)}
        return cls(nodes, frozenset(sizes))

    def tensors(self, root: Node) -> dict[str, Tensor]:
        """The tensors by name: those declared, and those below `root`."""
        found = {name: node for name, node in self.nodes.items() if isinstance(node, Tensor)}
        for node in walk(root):
            if isinstance(node, Tensor):
                other = found.setdefault(node.name, node)
                if other is not node:
                    raise ShapeError(f"{clip(node.name)} is used with two declarations: {other!r} and {node!r}")
        return found


def unknown(name: str, known: Iterable[str], hint: str = "") -> UnknownName:
    """The error for a name that nothing declares, with the nearest known one."""
    return UnknownName(f"the name {clip(name)} is not declared", hint=suggestion(name, known) or hint)
