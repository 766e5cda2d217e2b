"""Functions of matrices.

Functions of a symmetric matrix (`eigvalsh`, `eigvecsh`, `cholesky`) read the symmetric part of what they are given,
so that their derivatives are symmetric. Eigenvectors and singular vectors are unique up to their signs only: what
depends on the signs has no meaning, and where two values meet the vectors have no derivative.
"""

from __future__ import annotations

from ricci.functions.function import Function, Operator, Rule

SQUARE = "(n,n)->(n,n)"
HIGHAM = "Higham 2008, Functions of Matrices, (3.16)"
GILES = "Giles 2008, Collected matrix derivative results"
SCALES = "gaps(svdvals(x)_i^2 -> i)"


def _determinants() -> tuple[Function, ...]:
    minors = "det(x) (inv(x)_ij inv(x)_lk inv(x)_qp - inv(x)_ik inv(x)_lj inv(x)_qp - inv(x)_ij inv(x)_lp inv(x)_qk"
    minors += " + inv(x)_ik inv(x)_lp inv(x)_qj + inv(x)_ip inv(x)_lj inv(x)_qk - inv(x)_ip inv(x)_lk inv(x)_qj)"
    return (
        Function(
            "inv",
            SQUARE,
            ("-y_ik y_lj -> ijkl",),
            r"\operatorname{inv}",
            transposes="along",
            parity=-1,
            reference="Matrix Cookbook (60)",
            cost="2*n^3",
        ),
        Function(
            "det",
            "(n,n)->()",
            ("adj(x)_ji -> ij",),
            r"\det",
            transposes="same",
            reference="Magnus & Neudecker 8.3",
            cost="2/3*n^3",
        ),
        Function(
            "logdet",
            "(n,n)->()",
            ("inv(x)_ji -> ij",),
            r"\log\left|\det\right|",
            transposes="same",
            reference="Matrix Cookbook (57)",
            cost="2/3*n^3",
        ),
        Function(
            "detsign",
            "(n,n)->()",
            ("",),
            r"\operatorname{sign}\det",
            transposes="same",
            reference="the sign of the determinant, without overflow",
            cost="2/3*n^3",
        ),
        Function(
            "adj",
            SQUARE,
            ("minors(x)_ijkl -> ijkl",),
            r"\operatorname{adj}",
            transposes="along",
            reference="exact at singular matrices too; Magnus & Neudecker 8.6",
            cost="25*n^3",
        ),
        Function(
            "minors",
            "(n,n)->(n,n,n,n)",
            (f"{minors} -> ijklpq",),
            r"\operatorname{minors}",
            odd_exchanges=((0, 3), (1, 2)),
            reference="signed minors of second order: det(x) (inv(x)_ij inv(x)_lk - inv(x)_ik inv(x)_lj)",
            cost="4*n^5 + 22*n^3",
        ),
        Function(
            "adjalong",
            "(n,n),(n,n)->(n,n)",
            (None, Operator("adjalong(x, t)_ij -> ij", "adjalong(x, c_ji -> {ij})_ji -> ij")),
            r"\operatorname{adjalong}",
            reference="the derivative of adj along a direction; what minors times a matrix is computed by",
            cost="30*n^3",
        ),
        Function(
            "pinv",
            "(m,n)->(n,m)",
            ("-y_ik y_lj + y_ip y_lp delta_kj - y_ip y_lp x_kq y_qj + y_pk y_pj delta_il - y_iq x_ql y_pk y_pj -> ijkl",),
            r"\operatorname{pinv}",
            transposes="along",
            reference="Golub & Pereyra 1973; where the rank does not change",
            cost="16*m*n^2 + 8*n^3",
        ),
    )


