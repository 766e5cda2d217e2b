"""What to write instead: hints for what people bring along from Python, MATLAB, LaTeX and paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tensor_networks.axes import show_shape
from tensor_networks.errors import IndexNotationError, ParseError, RicciError, ShapeError, UnknownName, clip
from tensor_networks.nodes import Node

TRANSPOSE = "A' is the transpose"
LENGTHS = "norm2(x) is the length of a vector, normF(A) of a matrix, abs(x) is entry by entry"
WHOLE_AXIS = "write sum_i( ... ): it goes over the whole axis"
CHARACTERS: Mapping[str, str] = {
    "{": "parentheses group: X^(-1)",
    "[": "an entry is written in index notation, A_ij; brackets hold numbers, [1, 2; 3, 4]",
    "]": "an entry is written in index notation, A_ij; brackets hold numbers, [1, 2; 3, 4]",
    "=": "a formula is one side only, without =",
    "•": "write x'*y",
    "⟨": "the inner product is x'*y",
    ";": "one formula at a time",
    ",": "one formula at a time",
    ">": "where(c, x, y), step, sign and maximum are functions; a comparison has no derivative",
    "<": "where(c, x, y), step, sign and maximum are functions; a comparison has no derivative",
    "×": "write * for the product, .* entry by entry",
    "∑": "write sum(x), or sum_i(x_i) with indices",
    "|": LENGTHS,
    "@": "write * for scalars, and for the product of matrices",
    "√": "write sqrt(x)",
    "∂": "rc.grad(f, 'x') differentiates",
    "∇": "rc.grad(f, 'x') differentiates",
    "→": "write ->",
    ":": "vec(A) has all entries of A, dot(A, B) sums products of entries; one entry is A_ij in index notation",
    "ᴴ": "write ' for the transpose",
    "%": "a comment has no place in a formula",
    "#": "a comment has no place in a formula",
}
NAMES: Mapping[str, str] = {
    "average": "write mean(x)",
    "avg": "write mean(x)",
    "nrm2": LENGTHS,
    "l1": "write norm1(x)",
    "l2": "write norm2(x)",
    "norm_F": "write normF(A)",
    **dict.fromkeys(["fro", "frob"], "write normF(A)"),
    **dict.fromkeys(
        ["sumsq", "sumsqr", "sum_squares", "sum_of_squares", "sqnorm"], "write norm2(x)^2, or normF(A)^2 of a matrix"
    ),
    **dict.fromkeys(["multiply", "times", "hadamard"], "write A.*B entry by entry, A*B for the product"),
    **dict.fromkeys(["matrix_power", "mpower"], "write A^3"),
    **dict.fromkeys(["linsolve", "mldivide", "lu_solve"], "write solve(A, b)"),
    **dict.fromkeys(["diagm", "Diag", "Diagonal", "diagflat"], "write diag(x)"),
    "quad_form": "write x'*A*x",
    "abs2": "write x.^2 entry by entry",
    "slogdet": "write logdet(A), the logarithm of the absolute determinant",
    "kl_div": "write sum(relentr(p, q))",
    "einsum": "rc.einsum('ij,j->i', A, x) takes expressions",
    "matmul": "write A*B",
    "mul": "write A*B, or A.*B entry by entry",
    "sqr": "write x.^2 entry by entry",
    "pow": "write x.^p entry by entry, a^p for scalars",
    "sigm": "write sigmoid(x)",
    "expit": "write sigmoid(x)",
    "logistic": "write sigmoid(x)",
    "lse": "write logsumexp(x)",
    "identity": "write eye(n)",
    "I": "write eye(n)",
    "eig": "eigvals(A) and eigvalsh(S) are the eigenvalues",
    "svd": "svdvals(A) are the singular values",
    **dict.fromkeys(["rank", "argmin", "argsort"], "what jumps has no derivative"),
    **dict.fromkeys(["sort", "percentile", "quantile"], "which entry it takes is no formula: a permutation P*x sorts"),
    **dict.fromkeys(["cumsum", "cumprod", "diff", "corrcoef"], "rc.trace(lambda x: np.cumsum(x), x='n') reads NumPy"),
    **dict.fromkeys(["conj", "real"], "everything is real"),
    "grad": "rc.grad(f, 'x') differentiates",
    "e": "write exp(1), or declare it as a scalar",
    "inf": "infinity is no number of a formula",
    "cov": "write (X - ones(m)*a')'*(X - ones(m)*a')/m with the means a",
    "corr": "write x'*y/(norm2(x)*norm2(y))",
    "median": "a median has no formula; mean(x) has",
    "argmax": "an argmax has no derivative; max(x) and softmax(x) have",
    "mse": "write mean((x - y).^2)",
    "cross_entropy": "write -y'*log(softmax(x))",
    "leaky_relu": "write max(x, 0.01*x)",
    "layernorm": "write (x - mean(x))/std(x)",
    "normpdf": "write exp(-x.^2/2)/sqrt(2*pi)",
    "Phi": "normcdf(x) is the distribution function of a normal variable",
    **dict.fromkeys(["len", "length", "numel", "size", "shape"], "the symbol of a size is a number: n"),
    **dict.fromkeys(["floor", "ceil", "round", "fix"], "it is constant but for jumps, and not here"),
}
ELSEWHERE: Mapping[str, str] = {  # functions of other libraries, and what does that here
    "jit": 'rc.compile(expression, "jax")',
    "vmap": 'jax.vmap of rc.compile(expression, "jax"), or the batch as an axis of the formula',
    **dict.fromkeys(["jacfwd", "jacrev"], "rc.jacobian"),
    **dict.fromkeys(["linearize", "pushforward"], "rc.jvp"),
    "pullback": "rc.vjp",
    **dict.fromkeys(["diff", "D", "partial"], "rc.derivative"),
    **dict.fromkeys(["gradient", "nabla"], "rc.grad"),
    "lambdify": "rc.compile",
    **dict.fromkeys(["symbols", "Symbol", "MatrixSymbol", "variable", "var"], "rc.tensor, or rc.tensors for several"),
    **dict.fromkeys(["simplify", "expand"], "what is printed is simplified, and rc.equal compares"),
    "solve": "rc.compile(H, operator=True) gives what solves Newton steps; a formula is not solved for a variable",
    **dict.fromkeys(["contract", "ncon", "tensordot"], "rc.einsum"),
    **dict.fromkeys(["contract_path", "einsum_path"], "rc.cost, or ricci.drawing.plan for a picture"),
    "draw": "expression.draw()",
    "latex": "expression.latex()",
}
METHODS_ELSEWHERE: Mapping[str, str] = {  # methods of other libraries, and what does that here
    **dict.fromkeys(["diff", "derivative"], 'rc.derivative(e, "x")'),
    **{name: f'rc.{name}(e, "x")' for name in ("grad", "jacobian", "hessian", "hvp", "differential", "steps")},
    **dict.fromkeys(["subs", "replace", "xreplace"], "e.substitute(x=...)"),
    **dict.fromkeys(["eval", "evaluate", "evalf", "numpy", "lambdify"], "e(x=array, ...), or rc.compile(e)"),
    **dict.fromkeys(["simplify", "expand", "factor"], "what is printed is simplified; rc.equal compares"),
    **dict.fromkeys(["save", "plot", "show", "svg"], 'e.draw().save("a.svg")'),
    **dict.fromkeys(["name", "names", "free_symbols", "inputs"], "e.variables has the tensors by name"),
    **{name: f"rc.{name}(e)" for name in ("compile", "source", "cost")},
}
CALLED: Mapping[str, str] = dict.fromkeys(["sigma", "σ"], "write sigmoid(x)")
SUPERSCRIPTS = {"½": "0.5*", "¼": "0.25*", "¾": "0.75*", "ᴴ": "'", "ᵢ": "_i", "ⱼ": "_j"}
RAISED_T = re.compile(r"\^\s*\{?\s*(T|t|H|\\top|\\intercal)\b")
LATEX = re.compile(r"\\([A-Za-z]{2,}|[|{},;!])")
DOT_T = re.compile(r"\.(T|t|H|mT)\b")
LIMIT = re.compile(r"(?:sum|Σ|∑)_\{?\s*\w+$")
MODULE = re.compile(r"(?<!\w)(np|numpy|jnp|torch|scipy|sp|tf|math|linalg)$")
ATTRIBUTE = re.compile(r"\.[A-Za-z]\w*")


def improve(error: RicciError, text: str, names: Mapping[str, Node], functions: Collection[str]) -> None:
    """Give an error about a text the hint that fits what stands there."""
    if error.text is not text or error.start is None:
        return
    end = error.start + 1 if error.end is None else error.end
    written = next((mark for mark in SUPERSCRIPTS if mark in text), "")
    if written and isinstance(error, UnknownName | IndexNotationError | ParseError):
        found = f"write {SUPERSCRIPTS[written]} instead of {written}"
    elif isinstance(error, UnknownName):
        name, called = text[error.start : end], not error.message.startswith("the name")
        if name == "T" and text[: error.start].rstrip("{ ").endswith("^"):
            found = "the transpose of A_ij is A_ji"
        elif called and name in functions:
            found = f"{name} belongs to matrix notation" + ("" if "_" in text else ": write * for a product")
        else:
            found = CALLED.get(name, "") * called or of_name(name, text[end : end + 2], names, functions)
        near = re.fullmatch("did you mean '(.*)'\\?", error.hint)
        if not found and names and not called and (near is None or near[1] not in names):
            others = "" if len(names) > 4 else f"; there are {', '.join(clip(known, 12) for known in names)}"
            found = f'declare its sizes, such as {clip(name, 16)}="n", or "" for a scalar{others}'
    elif _raised_t(text, error, end):
        found = TRANSPOSE if isinstance(error, ParseError | ShapeError | IndexNotationError) else ""
        if isinstance(error, IndexNotationError):
            found += ", * the product: x'*A*x; notation='latex' reads letters side by side"
    elif isinstance(error, ParseError):
        found = of_place(text, error.start)
    elif isinstance(error, IndexNotationError) and "but is given" in error.message:
        leaf = names.get(text[error.start : end].partition("_")[0])
        found = "" if leaf is None else f"it is declared as {show_shape(leaf.axes)}"
    elif isinstance(error, IndexNotationError) and "_" not in text and "->" not in text and "{" not in text:
        found = "write * for a product, or indices: A_ij x_j"
    else:
        found = ""
    error.hint = found or error.hint


def elsewhere(name: str) -> str:
    """What a message says of a name that the package does not have."""
    return f": {ELSEWHERE[name]}" if name in ELSEWHERE else ""


def _raised_t(text: str, error: RicciError, end: int) -> bool:
    """Is a transpose written as a power where the text goes wrong, or anywhere, so that it passes for index notation?"""
    start = error.start or 0
    if isinstance(error, IndexNotationError):
        return RAISED_T.search(text) is not None and "_" not in text
    return RAISED_T.match(text, max(0, start - 1)) is not None or RAISED_T.search(text, start, end + 4) is not None


def of_place(text: str, place: int) -> str:
    """The hint for a text that goes wrong at a place, or an empty one."""
    character, before = text[place : place + 1], text[:place].rstrip()
    if character == "\\":
        return "LaTeX is read on its own: notation='latex'" if LATEX.match(text, place) else "write inv(A)_ij b_j"
    if character == ".":
        if MODULE.search(before):
            return "functions are called by name, such as sum(x); rc.trace(lambda x: np.sum(x), x='n') reads NumPy"
        called = "functions are called by name, such as sum(x)" if ATTRIBUTE.match(text, place) else ""
        return TRANSPOSE if DOT_T.match(text, place) else called
    if character == "(" and re.search(r"\w$", before):
        return "write * for a product; an entry is written in index notation, A_ij"
    if character == "'" and "_" in text:
        return "in index notation the transpose of A_ij is A_ji"
    if character == "=" and LIMIT.search(before):
        return WHOLE_AXIS
    if character == "=" and re.search(r",\s*\w+$", before):
        return "arguments are given in order, without names"
    if character == "<" and not before:
        return CHARACTERS["⟨"]
    if character == "_" and re.search(r"sum$", before):
        return "write sum_i( ... )"
    return CHARACTERS.get(character, "")


def of_name(name: str, behind: str, names: Collection[str], functions: Collection[str]) -> str:
    """The hint for a name that nothing declares, with what stands behind it, or an empty one."""
    if name in names:
        return ""
    if name == "e" and behind[:1] == "^":
        return "write exp( ... )"
    if name in NAMES:
        return NAMES[name]
    if name in functions:
        shown = {"^": f"{name}( ... )^2", "_": f"{name}( ... )_i"}.get(behind[:1], f"{name}( ... )")
        return f"{name} is a function: write {shown}"
    if name.lower() in functions:
        return f"did you mean '{name.lower()}'?"
    if name.lower() in NAMES and len(name) > 2:
        return NAMES[name.lower()]
    parts = "" if name in names else _product(name, names)
    return f"did you mean {clip(parts, 40)}?" if parts else ""


def _product(name: str, names: Collection[str]) -> str:
    """A*x for Ax, if both are names."""
    if len(name) > 40:
        return ""
    ways: dict[int, list[str]] = {0: []}
    for end in range(1, len(name) + 1):
        for start in range(end):
            if start in ways and name[start:end] in names and end not in ways:
                ways[end] = [*ways[start], name[start:end]]
    return "*".join(ways.get(len(name), []))
