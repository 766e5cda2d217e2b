"""The equations of chapter 2 of the Matrix Cookbook (version of November 15, 2012) that are derivatives, as data.

Forms are in matrix notation, or in index notation with the order of the axes after an arrow. `kind` says what is compared:
``derivative`` (gradients have the shape of the variable, as in the book), ``differential``, ``free`` (by the free entries of
a structured matrix, section 2.8) or ``product`` (the gradient times X', as (47) and (50) state it).
"""

from __future__ import annotations

from typing import NamedTuple


class Equation(NamedTuple):
    """An equation: its number, the function, the variables, the book's form, declarations, and what is compared."""

    number: str
    function: str
    wrt: str
    form: str
    declared: dict[str, str]
    kind: str = "derivative"
    note: str = ""


SQUARE = {"X": "n n", "A": "n n", "B": "n n"}
XY = {"X": "m n", "Y": "m n"}
TALL = {"X": "n p", "A": "n n", "B": "n n", "C": "n n"}
SYMMETRIC = {"X": "n p", "A": "p p", "B": "n n symmetric", "C": "n n symmetric"}
RESIDUAL = {"x": "m", "A": "m n", "s": "n", "W": "m m symmetric"}
IN_X = {"A": "n n", "B": "n n", "x": ""}
BETWEEN = {"A": "p m", "X": "m n", "B": "n p"}
LEFT, RIGHT = {"X": "m n", "B": "m m"}, {"X": "m n", "B": "n n"}
POWERS = {"a": "n", "X": "n n", "b": "n"}
TRACE_INVERSE = "2*B*X*inv(X'*C*X) - 2*C*X*inv(X'*C*X)*X'*B*X*inv(X'*C*X)"
SPECTRAL = {"A": "n n symmetric"}
EIGENVECTORS = "gaps(eigvalsh(A))_pi eigvecsh(A)_jp (eigvecsh(A)_kp eigvecsh(A)_li + eigvecsh(A)_lp eigvecsh(A)_ki) / 2 -> jikl"
LONG = "C*X*X'*C*X*B*B' + C'*X*B*B'*X'*C'*X + C*X*B*B'*X'*C*X + C'*X*X'*C'*X*B*B'"

