"""The command line: ``python -m ricci "x'*A*x" --wrt x`` prints formula, einsum program and shapes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ricci.derive import derivative
from ricci.expr import Expr
from ricci.reading import parse
from ricci.verify import verify
from tensor_networks.axes import show_shape
from tensor_networks.errors import RicciError


def arguments() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="ricci",
        description="Differentiate a formula in matrix or index notation; print the derivative and its einsum program.",
    )
    parser.add_argument("formula", help='for example "x\'*A*x", or "A_ij x_i x_j ->"')
    parser.add_argument("--wrt", nargs="*", default=[], metavar="NAME", help="differentiate by these, in turn")
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=SIZES", help='declare a tensor: --var "A=n n symmetric"'
    )
    parser.add_argument(
        "--notation", choices=("matrix", "index"), help="how to read the formula, where the text leaves it open"
    )
    parser.add_argument(
        "--layout", choices=("numerator", "denominator"), help="print the derivative as a matrix in this layout"
    )
    parser.add_argument("--vec", choices=("column", "row"), help="how groups of axes are flattened")
    parser.add_argument("--verify", action="store_true", help="check the derivative numerically")
    parser.add_argument(
        "--draw", metavar="FILE", help="draw the result (.svg .png .tex .dot .html .txt), or - for this terminal"
    )
    parser.add_argument("--derivation", action="store_true", help="with --draw: draw how the derivative comes about")
    parser.add_argument("--latex", action="store_true", help="print LaTeX too")
    return parser


def report(options: argparse.Namespace) -> list[str]:
    """The lines to print."""
    declarations = dict(_declaration(text) for text in options.var)
    expression = parse(options.formula, notation=options.notation, **declarations)
    lines = _described("f", expression)
    lines.append("variables   " + ", ".join(f"{n}: {show_shape(t.axes)}" for n, t in expression.variables.items()))
    result = expression
    if options.wrt:
        result = derivative(expression, *options.wrt)
        name = ("d" if len(options.wrt) == 1 else f"d^{len(options.wrt)}") + "f/" + " ".join(f"d{w}" for w in options.wrt)
        shown = result.matrix(options.layout, options.vec) if options.layout else result
        lines += ["", *_described(name, shown)]
        if options.latex:
            lines += [f"latex       {shown.latex()}"]
        if options.verify:
            lines += ["", str(verify(result))]
    if options.draw:
        lines += ["", *_drawn(expression, result, options)]
    return lines


def _drawn(expression: Expr, result: Expr, options: argparse.Namespace) -> list[str]:
    """The picture as lines for the terminal, or the line that says where it was written."""
    from ricci import drawing

    picture = drawing.derivation(expression, *options.wrt) if options.derivation else drawing.draw(result)
    return picture.text().splitlines() if options.draw == "-" else [f"drawn       {picture.save(options.draw)}"]


def _described(name: str, expression: Expr) -> list[str]:
    program = "\n            ".join(expression.einsum().splitlines())
    shape = expression.legend.split("    ")[0] or show_shape(expression.axes)
    return [f"{name} = {expression}", f"shape       {shape}", f"einsum      {program}"]


def _declaration(text: str) -> tuple[str, str]:
    name, equals, sizes = text.partition("=")
    if not equals:
        raise RicciError(f"{text!r} is not a declaration", hint='write NAME=SIZES, for example --var "A=n n symmetric"')
    return name.strip(), sizes.strip()


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; 0 if it went well, 2 for bad input."""
    try:
        print("\n".join(report(arguments().parse_args(given))))
    except RicciError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
