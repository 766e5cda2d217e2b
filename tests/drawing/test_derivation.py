"""Derivations in pictures, and pictures on the command line."""

from pathlib import Path

import pytest

import ricci as rc
from ricci.__main__ import main
from ricci.drawing import derivation
from ricci.expr import Expr
from tensor_networks.drawing.picture import Shape, flat
from tests.drawing.geometry import faults
from tests.drawing.pictures import corpus


def dashed(picture: object) -> int:
    """The number of holes."""
    return sum(isinstance(item, Shape) and item.stroke == "hole" and item.dash == "3 3" for item in flat(picture))  # type: ignore[arg-type]


def outlined(picture: object) -> int:
    """The number of occurrences that are outlined."""
    return sum(isinstance(item, Shape) and item.stroke == "hole" and item.thick > 1.8 for item in flat(picture))  # type: ignore[arg-type]


def test_trace() -> None:
    """Two occurrences, two holes, two panels with legs; then the same once more."""
    rows = derivation(rc.parse("tr(A*X*B*X')"), "X", "X").rows
    assert [(outlined(picture), dashed(picture)) for _, picture in rows] == [(2, 2), (0, 0), (2, 2), (0, 0)]
    assert [text for text, _ in rows] == [
        "∂/∂X (tr(A*X*B*X'))",
        "= A*X*B + A'*X*B'",
        "∂/∂X (A*X*B + A'*X*B')",
        "= A_ik B_lj -> ijkl + A_ki B_jl -> ijkl",
    ]


def test_equal_panels_are_merged() -> None:
    rows = derivation(rc.parse("x'*A*x", A="n n symmetric", x="n"), "x").rows
    assert [text for text, _ in rows] == ["∂/∂x (x'*A*x)", "= A*x + A*x", "= 2*A*x"]


def test_what_does_not_depend_has_no_hole() -> None:
    rows = derivation(rc.parse("x'*A*x + 0*tr(X)", x="n", A="n n", X="m m"), "X").rows
    assert len(rows) == 1


@pytest.mark.parametrize("text", ["log(det(X))", "sum(tanh(A*X))", "norm2(X*X)^2", "tr(inv(X)*A)", "sum(exp(X)./(1+exp(X)))"])
def test_functions(text: str) -> None:
    f = rc.parse(text, X="n n", A="n n") if "A" in text else rc.parse(text, X="n n")
    made = derivation(f, "X")
    assert dashed(made.rows[0][1]) >= 1
    assert faults(made.picture) == []


def test_corpus() -> None:
    """Every fourth case of the corpus: no fault in the pictures, and the last line is the derivative."""
    count = 0
    for name, expression in corpus()[::4]:
        wrt = next(iter(expression.variables), None)
        if wrt is None or name.endswith("'"):
            continue
        made = derivation(expression, wrt)
        assert faults(made.picture) == [], name
        count += 1
    assert count > 40


@pytest.mark.parametrize("suffix", ["svg", "tex", "html"])
def test_command_line(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"out.{suffix}"
    assert main(["tr(A*X*B*X')", "--wrt", "X", "--draw", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    assert path.stat().st_size > 1000


def test_command_line_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x'*A*x", "--wrt", "x", "--derivation", "--draw", "-"]) == 0
    assert "∂/∂x" in capsys.readouterr().out


def test_command_line_refuses_other_formats(tmp_path: Path) -> None:
    assert main(["tr(A)", "--draw", str(tmp_path / "out.gif")]) == 2


def test_expressions_draw_themselves() -> None:
    f = rc.parse("x'*A*x")
    assert isinstance(f, Expr)
    assert f.draw().svg() == f.draw().svg()