def _of_spectra() -> tuple[Function, ...]:
    vectors, values = "eigvecs(x)", "eigvals(x)"
    turned = f"y_ip gaps({values})_pj inv(y)_pk y_lj"
    return (
        Function(
            "eigvalsh",
            "(n,n)->(n)",
            ("eigvecsh(x)_ji eigvecsh(x)_ki -> ijk",),
            r"\operatorname{eigvalsh}",
            transposes="same",
            reference="ascending; Magnus & Neudecker 8.8",
            shape="symmetric",
            cost="4/3*n^3",
        ),
        Function(
            "eigvecsh",
            SQUARE,
            ("1/2 y_ip gaps(eigvalsh(x))_pj y_kp y_lj + 1/2 y_ip gaps(eigvalsh(x))_pj y_lp y_kj -> ijkl",),
            r"\operatorname{eigvecsh}",
            transposes="same",
            reference="columns of unit length; Magnus & Neudecker 8.8",
            shape="symmetric",
            cost="9*n^3",
        ),
        Function(
            "eigvals",
            "(n,n)->(n)",
            (f"inv({vectors})_ij {vectors}_ki -> ijk",),
            r"\operatorname{eigvals}",
            reference="simple ones; complex where they are; Magnus & Neudecker 8.9",
            shape="real spectrum",
            cost="25*n^3",
        ),
        Function(
            "eigvecs",
            SQUARE,
            (f"{turned} - y_ij y_rj y_rp gaps({values})_pj inv(y)_pk y_lj -> ijkl",),
            r"\operatorname{eigvecs}",
            reference="columns of unit length, for real spectra; Magnus & Neudecker 8.9",
            shape="real spectrum",
            cost="25*n^3",
        ),
        Function(
            "svdvals",
            "(m,n)->(m)",
            ("svdleft(x)_ji svdright(x)_ik -> ijk",),
            r"\operatorname{svdvals}",
            reference=f"of a matrix with no more rows than columns, descending; {GILES}",
            cost="14*m^2*n + 8*m^3",
            of_tall="svdvals",
        ),
        Function(
            "svdleft",
            "(m,n)->(m,m)",
            (f"y_ip {SCALES}_pj y_kp svdright(x)_jl svdvals(x)_j + y_ip {SCALES}_pj svdvals(x)_p y_kj svdright(x)_pl -> ijkl",),
            r"\operatorname{svdleft}",
            reference=GILES,
            cost="14*m^2*n + 8*m^3",
            of_tall="svdright",
        ),
        Function(
            "svdright",
            "(m,n)->(m,n)",
            (
                f"{SCALES}_pi svdvals(x)_p svdleft(x)_kp y_il y_pj + {SCALES}_pi svdleft(x)_ki y_pl svdvals(x)_i y_pj"
                " + svdleft(x)_ki delta_lj / svdvals(x)_i - svdleft(x)_ki y_pl y_pj / svdvals(x)_i -> ijkl",
            ),
            r"\operatorname{svdright}",
            reference=GILES,
            cost="14*m^2*n + 8*m^3",
            of_tall="svdleft",
        ),
        Function(
            "nucnorm",
            "(m,n)->()",
            ("polar(x)_ij -> ij",),
            r"\operatorname{nucnorm}",
            transposes="same",
            reference="the sum of the singular values",
            cost="4*m*n^2",
        ),
        Function(
            "polar",
            "(m,n)->(m,n)",
            (Operator("polarturn(x, t)_ij -> ij", "polarturn(x, c)_ij -> ij"),),
            r"\operatorname{polar}",
            transposes="along",
            reference="the nearest matrix of orthonormal columns or rows; 0 in the null space",
            cost="16*m*n^2 + 8*n^3",
        ),
        Function(
            "polarturn",
            "(m,n),(m,n)->(m,n)",
            (
                Operator("polarcurve(x, w, t)_ij -> ij", "polarcurve(x, w, c)_ij -> ij"),
                Operator("polarturn(x, t)_ij -> ij", "polarturn(x, c)_ij -> ij"),
            ),
            r"\operatorname{polarturn}",
            reference="the derivative of polar along a direction",
            cost="30*m*n^2 + 10*n^3",
        ),
        Function(
            "polarcurve",
            "(m,n),(m,n),(m,n)->(m,n)",
            (
                None,
                Operator("polarcurve(x, t, v)_ij -> ij", "polarcurve(x, c, v)_ij -> ij"),
                Operator("polarcurve(x, w, t)_ij -> ij", "polarcurve(x, w, c)_ij -> ij"),
            ),
            r"\operatorname{polarcurve}",
            reference="the second derivative of polar along two directions",
            cost="50*m*n^2 + 20*n^3",
        ),
    )


