"""Functions of matrices: inverses and determinants, factorisations, matrix equations, and what a series makes of a matrix.

`cholesky` reads the symmetric part of what it is given, so that its derivative is symmetric.
"""

from __future__ import annotations

from ricci.functions.function import Function, Operator, Rule, entry
from ricci.functions.spectra import GILES, SPECTRA

SQUARE = "(n,n)->(n,n)"
HIGHAM = "Higham 2008, Functions of Matrices, (3.16)"
MINORS = (
    "det(x) (inv(x)_ij inv(x)_lk inv(x)_qp - inv(x)_ik inv(x)_lj inv(x)_qp - inv(x)_ij inv(x)_lp inv(x)_qk"
    " + inv(x)_ik inv(x)_lp inv(x)_qj + inv(x)_ip inv(x)_lj inv(x)_qk - inv(x)_ip inv(x)_lk inv(x)_qj)"
)
HALF = "1/2 y_ip (lower(n)_pj - 1/2 delta_pj)"
ABOVE, BELOW = "lower(n)_jp", "(lower(n)_jp - delta_jp)"
ADJOINT = "sylvester(x_ji -> {ij}, w_ji -> {ij}, c)"

DETERMINANTS = (
    entry("inv", SQUARE, ("-y_ik y_lj -> ijkl",), "Matrix Cookbook (60)", "2*n^3", transposes="along", parity=-1),
    entry("det", "(n,n)->()", ("adj(x)_ji -> ij",), "Magnus & Neudecker 8.3", "2/3*n^3", latex=r"\det", transposes="same"),
    entry(
        "logdet",
        "(n,n)->()",
        ("inv(x)_ji -> ij",),
        "Matrix Cookbook (57)",
        "2/3*n^3",
        latex=r"\log\left|\det\right|",
        transposes="same",
    ),
    entry(
        "detsign",
        "(n,n)->()",
        ("",),
        "the sign of the determinant, without overflow",
        "2/3*n^3",
        latex=r"\operatorname{sign}\det",
        transposes="same",
    ),
    entry(
        "adj",
        SQUARE,
        ("minors(x)_ijkl -> ijkl",),
        "exact at singular matrices too; Magnus & Neudecker 8.6",
        "25*n^3",
        transposes="along",
    ),
    entry(
        "minors",
        "(n,n)->(n,n,n,n)",
        (f"{MINORS} -> ijklpq",),
        "signed minors of second order: det(x) (inv(x)_ij inv(x)_lk - inv(x)_ik inv(x)_lj)",
        "4*n^5 + 22*n^3",
        odd_exchanges=((0, 3), (1, 2)),
    ),
    entry(
        "adjalong",
        "(n,n),(n,n)->(n,n)",
        (None, Operator("adjalong(x, t)_ij -> ij", "adjalong(x, c_ji -> {ij})_ji -> ij")),
        "the derivative of adj along a direction; what minors times a matrix is computed by",
        "30*n^3",
    ),
    entry(
        "pinv",
        "(m,n)->(n,m)",
        ("-y_ik y_lj + y_ip y_lp delta_kj - y_ip y_lp x_kq y_qj + y_pk y_pj delta_il - y_iq x_ql y_pk y_pj -> ijkl",),
        "Golub & Pereyra 1973; where the rank does not change",
        "16*m*n^2 + 8*n^3",
        transposes="along",
    ),
)

FACTORISATIONS = (
    entry(
        "cholesky",
        SQUARE,
        (f"{HALF} inv(y)_pk inv(y)_jl + {HALF} inv(y)_pl inv(y)_jk -> ijkl",),
        f"the lower factor; {GILES}",
        "1/3*n^3",
        shape="spd",
    ),
    entry(
        "qfactor",
        "(m,n)->(m,n)",
        (f"delta_ik inv(rfactor(x))_lj - y_ip {ABOVE} y_kp inv(rfactor(x))_lj - y_ip {BELOW} y_kj inv(rfactor(x))_lp -> ijkl",),
        "orthonormal columns of the QR factorisation; no more columns than rows",
        "4*m*n^2",
    ),
    entry(
        "rfactor",
        "(m,n)->(n,n)",
        ("lower(n)_pi qfactor(x)_ki inv(y)_lp y_pj + (lower(n)_pi - delta_pi) qfactor(x)_kp inv(y)_li y_pj -> ijkl",),
        "upper factor of the QR factorisation",
        "4*m*n^2",
    ),
)

