"""Shared by the tests of the writers: the corpus, read and derived."""

import gzip
import json
import pathlib
import re
from typing import Any

from ricci.calculus.simplify import settle
from ricci.calculus.sweeps import derivative
from ricci.notation import read
from tensor_networks.nodes import Node

TRAITS = {
    "symmetric": "symmetric",
    "positive definite": "spd",
    "diagonal": "diagonal",
    "skew": "skew",
    "lower": "lower",
}
FILE = pathlib.Path(__file__).parents[1] / "data" / "cases.json.gz"
ALL = json.loads(gzip.decompress(FILE.read_bytes()))["cases"]
CASES = {case["id"]: case for case in ALL if case.get("text") or case.get("index")}

# No notation says patterns beside single axes; and the canonical form does not yet see that a sum is minus its
# transpose, or symmetric in pairs of axes.
NOT_IDENTICAL = {"mn-v07", "ten-maxwell-D", "ten-stvk-h"}
READABLE = [case for name, case in CASES.items() if name not in NOT_IDENTICAL]


def declarations(case: dict[str, Any]) -> dict[str, str]:
    """The declarations of a case."""
    known = case.get("assume", {})
    return {
        name: " ".join([sizes, *(TRAITS[t] for t in known.get(name, ()) if t in TRAITS)]).strip()
        for name, sizes in case["vars"].items()
    }


def derived(case: dict[str, Any]) -> Node:
    """The settled derivative of a case."""
    text = case.get("text") or f"{case['index']} -> {case.get('index_out', '')}"
    parsed = read(text, declarations(case), "matrix" if case.get("text") else "index")
    (value,) = settle(parsed.node)
    (result,) = settle(derivative(value, [parsed.tensors[name] for name in case["wrt"]]))
    return result


def reread(text: str, declared: dict[str, str]) -> Node:
    """The settled node of a text."""
    (node,) = settle(read(text, declared).node)
    return node


def tokens(text: str) -> int:
    """The length of a formula."""
    return len(re.findall(r"[A-Za-z]\w*|\d+(?:\.\d+)?|\.[*/^]|[^\s\w]", text))
