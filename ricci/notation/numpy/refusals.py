"""The functions of NumPy and SciPy that have no formula, and why: names by reason, as an error tells them."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "it is constant between its jumps": (
        "floor ceil rint trunc round fix around floor_divide remainder mod fmod divmod modf frexp linalg.matrix_rank"
        " unwrap spacing nextafter round gammasgn"
    ),
    "which entry it takes is not known while the function is traced": (
        "sort median percentile quantile partition unique unique_all unique_counts unique_inverse unique_values"
        " sort_complex setdiff1d setxor1d intersect1d union1d trim_zeros"
    ),
    "the place of an entry is no number that changes smoothly": (
        "argmax argmin argsort argwhere nonzero searchsorted argpartition digitize flatnonzero lexsort histogram"
        " histogram2d histogramdd histogram_bin_edges"
    ),
    "a truth value is not known while the function is traced": (
        "isnan isfinite isinf isclose allclose any all array_equal signbit array_equiv isin isneginf isposinf isnat"
        " count_nonzero iscomplex isreal ishermitian issymmetric bandwidth"
    ),
    "which entries are NaN is not known": (
        "nansum nanmean nanmax nanmin nan_to_num nanvar nanstd nanmedian nancumsum nancumprod nanprod nanpercentile"
        " nanquantile nanargmax nanargmin"
    ),
    "its values are complex": (
        "angle roots poly lambertw wofz hankel1 hankel1e hankel2 hankel2e airy airye sph_harm_y eigvals_banded rsf2csf cdf2rdf"
    ),
    "it is made for integers": (
        "gcd lcm left_shift right_shift bitwise_count invert bitwise_and bitwise_or bitwise_xor packbits unpackbits"
        " ravel_multi_index unravel_index base_repr binary_repr factorial factorial2 factorialk perm stirling2"
    ),
    "its factors are not unique, or change with the order of rows": (
        "lu ldl schur hessenberg qz ordqz rq cossin null_space orth qr_delete qr_insert qr_multiply qr_update"
        " matrix_balance diagsvd subspace_angles"
    ),
    "it makes a text, a file or a type of numbers, which are not known": (
        "array2string array_repr array_str save savetxt savez savez_compressed format_float_positional"
        " format_float_scientific common_type min_scalar_type shares_memory may_share_memory einsum_path"
        " datetime_as_string busday_count busday_offset is_busday asmatrix bmat"
    ),
    "what it starts with is not said": ("empty empty_like"),
    "the Bessel functions are not in the table": (
        "i0 i0e i1 i1e iv ive j0 j1 jn jv jve k0 k0e k1 k1e kn kv kve y0 y1 yn yv yve spherical_in spherical_jn"
        " spherical_kn spherical_yn ivp jvp kvp yvp h1vp h2vp struve modstruve voigt_profile"
    ),
    "distribution functions but the normal one are not in the table": (
        "bdtr bdtrc bdtri btdtria btdtrib betainc betaincc betainccinv betaincinv chdtr chdtrc chdtri chdtriv chndtr fdtr"
        " fdtrc fdtri gammainc gammaincc gammainccinv gammaincinv gdtr gdtrc gdtria gdtrib gdtrix nbdtr nbdtrc nbdtri"
        " ncfdtr nctdtr pdtr pdtrc pdtri stdtr stdtridf stdtrit kolmogorov kolmogi smirnov smirnovi tklmbda owens_t"
        " ndtri_exp"
    ),
    "elliptic integrals and hypergeometric functions are not in the table": (
        "ellipe ellipeinc ellipj ellipk ellipkinc ellipkm1 elliprc elliprd elliprf elliprg elliprj hyp0f1 hyp1f1 hyp2f1"
        " hyperu agm"
    ),
    "it is a quotient of 0 and 0 at a point; written out it may be traced": ("exprel zetac spence diric"),
}
REFUSED: dict[str, str] = {name: reason for reason, names in REASONS.items() for name in names.split()}
