"""The notations: `read` takes a text and its declarations to a node, whichever notation it is in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ricci.functions import FUNCTIONS
from ricci.notation.declarations import Declaration, Scope
from ricci.notation.hints import improve
from ricci.notation.index.heights import Heights
from ricci.notation.index.reader import parse_index, read_index
from ricci.notation.index.syntax import SPELLINGS, SUMS, SYMBOLS
from ricci.notation.latex_reader import is_latex, translated
from ricci.notation.matrix.inference import inferred
from ricci.notation.matrix.reader import read_matrix
from ricci.notation.matrix.syntax import KNOWN, is_function, parse_matrix
from ricci.notation.tokens import RAISED
from tensor_networks.errors import OperandError, ParseError, RicciError, clip
from tensor_networks.nodes import Node, Tensor

NOTATIONS = ("matrix", "index", "latex")
WORD = re.compile(r"[^\W\d]\w*")
EXPONENT = re.compile(r"\^\{\s*(?:-?\s*T|[-+./\d\s]+)\}|(?<=[|‖])_\{?\w+\}?")  # braces that say nothing of indices
SUBSCRIPTED = re.compile(r"[^\W_]+_[^\W\d_]+")
BESIDE = re.compile(r"((?<![\w.])[^\W\d]\w*|\)|\^[-+]?(?:\w+|\([^()]*\)))\s+(?=([^\W\d]\w*|\())")  # what begins with no number


@dataclass(frozen=True)
class Parsed:
    """A text that was read: its node, its role (scalar, column, row, matrix, tensor), and the tensors by name.

    A row is a node of order 1, as a column is; only the role tells them apart.
    """

    node: Node
    role: str
    text: str
    tensors: Mapping[str, Tensor]
    heights: Heights | None = None


def read(text: str, declarations: Mapping[str, Declaration] | None = None, notation: str | None = None) -> Parsed:
    """Read a formula.

    `declarations` give each name its sizes and traits (`"n n symmetric"`), or a node to stand for it; without
    any, they are inferred. `notation` is "matrix", "index", "latex", or None: then the text says which.

    Raises:
        ParseError, UnknownName, ShapeError, IndexNotationError, LimitError: each shows the place in the text.
    """
    if not isinstance(text, str):
        raise OperandError(f"a formula is a string, not {type(text).__name__}")
    scope = Scope.of(declarations or {})
    if notation is None:
        notation = "latex" if "\\" in text and is_latex(text, scope) else guess_notation(text, scope)
    if notation not in NOTATIONS:
        raise ParseError(f"there is no notation {clip(notation)}", hint="use 'matrix', 'index' or 'latex'")
    if notation == "latex":
        translation = translated(text, scope)
        try:
            return replace(_read(translation.text, scope, translation.notation), text=text)
        except RicciError as error:
            translation.relocate(error)
            raise
    return _read(text, scope, notation)


def _read(text: str, scope: Scope, notation: str) -> Parsed:
    """Read a formula in a notation; its errors have the hint that fits the text."""
    try:
        return _read_in(text, scope, notation)
    except RicciError as error:
        improve(error, text, scope.nodes, FUNCTIONS.keys() | KNOWN)
        raise


def _read_in(text: str, scope: Scope, notation: str) -> Parsed:
    """Read a formula in a notation."""
    heights = None
    if notation == "index":
        tree, parser = parse_index(text, scope)
        node, role, scope, heights = read_index(text, tree, parser, scope)
    else:
        tree = parse_matrix(text, scope)
        if not scope.nodes:
            scope = inferred(text, tree)
        node, role = read_matrix(text, tree, scope)
    return Parsed(node, role, text, scope.tensors(node), heights)


def guess_notation(text: str, scope: Scope) -> str:
    """Index notation has an arrow, subscripts, raised indices or neighbours; matrix notation has none of these.

    Raises:
        ParseError: nothing is declared, and an underscore may begin an index or belong to a name: `W_h*x`.
    """
    text = re.sub(f"[{RAISED}⁻]", "", EXPONENT.sub(lambda found: " " * len(found.group()), text)).replace("ᵀ", "'")
    if not scope.nodes and "->" not in text and "{" not in text:
        return _guess_undeclared(text)
    if "->" in text or "_{" in text or "^{" in text or ")_" in text:
        return "index"
    for found in WORD.finditer(text):
        word = found.group()
        head, mark, tail = word.partition("_")
        known = not scope.nodes or head in scope.nodes or head in (*SYMBOLS, *SPELLINGS, *SUMS)
        if mark and tail and word not in scope.nodes and known:
            return "index"
        if mark and word not in scope.nodes and any(word.startswith(name + "_") for name in scope.nodes):
            return "index"
    return "index" if _raised_index(text, scope) or _neighbours(text) else "matrix"


def _guess_undeclared(text: str) -> str:
    """The notation of a text without arrow, braces and declarations. Names like `W_1` and transposes are matrix notation."""
    words = [found for found in WORD.finditer(text) if not is_function(found.group())]
    subscripted = [found for found in words if SUBSCRIPTED.fullmatch(found.group())]
    if not subscripted or "'" in text:
        if not subscripted:
            _check_neighbours(text)
        return "index" if ")_" in text or (not subscripted and _neighbours(text)) else "matrix"
    if _calls_only(text, subscripted):
        return "matrix"
    indices = "".join(found.group().partition("_")[2] for found in subscripted)
    bare = len(words) > len(subscripted)
    if "*" in text and (bare or len(set(indices)) == len(indices)):
        found = subscripted[0]
        what = f"{clip(found.group())} may be a name, or {clip(found.group().partition('_')[0])} with an index"
        hint = "declare the names, or say notation='matrix' or notation='index'"
        raise ParseError(what, text=text, start=found.start(), end=found.end(), hint=hint)
    return "index"


def _calls_only(text: str, subscripted: Sequence[re.Match[str]]) -> bool:
    """Are all of these words names of functions, as in `log_softmax(x)`, so that nothing has indices?"""
    behind = (text[found.end() : found.end() + 1] for found in subscripted)
    heads = {found.group().partition("_")[0] for found in subscripted}
    return ")_" not in text and not heads.intersection(SUMS) and set(behind) == {"("}


def _check_neighbours(text: str) -> None:
    """Check that nothing stands side by side that may be numbers, or matrices and vectors.

    Raises:
        ParseError: something does.
    """
    found = next((found for found in BESIDE.finditer(text) if not is_function(found[1])), None)
    if found is not None and "'" not in text:
        what = "letters side by side may be numbers, or matrices and vectors"
        hint = "write * for the product and ' for the transpose, x'*A*x, or declare the names"
        raise ParseError(what, text=text, start=found.start(2), end=found.end(2), hint=hint)


def _raised_index(text: str, scope: Scope) -> bool:
    """Is there `x^j` with a declared x of positive order and a j that is no name?"""
    for base, raised in re.findall(r"(?<!\w)([^\W\d]\w*)\^([^\W\d]\w*)", text):
        node = scope.nodes.get(base)
        known = raised in scope.nodes or raised in scope.sizes or raised == "T"
        if node is not None and node.order and not known:
            return True
    return False


def _neighbours(text: str) -> bool:
    """Do two operands stand side by side with nothing but space between them?"""
    return re.search(r"[\w)'.]\s+[\w(]|\)\s*[\w(]", text) is not None and "'" not in text
