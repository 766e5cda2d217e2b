"""The command line: ``ricci "x'*A*x" --wrt x`` prints formula, shape and einsum program of a function and its derivative."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from ricci import __version__, drawing
from ricci.derivations.stepwise import steps
from ricci.derivatives.derive import derivative
from ricci.expr import Expr
from ricci.layouts.layout import LAYOUTS, ORDERS
from ricci.programs import source
from ricci.proofs.verification import verify
from ricci.reading import parse
from tensor_networks.axes import show_shape
from tensor_networks.errors import OperandError, RicciError

NOTATIONS = ("matrix", "index")
BACKENDS = ("numpy", "jax", "torch")
OPTION = re.compile(r"-h|--|-|--[a-z]+(=.*)?", re.S)
NEEDS = {  # an option, and the one without which it has no effect
    "layout": "wrt",
    "vec": "layout",
    "verify": "wrt",
    "steps": "wrt",
    "derivation": "draw",
}


def arguments() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="ricci",
        description="Differentiate a formula in matrix or index notation; print the derivative and its einsum program.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("formula", nargs="?", help='for example "x\'*A*x", or "A_ij x_i x_j ->"')
    add("--wrt", nargs="+", default=[], metavar="NAME", help="differentiate by these, in turn")
    add("--var", action="append", default=[], metavar="NAME=SIZES", help='declare a tensor: --var "A=n n symmetric"')
    add("--notation", choices=NOTATIONS, help="how to read the formula, where the text leaves it open")
    add("--show", choices=NOTATIONS, help="the notation to print in; matrix, where there is such a form, without it")
    add("--layout", choices=(*LAYOUTS, "magnus-neudecker"), help="print the derivative as a matrix in this layout")
    add("--vec", choices=ORDERS, help="with --layout: how groups of axes are flattened")
    add("--latex", action="store_true", help="print LaTeX too")
    add("--steps", action="store_true", help="print how the derivative comes about, rule by rule")
    add("--verify", action="store_true", help="check the derivative numerically")
    add("--source", choices=BACKENDS, help="print a standalone program that computes the result")
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
        raise OperandError("a formula is missing", hint='such as ricci "x\'*A*x" --wrt x')
    for option, needed in NEEDS.items():
        if getattr(options, option) and not getattr(options, needed):
            raise OperandError(f"--{option} has no effect without --{needed}")
    if options.derivation and not options.wrt:
        raise OperandError("--derivation has no effect without --wrt")
    if options.layout and options.show == "index":
        raise OperandError("a matrix in a layout is printed in matrix notation", hint="leave --show or --layout out")
    return options


def report(options: argparse.Namespace) -> list[str]:
    """The lines to print."""
    declarations = dict(_declaration(text) for text in options.var)
    expression = parse(options.formula.strip(), notation=options.notation, **declarations)
    lines = _described("f", expression, options, last=not options.wrt)
    lines.append("variables   " + ", ".join(f"{n}: {show_shape(t.axes)}" for n, t in expression.variables.items()))
    result = expression
    if options.wrt:
        result = derivative(expression, *options.wrt)
        name = ("d" if len(options.wrt) == 1 else f"d^{len(options.wrt)}") + "f/" + " ".join(f"d{w}" for w in options.wrt)
        shown = result.matrix(options.layout, options.vec) if options.layout else result
        lines += ["", *_described(name, shown, options, last=True)]
        if options.steps:
            lines += ["", *str(steps(expression, *options.wrt, notation=options.show or "matrix")).splitlines()]
        if options.verify:
            lines += ["", str(verify(result))]
    if options.source:
        lines += ["", *source(result, options.source).splitlines()]
    if options.draw:
        lines += ["", *_drawn(expression, result, options)]
    return lines


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
    text = expression.ricci() if options.show == "index" else str(expression)
    lines = [f"{name} = {text}", f"shape       {shape}", f"einsum      {program}"]
    return lines + ([f"latex       {expression.latex(options.show or 'matrix')}"] if options.latex and last else [])


def _declaration(text: str) -> tuple[str, str]:
    name, equals, sizes = text.partition("=")
    if not equals:
        raise OperandError(f"{text!r} is not a declaration", hint='write NAME=SIZES, for example --var "A=n n symmetric"')
    return name.strip(), sizes.strip()


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if it went well, 2 for bad input."""
    try:
        print("\n".join(report(read_arguments(sys.argv[1:] if given is None else given))))
    except RicciError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
