"""The command line: what it prints, and that no option is ignored in silence."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ricci as rc
from ricci.__main__ import main
from ricci.layouts.layout import LAYOUTS

FORMULA = "x'*A*x"
ROOT = Path(__file__).resolve().parents[2]


def printed(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    assert main(given) == 0
    return capsys.readouterr().out


PRINTED = {
    "formula": ([FORMULA], ["f = x'*A*x", "shape       scalar", "variables   A: n x n, x: n"]),
    "derivative": ([FORMULA, "--wrt", "x"], ["df/dx = A*x + A'*x"]),
    "second": ([FORMULA, "--wrt", "x", "x"], ["d^2f/dx dx = A + A'"]),
    "formula behind the names": (["--wrt", "x", FORMULA], ["df/dx = A*x + A'*x"]),
    "minus": (["-x'*x", "--wrt", "x"], ["f = -x'*x", "df/dx = -2*x"]),
    "minus behind the names": (["--wrt", "x", "-x'*x"], ["df/dx = -2*x"]),
    "two minus signs": (["--x'*x", "--wrt", "x"], ["df/dx = 2*x"]),
    "terms": ([FORMULA, "--wrt", "x", "x"], ["\n            + "]),
    "declared": ([FORMULA, "--wrt", "x", "--var", "A=n n symmetric", "--var", "x=n"], ["df/dx = 2*A*x"]),
    "index out": ([FORMULA, "--wrt", "x", "--show", "index"], ["f = A_ij x_i x_j ->", "df/dx = "]),
    "index in": (["A_ij x_i x_j ->", "--wrt", "x"], ["df/dx = A*x + A'*x"]),
    "LaTeX of a function": ([FORMULA, "--latex"], [r"latex       x^{\mathsf T}\,A\,x"]),
    "LaTeX with indices": ([FORMULA, "--wrt", "x", "--latex", "--show", "index"], [r"x_{j}"]),
    "verify": ([FORMULA, "--wrt", "x", "--verify"], ["verified"]),
    "steps": ([FORMULA, "--wrt", "x", "--steps"], ["product rule"]),
    "steps in LaTeX": ([FORMULA, "--wrt", "x", "--steps", "--latex"], [r"\begin{aligned}", r"\text{product rule}"]),
    "names with commas": ([FORMULA, "--wrt", "x,x"], ["d^2f/dx dx = A + A'"]),
    "LaTeX in": ([r"x^\top A x", "--wrt", "x", "--notation", "latex"], ["df/dx = A*x + A'*x"]),
    "a row": ([FORMULA, "--wrt", "x", "--layout", "numerator"], ["shape       1 x n    numerator; 1 row"]),
    "check": ([FORMULA, "--wrt", "x", "--check", "A*x + A'*x"], ["equal, proven"]),
    "check of a second derivative": ([FORMULA, "--wrt", "x", "x", "--check", "A + A'"], ["equal, proven"]),
    "cost": ([FORMULA, "--wrt", "x", "--cost"], ["operations  4.01e+04, growing as n^2", "matmul"]),
    "source": ([FORMULA, "--source", "numpy"], ["def program(A, x):"]),
    "source of a derivative": ([FORMULA, "--wrt", "x", "--source", "jax"], ["import jax", "def program(A, x):"]),
    "drawn": ([FORMULA, "--draw", "-"], ["A"]),
}


@pytest.mark.parametrize(("given", "wanted"), PRINTED.values(), ids=PRINTED.keys())
def test_what_is_printed(capsys: pytest.CaptureFixture[str], given: list[str], wanted: list[str]) -> None:
    text = printed(capsys, *given)
    assert [part for part in wanted if part not in text] == []


@pytest.mark.parametrize("layout", [*LAYOUTS, "magnus-neudecker"])
def test_every_layout(capsys: pytest.CaptureFixture[str], layout: str) -> None:
    given = ["--wrt", "x", "x", "--layout", layout] if layout in ("stacked", "magnus-neudecker") else ["--layout", layout]
    formula = [FORMULA] if len(given) > 2 else ["X*A*X'", "--wrt", "X", "--var", "X=n n symmetric", "--var", "A=n n symmetric"]
    if layout == "heights":
        formula = ["A^i_j x^j", "--wrt", "x"]
    assert "shape" in printed(capsys, *formula, *given)


ERRORS = {
    "vec": [FORMULA, "--wrt", "x", "--vec", "row"],
    "layout": [FORMULA, "--layout", "numerator"],
    "verify": [FORMULA, "--verify"],
    "steps": [FORMULA, "--steps"],
    "derivation": [FORMULA, "--wrt", "x", "--derivation"],
    "derivation of nothing": [FORMULA, "--derivation", "--draw", "-"],
    "layout in index notation": [FORMULA, "--wrt", "x", "--layout", "numerator", "--show", "index"],
    "check": [FORMULA, "--check", "A*x"],
    "no formula": ["--wrt", "x"],
    "nothing": [],
    "a declaration": [FORMULA, "--var", "A"],
    "a formula": ["x'*("],
    "a variable": [FORMULA, "--wrt", "z"],
    "a file": [FORMULA, "--draw", "/nonexistent/a.svg"],
    "a kind of file": [FORMULA, "--draw", "a.xyz"],
}


@pytest.mark.parametrize("given", ERRORS.values(), ids=ERRORS.keys())
def test_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str], given: list[str]) -> None:
    assert main(given) == 2
    out, err = capsys.readouterr()
    assert (out, err.split(":")[0] in rc.__all__) == ("", True), err


def test_a_wrong_formula_is_an_error_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([FORMULA, "--wrt", "x", "--check", "2*A*x"]) == 1
    assert "different: it is right only for symmetric A" in capsys.readouterr().out


def test_the_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{FORMULA}\n"))
    assert "df/dx = A*x + A'*x" in printed(capsys, "-", "--wrt", "x")


def test_who_reads_may_stop() -> None:
    command = [sys.executable, "-m", "ricci", FORMULA, "--wrt", "x", "--steps"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert (running.stderr.read(), running.wait()) == (b"", 0)


def test_the_output_with_the_source_is_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, FORMULA, "--wrt", "x", "--steps", "--latex", "--draw", "-", "--source", "numpy")
    space: dict[str, object] = {}
    exec(text, space)
    a, x = np.arange(9.0).reshape(3, 3), np.arange(3.0)
    np.testing.assert_allclose(space["program"](a, x), (a + a.T) @ x)  # type: ignore[operator]


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert rc.__version__ in capsys.readouterr().out


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ricci", "-x'*x", "--wrt", "x"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "df/dx = -2*x" in done.stdout) == (0, True), done.stderr
