"""Functions of vectors, and of all entries of a tensor."""

from __future__ import annotations

from ricci.functions.function import Function

TIES = "shared by equal largest entries, by convention"
AT_ZERO = "0 at 0 by convention"

VECTORS = (
    Function("softmax", "(n)->(n)", ("y_i delta_ij - y_i y_j -> ij",), r"\operatorname{softmax}", cost="4*n"),
    Function("logsumexp", "(n)->()", ("softmax(x)_i -> i",), r"\operatorname{logsumexp}", cost="4*n"),
    Function("amax", "(n)->()", ("peak(x)_i -> i",), r"\max", reference=TIES),
    Function("peak", "(n)->(n)", ("",), r"\operatorname{peak}", reference="1 at the largest entry, 0 elsewhere"),
    Function(
        "gaps",
        "(n)->(n,n)",
        ("y_ij^2 delta_ik - y_ij^2 delta_jk -> ijk",),
        r"\operatorname{gaps}",
        reference="1/(x_j - x_i), and 0 on the diagonal",
        cost="2*n^2",
    ),
    Function(
        "norm2",
        "(...)->()",
        ("unit(x)_K -> K",),
        r"\operatorname{norm}",
        transposes="same",
        known={0: 0},
        reference=AT_ZERO,
        parity=1,
    ),
    Function(
        "unit",
        "(...)->(...)",
        ("(delta_IK - y_I y_K) / norm2(x) -> IK",),
        r"\operatorname{unit}",
        transposes="along",
        known={0: 0},
        parity=-1,
        reference=AT_ZERO,
    ),
)
