"""Every step of the derivation of every formula of the corpus is right, and so is every closed form, as `check` sees it."""

from typing import Any

import pytest

import ricci as rc
from tests.corpus.scoring import book_cases, book_declarations

TEXTS = [case for notation, case in book_cases() if notation == "matrix"]
FORMS = [
    case
    for case in TEXTS
    if case.get("closed_form_matrix")
    and case["layout"] == "tensor"
    and case["kind"] in ("gradient", "hessian", "jacobian")
    and "post" not in case
    and case["id"] != "ml-exploss-h"  # its form uses y^2 = 1
]


@pytest.mark.slow
@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case["id"])
def test_every_step(case: dict[str, Any]) -> None:
    declared: dict[str, Any] = dict(book_declarations(case))
    f = rc.parse(case["text"], **declared)
    derivation = rc.steps(f, case["wrt"][0])
    for step in derivation:
        assert step.check(), str(step)
    assert derivation.result == rc.derivative(f, case["wrt"][0])
    assert len(derivation) < 10
    assert "zza" not in str(derivation) + derivation.latex()


@pytest.mark.slow
@pytest.mark.parametrize("case", FORMS, ids=lambda case: case["id"])
def test_every_closed_form(case: dict[str, Any]) -> None:
    declared: dict[str, Any] = dict(book_declarations(case))
    f = rc.parse(case["text"], **declared)
    structure = "free" if case.get("structure") else "projected"
    assert rc.check(case["closed_form_matrix"], f, case["wrt"], structure=structure)
