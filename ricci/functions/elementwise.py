"""Functions that act on every entry by itself."""

from __future__ import annotations

from fractions import Fraction

from ricci.functions.function import Function

POSITIVE = (0.3, 2.5)
INSIDE = (-0.8, 0.8)
KINK = "0 at 0 by convention"
TIES = "ties split evenly"
OF_GAMMA = "DLMF 5.15"
TWO_BY_ROOT_PI = "1.1283791670955126"
BY_ROOT_TWO_PI = "0.3989422804014327"
HALF_ROOT_PI = "0.88622692545275801"
HALF = Fraction(1, 2)


def _of_one() -> tuple[Function, ...]:
    unary = "()->()"
    return (
        Function("exp", unary, ("y",), r"\exp", known={0: 1}),
        Function("log", unary, ("1 / x",), r"\log", POSITIVE, known={1: 0}),
        Function("sin", unary, ("cos(x)",), r"\sin", known={0: 0}, parity=-1),
        Function("cos", unary, ("-sin(x)",), r"\cos", known={0: 1}, parity=1),
        Function("tan", unary, ("1 + y^2",), r"\tan", (-1.0, 1.0), known={0: 0}, parity=-1),
        Function("asin", unary, ("(1 - x^2)^(-1/2)",), r"\arcsin", INSIDE, known={0: 0}, parity=-1),
        Function("acos", unary, ("-(1 - x^2)^(-1/2)",), r"\arccos", INSIDE, known={1: 0}),
        Function("atan", unary, ("1 / (1 + x^2)",), r"\arctan", known={0: 0}, parity=-1),
        Function("sinh", unary, ("cosh(x)",), r"\sinh", known={0: 0}, parity=-1),
        Function("cosh", unary, ("sinh(x)",), r"\cosh", known={0: 1}, parity=1),
        Function("tanh", unary, ("1 - y^2",), r"\tanh", known={0: 0}, parity=-1),
        Function("asinh", unary, ("(1 + x^2)^(-1/2)",), r"\operatorname{arsinh}", known={0: 0}, parity=-1),
        Function("acosh", unary, ("(x^2 - 1)^(-1/2)",), r"\operatorname{arcosh}", (1.3, 3.0), known={1: 0}),
        Function("atanh", unary, ("1 / (1 - x^2)",), r"\operatorname{artanh}", INSIDE, known={0: 0}, parity=-1),
        Function("log1p", unary, ("1 / (1 + x)",), r"\operatorname{log1p}", (-0.5, 2.0), known={0: 0}),
        Function("expm1", unary, ("exp(x)",), r"\operatorname{expm1}", known={0: 0}),
        Function("sigmoid", unary, ("y (1 - y)",), r"\sigma", known={0: HALF}),
        Function("softplus", unary, ("sigmoid(x)",), r"\operatorname{softplus}"),
    )


def _of_one_with_kinks() -> tuple[Function, ...]:
    unary = "()->()"
    return (
        Function("abs", unary, ("sign(x)",), r"\operatorname{abs}", known={0: 0}, reference=KINK, parity=1),
        Function("sign", unary, ("",), r"\operatorname{sign}", known={0: 0, 1: 1}, parity=-1, reference=KINK),
        Function("relu", unary, ("sign(y)",), r"\operatorname{relu}", known={0: 0, 1: 1}, reference=KINK),
        Function("step", unary, ("",), r"\operatorname{step}", known={0: HALF, 1: 1}, reference="1/2 at 0 by convention"),
        Function("elu", unary, ("where(x, 1, y + 1)",), r"\operatorname{elu}", known={0: 0}, reference="exp(x) - 1 below 0"),
    )


