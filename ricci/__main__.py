"""The command line: ``ricci "x'*A*x" --wrt x`` prints formula, shape and einsum program of a function and its derivative."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence

from ricci import __version__, drawing
from ricci.derivations.stepwise import steps
from ricci.derivatives.derive import derivative
from ricci.expr import Expr
from ricci.layouts.layout import LAYOUTS, ORDERS
from ricci.layouts.views import MatrixExpr
from ricci.notation import NOTATIONS
from ricci.programs import cost, source
from ricci.proofs.checking import check
from ricci.proofs.verification import verify
from ricci.reading import parse
from tensor_networks.axes import show_shape
from tensor_networks.errors import OperandError, RicciError

SHOWN = ("matrix", "index")
BACKENDS = ("numpy", "jax", "torch")
OPTION = re.compile(r"-h|--|-|--[a-z]+(=.*)?", re.S)
EXAMPLES = """examples:
  ricci "x'*A*x" --wrt x x --var "A=n n symmetric" --var x=n
  ricci "norm2(A*x - b)^2" --wrt x --check "2*A*(A*x - b)"
  ricci "T_ijk x_i x_j x_k ->" --wrt x --source jax > gradient.py
"""
NEEDS = {  # an option, and the one without which it has no effect
    "layout": "wrt",
    "vec": "layout",
    "verify": "wrt",
    "steps": "wrt",
    "check": "wrt",
    "derivation": "draw",
}


def arguments() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="ricci",
        description="Differentiate a formula (matrices, indices or LaTeX); print the derivative and its einsum program.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("formula", nargs="?", help='for example "x\'*A*x", or "A_ij x_i x_j ->"; - reads it from the standard input')
    add("--wrt", nargs="+", default=[], metavar="NAME", help="differentiate by these, in turn")
    add("--var", action="append", default=[], metavar="NAME=SIZES", help='declare a tensor: --var "A=n n symmetric"')
    add("--notation", choices=NOTATIONS, help="how to read the formula, where the text leaves it open")
    add("--show", choices=SHOWN, help="the notation to print in; matrix, where there is such a form, without it")
    layouts = (*LAYOUTS, "magnus-neudecker")
    about = f"print the derivative as a matrix in this layout: {', '.join(layouts)}"
    add("--layout", choices=layouts, metavar="LAYOUT", help=about)
    add("--vec", choices=ORDERS, help="with --layout: how groups of axes are flattened")
    add("--latex", action="store_true", help="print LaTeX too")
    add("--steps", action="store_true", help="print how the derivative comes about, rule by rule")
    add("--check", metavar="FORMULA", help="say whether this formula is the derivative, and if not, what is wrong with it")
    add("--verify", action="store_true", help="check the derivative numerically")
    add("--cost", action="store_true", help="print what computing the result costs")
    add("--source", choices=BACKENDS, help="print a standalone program that computes the result, all else as comments in it")
    add("--draw", metavar="FILE", help="draw the result (.svg .png .tex .dot .html .txt), or - for this terminal")
    add("--derivation", action="store_true", help="with --draw: draw how the derivative comes about")
    add("--version", action="version", version=f"%(prog)s {__version__}")
    return parser


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """The options; a formula may begin with a minus sign, and may stand behind the names of ``--wrt``.

    Raises:
        RicciError: there is no formula, or an option has no effect beside the others.
    """
    shielded = [word if not word.startswith("-") or OPTION.fullmatch(word) else f" {word}" for word in given]
    options = arguments().parse_args(shielded)
    if options.formula is None and len(options.wrt) > 1:
        options.formula = options.wrt.pop()
    if options.formula is None:
        raise OperandError("a formula is missing", hint='such as ricci "x\'*A*x" --wrt x; ricci --help says more')
    options.wrt = [name for names in options.wrt for name in re.split(r"[\s,]+", names) if name]
    for option, needed in NEEDS.items():
        if getattr(options, option) and not getattr(options, needed):
            raise OperandError(f"--{option} has no effect without --{needed}")
    if options.derivation and not options.wrt:
        raise OperandError("--derivation has no effect without --wrt")
    if options.layout and options.show == "index":
        raise OperandError("a matrix in a layout is printed in matrix notation", hint="leave --show or --layout out")
    return options


def report(options: argparse.Namespace) -> tuple[list[str], bool]:
    """The lines to print, and whether all that was to be checked is right."""
    declarations = dict(_declaration(text) for text in options.var)
    formula = sys.stdin.read() if options.formula == "-" else options.formula
    expression = parse(formula.strip(), notation=options.notation, **declarations)
    lines = _described("f", expression, options, last=not options.wrt)
    lines.append("variables   " + ", ".join(f"{n}: {show_shape(t.axes)}" for n, t in expression.variables.items()))
    result, right = expression, True
    if options.wrt:
        result = derivative(expression, *options.wrt)
        more, right = _about_derivative(expression, result, options)
        lines += more
    if options.cost:
        lines += ["", *str(cost(result)).splitlines()]
    if options.draw:
        lines += ["", *_drawn(expression, result, options)]
    if options.source:
        comments = [f"# {line}".rstrip() for line in "\n".join(lines).splitlines()]
        lines = [*comments, "", *source(result, options.source).splitlines()]
    return lines, right


def _about_derivative(expression: Expr, result: Expr, options: argparse.Namespace) -> tuple[list[str], bool]:
    """The lines about a derivative, and whether all that was to be checked is right."""
    name = ("d" if len(options.wrt) == 1 else f"d^{len(options.wrt)}") + "f/" + " ".join(f"d{w}" for w in options.wrt)
    shown = result.matrix(options.layout, options.vec) if options.layout else result
    lines, right = ["", *_described(name, shown, options, last=True)], True
    if options.steps:
        derivation = steps(expression, *options.wrt, notation=options.show or "matrix")
        lines += ["", *str(derivation).splitlines()]
        lines += ["", *derivation.latex().splitlines()] if options.latex else []
    if options.check is not None:
        answer = check(options.check.strip(), expression, tuple(options.wrt))
        lines += ["", *str(answer).splitlines()]
        right = bool(answer)
    if options.verify:
        verification = verify(result)
        lines += ["", str(verification)]
        right = right and verification.ok
    return lines, right


def _drawn(expression: Expr, result: Expr, options: argparse.Namespace) -> list[str]:
    """The picture as lines for the terminal, or the line that says where it was written."""
    picture = drawing.derivation(expression, *options.wrt) if options.derivation else drawing.draw(result)
    if options.draw == "-":
        return picture.text().splitlines()
    try:
        return [f"drawn       {picture.save(options.draw)}"]
    except OSError as error:
        raise OperandError(f"{options.draw} cannot be written: {error.strerror or error}") from error


def _described(name: str, expression: Expr, options: argparse.Namespace, last: bool) -> list[str]:
    """A formula, its shape, its program, and, of the last one, its LaTeX if that is wanted."""
    program = "\n            ".join(expression.einsum().splitlines())
    shape = expression.legend.split("    ")[0] or show_shape(expression.axes)
    shape = f"{expression.shape_text}    {shape}" if isinstance(expression, MatrixExpr) else shape
    text = expression.ricci() if options.show == "index" else str(expression)
    lines = [f"{name} = {text}", f"shape       {shape}", f"einsum      {program}"]
    return lines + ([f"latex       {expression.latex(options.show or 'matrix')}"] if options.latex and last else [])


def _declaration(text: str) -> tuple[str, str]:
    name, equals, sizes = text.partition("=")
    if not equals:
        raise OperandError(f"{text!r} is not a declaration", hint='write NAME=SIZES, for example --var "A=n n symmetric"')
    return name.strip(), sizes.strip()


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if it went well, 1 if a check failed, 2 for bad input."""
    try:
        lines, right = report(read_arguments(sys.argv[1:] if given is None else given))
        print("\n".join(lines), flush=True)
    except RicciError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # who reads, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
