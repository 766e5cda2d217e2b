"""The derivatives with known answers once more, from their NumPy source: traced, differentiated, compared at both points."""

import gzip
import json
import re
from typing import Any

import numpy as np
import pytest

import ricci as rc
from tests.corpus.scoring import DATA, LAYOUTS, Case, assert_close, book_declarations, book_point, time_limit

NOT_NUMPY = ("vech",)  # functions of no NumPy module


def numpy_cases() -> list[Case]:
    cases = json.loads(gzip.decompress((DATA / "cases.json.gz").read_bytes()))["cases"]
    return [
        case
        for case in cases
        if case.get("numpy")
        and case["layout"] in ("tensor", *LAYOUTS)
        and not (case.get("post") or case.get("structure"))
        and not any(f"{name}(" in case["numpy"] for name in NOT_NUMPY)
    ]


def traced(case: Case, sizes: dict[str, int]) -> rc.Expr:
    """The expression of the source; a size that the source names is the number it has at the point."""
    text = case["numpy"].replace("jnp.", "np.")
    named = {name: number for name, number in sizes.items() if re.search(rf"\b{name}\b", text)}
    space: dict[str, Any] = {"np": np, "expm": rc.fn.expm, **named}
    function = eval(f"lambda {', '.join(case['vars'])}: {text}", space)
    declared = book_declarations(case)
    pattern = re.compile("|".join(rf"\b{name}\b" for name in named) or "(?!)")
    declared = {name: pattern.sub(lambda found: str(named[found.group()]), text) for name, text in declared.items()}
    return rc.trace(function, **declared)


def sizes_at(case: Case, number: int) -> dict[str, int]:
    """The numbers of the size symbols at a point."""
    inputs, _ = book_point(case, number)
    sizes = {}
    for name, declared in case["vars"].items():
        sizes.update(zip(declared.split(), inputs[name].shape, strict=False))
    return {name: size for name, size in sizes.items() if name.isidentifier()}


@pytest.mark.parametrize("case", numpy_cases(), ids=lambda case: case["id"])
def test_case(case: Case) -> None:
    """Right at both points."""
    with time_limit():
        for number in range(len(case["points"])):
            function = traced(case, sizes_at(case, number))
            if case["kind"] == "differential":
                result: Any = rc.differential(function, *case["wrt"], order=case.get("order", 1))
            else:
                result = rc.derivative(function, *case["wrt"])
            if case["layout"] != "tensor":
                layout, vec = LAYOUTS[case["layout"]]
                result = result.matrix(layout=layout, vec=vec)
            inputs, want = book_point(case, number)
            assert_close(result(**inputs), want)
