"""The expressions that the tests of drawings share: the gallery, the open corpus, networks that are hard to lay out."""

import gzip
import importlib.util
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import ricci as rc
from ricci.expr import Expr
from tensor_networks.axes import Axis
from tensor_networks.errors import RicciError
from tensor_networks.networks import network
from tensor_networks.nodes import Node, tensor

ROOT = Path(__file__).resolve().parents[2]

NETWORKS = {
    "complete": "A ijkl,B imno,C jmpq,D knpr,E loqr -> ",
    "snake": "A1 ap,A2 aqb,A3 brc,A4 cs,B1 wp,B2 wqx,B3 xry,B4 ys -> ",
    "theta": "A ijk,B ijk -> ",
    "double edge": "A ij,B ij,C jk,D ik -> ",
    "hyperedges": "A ij,B ik,C il,D jkl -> i",
    "diagonal": "A ii,x i,B ij -> j",
    "legs inside": "A ij,T jkl,U lmn,B no,x k -> imo",
    "outer": "A ij,B kl,x m -> ijklm",
    "order six": "T ijklmn,x j,y k -> ilmn",
    "copies": "x i -> iii",
    "delta and ones": "x i -> ijkk",
    "star": "T abcdef,u a,v b,w c,x d,y e,z f -> ",
    "wheel": "A aijk,B abl,C bcm,D cdn,H ilmn,E djk -> ",
    "long loops": "A ab,B bc,C cd,D de,E ef,F af,G ad,H be -> ",
    "inner dots": "A ab,B ab,C ab,D bc,E bc,x c,y a -> c",
}


@cache
def gallery() -> ModuleType:
    """The module that makes the gallery."""
    spec = importlib.util.spec_from_file_location("make_gallery", ROOT / "docs" / "make_gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def named_network(text: str) -> Node:
    """A network written as ``A ij,x j -> i``; all sizes are n."""
    factors, outputs = text.split("->")
    parts = [part.split() for part in factors.split(",")]
    sizes = dict.fromkeys(outputs.strip(), "n")
    return network([(tensor(name, ["n"] * len(wires)), wires) for name, wires in parts], outputs.strip(), sizes)


def random_network(seed: int) -> tuple[Node, str]:
    """A small network at random - hyperedges, diagonals, groups, exponents, copies, ones - and sides for its legs, or none."""
    choose = random.Random(seed)
    count = choose.randint(1, 9)
    wires = range(choose.randint(1, int(1.6 * count) + 1))
    factors = []
    for _ in range(count):
        order = choose.choice([1, 1, 2, 2, 2, 2, 3, 3, 4, 5])
        slots: list[int | tuple[int, ...]] = [choose.choice(wires) for _ in range(order)]
        if choose.random() < 0.15 and order > 1:
            slots = [(choose.choice(wires), choose.choice(wires)), *slots[2:]]
        sizes: list[Axis] = [("n", "n") if isinstance(slot, tuple) else "n" for slot in slots]
        name = f"{choose.choice('ABCDEFGHxyz')}{sum(isinstance(slot, tuple) for slot in slots)}{len(slots)}"
        factors.append((tensor(name, sizes), slots, choose.choice([1, 1, 1, 1, 2, -1])))
    outputs = [choose.choice(wires) for _ in range(choose.randint(0, 4))]
    node = network(factors, outputs, dict.fromkeys(wires, "n"))
    return node, "".join(choose.choice("lrdu") for _ in range(node.order)) if choose.random() < 0.4 else ""


@cache
def corpus() -> tuple[tuple[str, Expr], ...]:
    """The values and derivatives of the open corpus."""
    return tuple(_corpus())


def _corpus() -> Iterator[tuple[str, Expr]]:
    cases = json.loads(gzip.decompress((ROOT / "tests" / "data" / "cases.json.gz").read_bytes()))["cases"]
    for case in cases:
        if "text" not in case or "vars" not in case:
            continue
        try:
            value = rc.parse(case["text"], **case["vars"])
            wrt = case.get("wrt", ())
            yield case["id"], value
            if wrt:
                yield f"{case['id']}'", rc.derivative(value, *wrt)
        except RicciError:
            continue
