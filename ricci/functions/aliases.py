"""Other names of functions, as NumPy, SciPy, MATLAB, JAX and PyTorch have them; what is written has the name of the table."""

from __future__ import annotations

OTHER_NAMES: dict[str, str] = {
    "log": "ln",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh arsinh",
    "acosh": "arccosh arcosh",
    "atanh": "arctanh artanh",
    "arctan2": "atan2",
    "abs": "fabs absolute",
    "sign": "sgn",
    "step": "heaviside",
    "power": "pow",
    "sigmoid": "expit logistic",
    "logsigmoid": "log_sigmoid log_expit",
    "silu": "swish",
    "logsoftmax": "log_softmax",
    "gammaln": "lgamma loggamma",
    "digamma": "psi",
    "ndtr": "normcdf norm_cdf",
    "ndtri": "norminv",
    "logndtr": "log_ndtr lognormcdf",
    "relentr": "rel_entr",
    "inv": "inverse",
    "det": "determinant",
    "logdet": "logabsdet",
    "adj": "adjugate",
    "diag": "diagonal",
    "nucnorm": "nuclear_norm",
    "specnorm": "spectral_norm",
    "normF": "frobenius",
    "pinv": "pseudoinverse",
    "expm": "matrix_exp",
}
ALIASES: dict[str, str] = {alias: name for name, aliases in OTHER_NAMES.items() for alias in aliases.split()}
