"""Shared by the tests of the writers: the corpus, read and derived."""

import gzip
import json
from typing import Any

from ricci.calculus.simplify import settle
from ricci.calculus.sweeps import derivative
from ricci.notation import read
from tensor_networks.nodes import Node
from tests.corpus.scoring import DATA, book_declarations, book_text

ALL = json.loads(gzip.decompress((DATA / "cases.json.gz").read_bytes()))["cases"]
CASES = {case["id"]: case for case in ALL if case.get("text") or case.get("index")}


def derived(case: dict[str, Any]) -> Node:
    """The settled derivative of a case."""
    notation = "matrix" if case.get("text") else "index"
    parsed = read(book_text(notation, case) or "", book_declarations(case), notation)
    (value,) = settle(parsed.node)
    (result,) = settle(derivative(value, [parsed.tensors[name] for name in case["wrt"]]))
    return result


def reread(text: str, declared: dict[str, str]) -> Node:
    """The settled node of a text."""
    (node,) = settle(read(text, declared).node)
    return node