def _of_factorisations() -> tuple[Function, ...]:
    half = "1/2 y_ip (lower(n)_pj - 1/2 delta_pj)"
    above, below = "lower(n)_jp", "(lower(n)_jp - delta_jp)"
    return (
        Function(
            "cholesky",
            SQUARE,
            (f"{half} inv(y)_pk inv(y)_jl + {half} inv(y)_pl inv(y)_jk -> ijkl",),
            r"\operatorname{cholesky}",
            reference=f"the lower factor; {GILES}",
            shape="spd",
            cost="1/3*n^3",
        ),
        Function(
            "qfactor",
            "(m,n)->(m,n)",
            (
                f"delta_ik inv(rfactor(x))_lj - y_ip {above} y_kp inv(rfactor(x))_lj"
                f" - y_ip {below} y_kj inv(rfactor(x))_lp -> ijkl",
            ),
            r"\operatorname{qfactor}",
            reference="orthonormal columns of the QR factorisation; no more columns than rows",
            cost="4*m*n^2",
        ),
        Function(
            "rfactor",
            "(m,n)->(n,n)",
            ("lower(n)_pi qfactor(x)_ki inv(y)_lp y_pj + (lower(n)_pi - delta_pi) qfactor(x)_kp inv(y)_li y_pj -> ijkl",),
            r"\operatorname{rfactor}",
            reference="upper factor of the QR factorisation",
            cost="4*m*n^2",
        ),
    )


def _of_equations() -> tuple[Function, ...]:
    adjoint = "sylvester(x_ji -> {ij}, w_ji -> {ij}, c)"
    functions = (
        Function(
            "sylvester",
            "(n,n),(m,m),(n,m)->(n,m)",
            (
                Operator("-sylvester(x, w, t_ip y_pj -> ij)_ij -> ij", f"-{adjoint}_ip y_jp -> ij"),
                Operator("-sylvester(x, w, y_ip t_pj -> ij)_ij -> ij", f"-y_pi {adjoint}_pj -> ij"),
                Operator("sylvester(x, w, t)_ij -> ij", f"{adjoint}_ij -> ij"),
            ),
            r"\operatorname{sylvester}",
            reference="the solution Y of x Y + Y w = v",
            cost="30*n^3 + 30*m^3 + 12*m*n^2 + 12*m^2*n",
        ),
    )
    return functions + tuple(
        function
        for name, what, shape, products in (
            ("expm", "exponential of a matrix", "", 15),
            ("logm", "principal logarithm of a matrix", "real spectrum", 190),
            ("sqrtm", "principal square root of a matrix", "real spectrum", 40),
            ("powm", "w-th power of a matrix", "whole exponent", 8),
        )
        for function in _of_matrix(name, what, shape, products, name == "powm")
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
        latex = rf"\operatorname{{{name}}}"
        source, work = f"{what}; {reference}", f"{cost * 8**directions}*n^3"
        return Function(name, signature, rules, latex, transposes=moves, reference=source, shape=shape, cost=work)

    return (
        made(name, 0, (slope, *fixed), f"the {what}"),
        made(along, 1, (turn, *fixed, slope), f"the derivative of {name} along a direction"),
        made(curve, 2, (last, *fixed, other, turn), f"the second derivative of {name} along two directions"),
    )


MATRICES = (*_determinants(), *_of_spectra(), *_of_factorisations(), *_of_equations())