EQUATIONS = (
    entry(
        "sylvester",
        "(n,n),(m,m),(n,m)->(n,m)",
        (
            Operator("-sylvester(x, w, t_ip y_pj -> ij)_ij -> ij", f"-{ADJOINT}_ip y_jp -> ij"),
            Operator("-sylvester(x, w, y_ip t_pj -> ij)_ij -> ij", f"-y_pi {ADJOINT}_pj -> ij"),
            Operator("sylvester(x, w, t)_ij -> ij", f"{ADJOINT}_ij -> ij"),
        ),
        "the solution Y of x Y + Y w = v",
        "30*n^3 + 30*m^3 + 12*m*n^2 + 12*m^2*n",
    ),
)


def _of_matrix(name: str, what: str, shape: str, cost: int, exponent: bool = False) -> tuple[Function, ...]:
    """A function of a matrix (and of an exponent w), and its derivatives along one and two directions.

    It takes `cost` times n^3 operations, a derivative as many as for the block matrices of twice the size that it is made of.
    """
    after, core = (" w,", "(n,n),()") if exponent else ("", "(n,n)")
    one, two = ("v", "u") if exponent else ("w", "v")
    flip = f"x_ji -> {{ij}},{after}"
    along, curve, third = f"{name}along", f"{name}curve", f"{name}third"
    reference = "the exponent is a whole number, nothing can be differentiated by it" if exponent else HIGHAM
    slope = Operator(f"{along}(x,{after} t)_ij -> ij", f"{along}({flip} c)_ij -> ij")
    turn = Operator(f"{curve}(x,{after} {one}, t)_ij -> ij", f"{curve}({flip} {one}_ji -> {{ij}}, c)_ij -> ij")
    other = Operator(f"{curve}(x,{after} t, {two})_ij -> ij", f"{curve}({flip} {two}_ji -> {{ij}}, c)_ij -> ij")
    last = Operator(
        f"{third}(x,{after} {one}, {two}, t)_ij -> ij", f"{third}({flip} {one}_ji -> {{ij}}, {two}_ji -> {{ij}}, c)_ij -> ij"
    )
    fixed: tuple[Rule, ...] = (None,) if exponent else ()

    def made(name: str, directions: int, rules: tuple[Rule, ...], what: str) -> Function:
        signature = core + ",(n,n)" * directions + "->(n,n)"
        moves = "" if exponent or directions else "along"
        return entry(
            name, signature, rules, f"{what}; {reference}", f"{cost * 8**directions}*n^3", transposes=moves, shape=shape
        )

    return (
        made(name, 0, (slope, *fixed), f"the {what}"),
        made(along, 1, (turn, *fixed, slope), f"the derivative of {name} along a direction"),
        made(curve, 2, (last, *fixed, other, turn), f"the second derivative of {name} along two directions"),
    )


OF_MATRICES = tuple(
    function
    for name, what, shape, products in (
        ("expm", "exponential of a matrix", "", 15),
        ("logm", "principal logarithm of a matrix", "real spectrum", 190),
        ("sqrtm", "principal square root of a matrix", "real spectrum", 40),
        ("powm", "w-th power of a matrix", "whole exponent", 8),
    )
    for function in _of_matrix(name, what, shape, products, name == "powm")
)

MATRICES = (*DETERMINANTS, *SPECTRA, *FACTORISATIONS, *EQUATIONS, *OF_MATRICES)