BASIC = [
    Equation("32", "X", "X", "eye(m)_ki eye(n)_lj -> klij", {"X": "m n"}),
    Equation("33", "A", "X", "zeros(m, n)", {"A": "m n", "X": "p q"}, "differential", "A is constant"),
    Equation("34", "a*X", "X", "a*dX", {"a": "", "X": "m n"}, "differential"),
    Equation("35", "X + Y", "X Y", "dX + dY", XY, "differential"),
    Equation("36", "tr(X)", "X", "tr(dX)", SQUARE, "differential"),
    Equation("37", "X*Y", "X Y", "dX*Y + X*dY", {"X": "m n", "Y": "n p"}, "differential"),
    Equation("38", "X.*Y", "X Y", "dX.*Y + X.*dY", XY, "differential"),
    Equation("39", "kron(X, Y)", "X Y", "kron(dX, Y) + kron(X, dY)", {"X": "m n", "Y": "p q"}, "differential"),
    Equation("40", "inv(X)", "X", "-inv(X)*dX*inv(X)", SQUARE, "differential"),
    Equation("41", "det(X)", "X", "tr(adj(X)*dX)", SQUARE, "differential"),
    Equation("42", "det(X)", "X", "det(X)*tr(inv(X)*dX)", SQUARE, "differential"),
    Equation("43", "log(det(X))", "X", "tr(inv(X)*dX)", SQUARE, "differential"),
    Equation("44", "X'", "X", "dX'", {"X": "m n"}, "differential"),
    Equation("45", "X'", "X", "dX'", {"X": "m n"}, "differential", "X^H of a real X"),
]
DETERMINANTS = [
    Equation("46", "det(A + x^2*B)", "x", "det(A + x^2*B)*tr(inv(A + x^2*B)*(2*x*B))", IN_X, note="Y = A + x^2*B"),
    Equation("47", "det(X)", "X", "det(X)*eye(n)", SQUARE, "product"),
    Equation(
        "48",
        "det(A + x^2*B)",
        "x x",
        "det(A + x^2*B)*(tr(inv(A + x^2*B)*2*B) + tr(inv(A + x^2*B)*2*x*B)^2 - tr(inv(A + x^2*B)*2*x*B*inv(A + x^2*B)*2*x*B))",
        IN_X,
        note="Y = A + x^2*B",
    ),
    Equation("49", "det(X)", "X", "det(X)*inv(X)'", SQUARE),
    Equation("50", "det(X)", "X", "det(X)*eye(n)", SQUARE, "product"),
    Equation("51", "det(A*X*B)", "X", "det(A*X*B)*inv(X)'", SQUARE),
    Equation("52", "det(X'*A*X)", "X", "2*det(X'*A*X)*inv(X)'", SQUARE, note="X square"),
    Equation("53", "det(X'*A*X)", "X", "2*det(X'*A*X)*A*X*inv(X'*A*X)", {"X": "n p", "A": "n n symmetric"}),
    Equation("54", "det(X'*A*X)", "X", "det(X'*A*X)*(A*X*inv(X'*A*X) + A'*X*inv(X'*A'*X))", TALL),
    Equation("55", "log(det(X'*X))", "X", "2*(inv(X'*X)*X')'", TALL, note="the book writes the pseudoinverse"),
    Equation("56", "-log(det(Y*Y'))", "Y", "-2*inv(Y*Y')*Y", {"Y": "p n"}, note="Y = pinv(X): X'*X = inv(Y*Y')"),
    Equation("57", "log(abs(det(X)))", "X", "inv(X)'", SQUARE),
    Equation("58", "det(X^3)", "X", "3*det(X^3)*inv(X)'", SQUARE, note="k = 3"),
]
INVERSES = [
    Equation("59", "inv(A + x^2*B)", "x", "-inv(A + x^2*B)*(2*x*B)*inv(A + x^2*B)", IN_X, note="Y = A + x^2*B"),
    Equation("60", "inv(X)", "X", "-inv(X)_ki inv(X)_jl -> klij", SQUARE),
    Equation("61", "a'*inv(X)*b", "X", "-inv(X)'*a*b'*inv(X)'", POWERS),
    Equation("62", "det(inv(X))", "X", "-det(inv(X))*inv(X)'", SQUARE),
    Equation("63", "tr(A*inv(X)*B)", "X", "-(inv(X)*B*A*inv(X))'", {"A": "p n", "X": "n n", "B": "n p"}),
    Equation("64", "tr(inv(X + A))", "X", "-(inv(X + A)*inv(X + A))'", SQUARE),
    Equation("65", "tr(X)", "X", "eye(n)", SQUARE, note="the sum of the eigenvalues"),
    Equation("66", "det(X)", "X", "det(X)*inv(X)'", SQUARE, note="the product of the eigenvalues"),
    Equation("67", "eigvalsh(A)", "A", "eigvecsh(A)_ji eigvecsh(A)_ki -> ijk", SPECTRAL, note="all eigenvalues"),
    Equation("68", "eigvecsh(A)", "A", EIGENVECTORS, SPECTRAL, note="(l_i I - A)^+ = sum_p(v_p v_p'/(l_i - l_p))"),
]
VECTORS = [
    Equation("69", "x'*a", "x", "a", {"x": "n", "a": "n"}),
    Equation("70", "a'*X*b", "X", "a*b'", {"a": "m", "X": "m n", "b": "n"}),
    Equation("71", "a'*X'*b", "X", "b*a'", {"a": "n", "X": "m n", "b": "m"}),
    Equation("72", "a'*X*a", "X", "a*a'", POWERS),
    Equation("73", "X", "X", "eye(m)_ki eye(n)_lj -> klij", {"X": "m n"}),
    Equation("74", "X*A", "X", "eye(m)_ik A_lj -> ijkl", {"X": "m n", "A": "n p"}),
    Equation("75", "X'*A", "X", "eye(n)_il A_kj -> ijkl", {"X": "m n", "A": "m p"}),
    Equation("76", "sum(X)*sum(X)", "X", "2*sum(X)*ones(m, n)", {"X": "m n"}),
    Equation("77", "b'*X'*X*c", "X", "X*(b*c' + c*b')", {"b": "n", "X": "m n", "c": "n"}),
    Equation(
        "78",
        "(B*x + b)'*C*(D*x + d)",
        "x",
        "B'*C*(D*x + d) + D'*C'*(B*x + b)",
        {"B": "m n", "x": "n", "b": "m", "C": "m p", "D": "p n", "d": "p"},
    ),
    Equation("79", "X'*B*X", "X", "eye(n)_lj X_mk B_mi + eye(n)_kj B_im X_ml -> klij", LEFT),
    Equation("81", "x'*B*x", "x", "(B + B')*x", {"x": "n", "B": "n n"}),
    Equation("82", "b'*X'*D*X*c", "X", "D'*X*b*c' + D*X*c*b'", {"b": "n", "X": "m n", "D": "m m", "c": "n"}),
    Equation("83", "(X*b + c)'*D*(X*b + c)", "X", "(D + D')*(X*b + c)*b'", {"b": "n", "X": "m n", "D": "m m", "c": "m"}),
    Equation("84", "(x - A*s)'*W*(x - A*s)", "s", "-2*A'*W*(x - A*s)", RESIDUAL),
    Equation("85", "(x - s)'*W*(x - s)", "x", "2*W*(x - s)", {"x": "n", "s": "n", "W": "n n symmetric"}),
    Equation("86", "(x - s)'*W*(x - s)", "s", "-2*W*(x - s)", {"x": "n", "s": "n", "W": "n n symmetric"}),
    Equation("87", "(x - A*s)'*W*(x - A*s)", "x", "2*W*(x - A*s)", RESIDUAL),
    Equation("88", "(x - A*s)'*W*(x - A*s)", "A", "-2*W*(x - A*s)*s'", RESIDUAL),
    Equation("89", "(a - x'*b)^2", "x", "-2*b*(a - x'*b)", {"a": "", "x": "n", "b": "n"}, note="of real vectors"),
    Equation("90", "X^3", "X", "eye(n)_ki X_jm X_ml + X_ki X_jl + X_km X_mi eye(n)_jl -> klij", SQUARE, note="n = 3"),
    Equation("91", "a'*X^3*b", "X", "a*b'*(X^2)' + X'*a*b'*X' + (X^2)'*a*b'", POWERS, note="n = 3"),
    Equation(
        "92",
        "a'*(X^2)'*X^2*b",
        "X",
        "X^2*b*a'*X' + X'*X^2*b*a' + X^2*a*b'*X' + X'*X^2*a*b'",
        POWERS,
        note="n = 2; corrected, see below",
    ),
    Equation(
        "93",
        "sin(B*x)'*A*exp(C*x)",
        "x",
        "(diag(cos(B*x))*B)'*A*exp(C*x) + (diag(exp(C*x))*C)'*A'*sin(B*x)",
        {"x": "n", "B": "m n", "A": "m p", "C": "p n"},
        note="s = sin(B*x), r = exp(C*x)",
    ),
    Equation(
        "95",
        "((A*x)'*(A*x))/((B*x)'*(B*x))",
        "x",
        "2*A'*A*x/(x'*B'*B*x) - 2*(x'*A'*A*x)*B'*B*x/(x'*B'*B*x)^2",
        {"x": "n", "A": "m n", "B": "p n"},
        note="corrected, see below",
    ),
    Equation("97", "x'*A*x + b'*x", "x", "(A + A')*x + b", {"x": "n", "A": "n n", "b": "n"}),
    Equation("98", "x'*A*x + b'*x", "x x", "A + A'", {"x": "n", "A": "n n", "b": "n"}),
]
TRACES = [
    Equation("99", "tr(X)", "X", "eye(n)", SQUARE),
    Equation("100", "tr(X*A)", "X", "A'", {"X": "m n", "A": "n m"}),
    Equation("101", "tr(A*X*B)", "X", "A'*B'", BETWEEN),
    Equation("102", "tr(A*X'*B)", "X", "B*A", {"A": "p n", "X": "m n", "B": "m p"}),
    Equation("103", "tr(X'*A)", "X", "A", {"X": "m n", "A": "m n"}),
    Equation("104", "tr(A*X')", "X", "A", {"X": "m n", "A": "m n"}),
    Equation("105", "tr(kron(A, X))", "X", "tr(A)*eye(n)", {"A": "m m", "X": "n n"}),
    Equation("106", "tr(X^2)", "X", "2*X'", SQUARE),
    Equation("107", "tr(X^2*B)", "X", "(X*B + B*X)'", SQUARE),
    Equation("108", "tr(X'*B*X)", "X", "B*X + B'*X", LEFT),
    Equation("109", "tr(B*X*X')", "X", "B*X + B'*X", LEFT),
    Equation("110", "tr(X*X'*B)", "X", "B*X + B'*X", LEFT),
    Equation("111", "tr(X*B*X')", "X", "X*B' + X*B", RIGHT),
    Equation("112", "tr(B*X'*X)", "X", "X*B' + X*B", RIGHT),
    Equation("113", "tr(X'*X*B)", "X", "X*B' + X*B", RIGHT),
    Equation("114", "tr(A*X*B*X)", "X", "A'*X'*B' + B'*X'*A'", {"A": "n m", "X": "m n", "B": "n m"}),
    Equation("115", "tr(X'*X)", "X", "2*X", {"X": "m n"}),
    Equation("116", "tr(B'*X'*C*X*B)", "X", "C'*X*B*B' + C*X*B*B'", {"B": "n p", "X": "m n", "C": "m m"}),
    Equation("117", "tr(X'*B*X*C)", "X", "B*X*C + B'*X*C'", {"X": "m n", "B": "m m", "C": "n n"}),
    Equation("118", "tr(A*X*B*X'*C)", "X", "A'*C'*X*B' + C*A*X*B", {"A": "p m", "X": "m n", "B": "n n", "C": "m p"}),
    Equation(
        "119",
        "tr((A*X*B + C)*(A*X*B + C)')",
        "X",
        "2*A'*(A*X*B + C)*B'",
        {"A": "p m", "X": "m n", "B": "n q", "C": "p q"},
    ),
    Equation("120", "tr(kron(X, X))", "X", "2*tr(X)*eye(n)", SQUARE),
    Equation("121", "tr(X^5)", "X", "5*(X^4)'", SQUARE, note="k = 5"),
    Equation("122", "tr(A*X^3)", "X", "(A*X^2 + X*A*X + X^2*A)'", SQUARE, note="k = 3"),
    Equation("123", "tr(B'*X'*C*X*X'*C*X*B)", "X", LONG, {"B": "n p", "X": "m n", "C": "m m"}),
    Equation("124", "tr(A*inv(X)*B)", "X", "-inv(X)'*A'*B'*inv(X)'", {"A": "p n", "X": "n n", "B": "n p"}),
    Equation("125", "tr(inv(X'*C*X)*A)", "X", "-C*X*inv(X'*C*X)*(A + A')*inv(X'*C*X)", SYMMETRIC),
    Equation("126", "tr(inv(X'*C*X)*X'*B*X)", "X", TRACE_INVERSE, SYMMETRIC),
    Equation(
        "127",
        "tr(inv(A + X'*C*X)*X'*B*X)",
        "X",
        TRACE_INVERSE.replace("(X'*C*X)", "(A + X'*C*X)"),
        {**SYMMETRIC, "A": "p p symmetric"},
        note="A symmetric, see below",
    ),
    Equation("128", "tr(expm(X))", "X", "expm(X)'", SQUARE, note="with exp for sin: tr(f(X)) gives f'(X)'"),
]
NORMS = [
    Equation("129", "norm2(x - a)", "x", "(x - a)/norm2(x - a)", {"x": "n", "a": "n"}),
    Equation(
        "130",
        "(x - a)/norm2(x - a)",
        "x",
        "eye(n)/norm2(x - a) - (x - a)*(x - a)'/norm2(x - a)^3",
        {"x": "n", "a": "n"},
    ),
    Equation("131", "norm2(x)^2", "x", "2*x", {"x": "n"}),
    Equation("132", "normF(X)^2", "X", "2*X", {"X": "m n"}),
]
STRUCTURED = [
    Equation("136", "sum(sin(A*X*B))", "X", "A'*cos(A*X*B)*B'", {"A": "p m", "X": "m n", "B": "n q"}, note="U = A*X*B"),
    Equation("138", "a'*X*b", "X", "a*b' + b*a' - diag(diag(a*b'))", {**POWERS, "X": "n n symmetric"}, "free"),
    Equation("139", "tr(A*X)", "X", "A + A' - A.*eye(n)", {"A": "n n", "X": "n n symmetric"}, "free"),
    Equation("140", "det(X)", "X", "det(X)*(2*inv(X) - inv(X).*eye(n))", {"X": "n n symmetric"}, "free"),
    Equation("141", "log(det(X))", "X", "2*inv(X) - inv(X).*eye(n)", {"X": "n n symmetric"}, "free"),
    Equation("142", "tr(A*X)", "X", "A.*eye(n)", {"A": "n n", "X": "n n diagonal"}, "free"),
]
CHAPTERS = {
    "Basic rules": BASIC,
    "2.1 Determinants": DETERMINANTS,
    "2.2 Inverses, 2.3 eigenvalues": INVERSES,
    "2.4 Matrices, vectors and scalars": VECTORS,
    "2.5 Traces": TRACES,
    "2.6 Vector norms, 2.7 matrix norms": NORMS,
    "2.8 Structured matrices": STRUCTURED,
}
LEFT_OUT = {
    "133-135, 137": "general chain rules; every line of this page uses them",
    "80, 94, 96": "are (79), (95) and (97) in another spelling",
    "143, 144": "have no matrix form: see the errata",
}
ERRATA = [
    Equation(
        "92",
        "a'*(X^2)'*X^2*b",
        "X",
        "X*a*b'*(X^2)' + a*b'*(X^2)'*X + X^2*a*b'*X' + X'*X^2*a*b'",
        POWERS,
        note="for n = 2: the first sum is printed transposed",
    ),
    Equation(
        "95",
        "((A*x)'*(A*x))/((B*x)'*(B*x))",
        "x",
        "2*A'*A*x/(x'*B*B*x) - 2*(x'*A'*A*x)*B'*B*x/(x'*B'*B*x)^2",
        {"x": "n", "A": "n n", "B": "n n"},
        note="the first denominator must be x'*B'*B*x",
    ),
    Equation(
        "127",
        "tr(inv(A + X'*C*X)*X'*B*X)",
        "X",
        TRACE_INVERSE.replace("(X'*C*X)", "(A + X'*C*X)"),
        SYMMETRIC,
        note="only B and C are said to be symmetric, but A must be, too",
    ),
    Equation(
        "524",
        "a'*X*B*X'*c",
        "",
        "vec(X)'*kron(B, c*a')*vec(X)",
        {"a": "m", "X": "m n", "B": "n n", "c": "m"},
        note="it must be kron(B', c*a')",
    ),
]