def _of_statistics() -> tuple[Function, ...]:
    unary = "()->()"
    gaussian = f"{TWO_BY_ROOT_PI} exp(-x^2)"
    gammas = ("digamma", "trigamma", "tetragamma", "pentagamma", "hexagamma", "heptagamma")
    rules = (*(f"{name}(x)" for name in gammas[1:]), None)
    return (
        Function("erfinv", unary, (f"{HALF_ROOT_PI} exp(y^2)",), r"\operatorname{erf}^{-1}", INSIDE, known={0: 0}, parity=-1),
        Function(
            "ndtr",
            unary,
            (f"{BY_ROOT_TWO_PI} exp(-x^2/2)",),
            r"\Phi",
            known={0: HALF},
            reference="normal distribution function",
        ),
        Function("logndtr", unary, ("mills(x)",), r"\log\Phi", reference="logarithm of the normal distribution function"),
        Function("mills", unary, ("-y millsgap(x)",), r"\operatorname{mills}", reference="normal density over distribution"),
        Function("millsgap", unary, ("1 - mills(x) y",), r"\operatorname{millsgap}", reference="mills(x) + x"),
        Function("gamma", unary, ("y digamma(x)",), r"\Gamma", POSITIVE, known={1: 1, 2: 1}, reference="DLMF 5.2.2"),
        Function("erf", unary, (gaussian,), r"\operatorname{erf}", known={0: 0}, reference="DLMF 7.2.1", parity=-1),
        Function("erfc", unary, (f"-{gaussian}",), r"\operatorname{erfc}", known={0: 1}, reference="DLMF 7.2.2"),
        Function("gammaln", unary, ("digamma(x)",), r"\ln\Gamma", POSITIVE, known={1: 0, 2: 0}, reference="DLMF 5.2.2"),
        *(
            Function(name, unary, (rule,), rf"\psi_{order}" if order else r"\psi", POSITIVE, reference=OF_GAMMA)
            for order, (name, rule) in enumerate(zip(gammas, rules, strict=True))
        ),
    )


def _of_several() -> tuple[Function, ...]:
    binary = "(),()->()"
    least = ("(1 - sign(x - w)) / 2", "(1 - sign(w - x)) / 2")
    most = ("(1 + sign(x - w)) / 2", "(1 + sign(w - x)) / 2")
    return (
        Function(
            "power",
            binary,
            ("w power(x, w - 1)", "y log(x)"),
            r"\operatorname{power}",
            POSITIVE,
            reference="NaN by the exponent at a negative base",
        ),
        Function(
            "arctan2",
            binary,
            ("w / (x^2 + w^2)", "-x / (x^2 + w^2)"),
            r"\operatorname{arctan2}",
            POSITIVE,
        ),
        Function("hypot", binary, ("x / y", "w / y"), r"\operatorname{hypot}", POSITIVE),
        Function("xlogy", binary, ("log(w)", "x / w"), r"\operatorname{xlogy}", POSITIVE, reference="0 at x = 0"),
        Function("maximum", binary, most, r"\max", reference=TIES),
        Function("minimum", binary, least, r"\min", reference=TIES),
        Function(
            "where",
            "(),(),()->()",
            ("", "where(x, 1, 0)", "where(x, 0, 1)"),
            r"\operatorname{where}",
            reference="the second where the first is positive, else the third",
        ),
    )


def _of_the_cardinal_sine() -> tuple[Function, ...]:
    names = ("cardinal", "cardinalslope", "cardinalcurve", "cardinalthird", "cardinalfourth")
    return tuple(
        Function(
            name,
            "()->()",
            (None if order == 4 else f"{names[order + 1]}(x)",),
            rf"\operatorname{{si}}^{{({order})}}" if order else r"\operatorname{si}",
            parity=1 - 2 * (order % 2),
            known={0: 0} if order % 2 else {0: 1} if not order else {},
            reference=f"the derivative of order {order} of sin(x)/x; DLMF 10.49.3" if order else "sin(x)/x, and 1 at 0",
        )
        for order, name in enumerate(names)
    )


ELEMENTWISE = (*_of_one(), *_of_one_with_kinks(), *_of_statistics(), *_of_the_cardinal_sine(), *_of_several())
