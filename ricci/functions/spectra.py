"""Functions of the spectrum of a matrix: eigenvalues, singular values, and the nearest orthogonal matrix.

Functions of a symmetric matrix (`eigvalsh`, `eigvecsh`) read the symmetric part of what they are given, so that their
derivatives are symmetric. Eigenvectors and singular vectors are unique up to their signs only: what depends on the signs has
no meaning, and where two values meet the vectors have no derivative.
"""

from __future__ import annotations

from ricci.functions.function import Operator, entry

VECTORS, VALUES = "eigvecs(x)", "eigvals(x)"
TURNED = f"y_ip gaps({VALUES})_pj inv(y)_pk y_lj"
GILES = "Giles 2008, Collected matrix derivative results"
SCALES = "gaps(svdvals(x)_i^2 -> i)"

SPECTRA = (
    entry(
        "eigvalsh",
        "(n,n)->(n)",
        ("eigvecsh(x)_ji eigvecsh(x)_ki -> ijk",),
        "ascending; Magnus & Neudecker 8.8",
        "4/3*n^3",
        transposes="same",
        shape="symmetric",
    ),
    entry(
        "eigvecsh",
        "(n,n)->(n,n)",
        ("1/2 y_ip gaps(eigvalsh(x))_pj y_kp y_lj + 1/2 y_ip gaps(eigvalsh(x))_pj y_lp y_kj -> ijkl",),
        "columns of unit length; Magnus & Neudecker 8.8",
        "9*n^3",
        transposes="same",
        shape="symmetric",
    ),
    entry(
        "eigvals",
        "(n,n)->(n)",
        (f"inv({VECTORS})_ij {VECTORS}_ki -> ijk",),
        "simple ones; complex where they are; Magnus & Neudecker 8.9",
        "25*n^3",
        shape="real spectrum",
    ),
    entry(
        "eigvecs",
        "(n,n)->(n,n)",
        (f"{TURNED} - y_ij y_rj y_rp gaps({VALUES})_pj inv(y)_pk y_lj -> ijkl",),
        "columns of unit length, for real spectra; Magnus & Neudecker 8.9",
        "25*n^3",
        shape="real spectrum",
    ),
    entry(
        "svdvals",
        "(m,n)->(m)",
        ("svdleft(x)_ji svdright(x)_ik -> ijk",),
        f"of a matrix with no more rows than columns, descending; {GILES}",
        "14*m^2*n + 8*m^3",
        of_tall="svdvals",
    ),
    entry(
        "svdleft",
        "(m,n)->(m,m)",
        (f"y_ip {SCALES}_pj y_kp svdright(x)_jl svdvals(x)_j + y_ip {SCALES}_pj svdvals(x)_p y_kj svdright(x)_pl -> ijkl",),
        GILES,
        "14*m^2*n + 8*m^3",
        of_tall="svdright",
    ),
    entry(
        "svdright",
        "(m,n)->(m,n)",
        (
            f"{SCALES}_pi svdvals(x)_p svdleft(x)_kp y_il y_pj + {SCALES}_pi svdleft(x)_ki y_pl svdvals(x)_i y_pj"
            " + svdleft(x)_ki delta_lj / svdvals(x)_i - svdleft(x)_ki y_pl y_pj / svdvals(x)_i -> ijkl",
        ),
        GILES,
        "14*m^2*n + 8*m^3",
        of_tall="svdleft",
    ),
    entry("nucnorm", "(m,n)->()", ("polar(x)_ij -> ij",), "the sum of the singular values", "4*m*n^2", transposes="same"),
    entry(
        "polar",
        "(m,n)->(m,n)",
        (Operator("polarturn(x, t)_ij -> ij", "polarturn(x, c)_ij -> ij"),),
        "the nearest matrix of orthonormal columns or rows; 0 in the null space",
        "16*m*n^2 + 8*n^3",
        transposes="along",
    ),
    entry(
        "polarturn",
        "(m,n),(m,n)->(m,n)",
        (
            Operator("polarcurve(x, w, t)_ij -> ij", "polarcurve(x, w, c)_ij -> ij"),
            Operator("polarturn(x, t)_ij -> ij", "polarturn(x, c)_ij -> ij"),
        ),
        "the derivative of polar along a direction",
        "30*m*n^2 + 10*n^3",
    ),
    entry(
        "polarcurve",
        "(m,n),(m,n),(m,n)->(m,n)",
        (
            None,
            Operator("polarcurve(x, t, v)_ij -> ij", "polarcurve(x, c, v)_ij -> ij"),
            Operator("polarcurve(x, w, t)_ij -> ij", "polarcurve(x, w, c)_ij -> ij"),
        ),
        "the second derivative of polar along two directions",
        "50*m*n^2 + 20*n^3",
    ),
)
