"""The passes: each gives the form it promises, keeps the value, and keeps it on random expressions."""

import random

import numpy as np
import pytest

import ricci as rc
from ricci.calculus.simplify import PASSES, settle, simplified, tidy
from ricci.evaluation.compiled import evaluate
from ricci.notation import read
from ricci.notation.declarations import parse_declaration
from ricci.passes.choices import offers
from ricci.passes.matching import exchanges, occurrences
from tensor_networks import Network, network, tensor
from tensor_networks.nodes import walk

SHAPES = {
    "A": "n n",
    "B": "n n",
    "C": "m n",
    "S": "n n symmetric",
    "D": "p p",
    "Q": "n n orthogonal",
    "P": "n n idempotent",
    "x": "n",
    "y": "n",
    "z": "m",
    "a": "",
    "b": "",
    "K": "q q skew",
}

FORMS = {
    "log det": ("log(det(A))", "logdet(A)"),
    "log abs det": ("log(abs(det(A)))", "logdet(A)"),
    "adjugate cancels": ("x'*adj(A)*A*y", "det(A)*(x'*y)"),
    "log exp": ("log(exp(x))", "x"),
    "exp log": ("exp(log(x))", "x"),
    "logsumexp": ("log(sum(exp(C*x)))", "logsumexp(C*x)"),
    "softplus": ("log(1 + exp(x))", "softplus(x)"),
    "log of two exponentials": ("log(exp(x) + exp(y))", "softplus(x - y) + y"),
    "log of twice cosh": ("log(exp(x) + exp(-x))", "log(2*cosh(x))"),
    "log of a mean of exponentials": ("log(sum(exp(x))/3)", "logsumexp(x) - log(3)"),
    "log of one more exponential": ("log(1 + sum(exp(x)))", "softplus(logsumexp(x))"),
    "one class as the reference": ("exp(x)/(1 + sum(exp(x)))", "sigmoid(logsumexp(x))*softmax(x)"),
    "all classes but the reference": ("sum(exp(x))/(1 + sum(exp(x)))", "sigmoid(logsumexp(x))"),
    "log of a multiple of exp": ("log(2*exp(x))", "x + log(2)"),
    "log of a small multiple of exp": ("log(0.25*exp(x))", "x - log(4)"),
    "log of a weighted exp": ("log(exp(x).*y)", "x + log(y)"),
    "log of a quotient of exp": ("log(exp(x)/sum(exp(x).^2))", "x - logsumexp(2*x)"),
    "log of a reciprocal": ("log(1./x)", "-log(x)"),
    "log of a ratio of two": ("log(exp(x)./(exp(x) + exp(y)))", "-softplus(y - x)"),
    "log gamma": ("log(gamma(x))", "gammaln(x)"),
    "softplus of ones": ("log(ones(n) + exp(x))", "softplus(x)"),
    "log sigmoid": ("log(sigmoid(x))", "-softplus(-x)"),
    "log softmax": ("log(softmax(x))", "x - logsumexp(x)"),
    "sigmoid": ("1./(1 + exp(-x))", "sigmoid(x)"),
    "sigmoid from above": ("exp(x)./(1 + exp(x))", "sigmoid(x)"),
    "softmax": ("exp(x)/sum(exp(x))", "softmax(x)"),
    "softmax in a closed product": ("(exp(x)'*y)/sum(exp(x))", "softmax(x)'*y"),
    "inverse twice": ("inv(inv(A))", "A"),
    "inverse cancels": ("x'*inv(A)*A*y", "x'*y"),
    "inverse cancels on the left": ("x'*A*inv(A)*y", "x'*y"),
    "inverse cancels transposed": ("x'*inv(A)'*A'*y", "x'*y"),
    "inverse of a product cancels": ("inv(C'*C)*C'*C*x", "x"),
    "inverse of a sum cancels": ("inv(C'*C + eye(n))*(C'*C + eye(n))*x", "x"),
    "trace of a cancelled pair": ("tr(inv(A)*A)", "n"),
    "inverse of a product": ("inv(A*B)", "inv(B)*inv(A)"),
    "det of a product": ("det(A*B)", "det(A)*det(B)"),
    "det of a power": ("det(A^3)", "det(A)^3"),
    "det of an inverse": ("det(inv(A))", "1/det(A)"),
    "logdet of a product": ("logdet(A*inv(B))", "logdet(A) - logdet(B)"),
    "logdet of kron": ("logdet(kron(A, B))", "n*logdet(A) + n*logdet(B)"),
    "det of kron": ("det(kron(A, D))", "det(A)^p*det(D)^n"),
    "shifted softmax": ("softmax(x + a)", "softmax(x)"),
    "shifted logsumexp": ("logsumexp(x + a - 2)", "logsumexp(x) + a - 2"),
    "reciprocal exponential": ("y./exp(x)", "y.*exp(-x)"),
    "complement of a sigmoid": ("1 - sigmoid(-x)", "sigmoid(x)"),
    "inverse of a multiple": ("inv(2*A)", "0.5*inv(A)"),
    "common left factor": ("C'*exp(C*x) - C'*z", "C'*(exp(C*x) - z)"),
    "common right factor": ("A*exp(A*x) - B*exp(A*x)", "(A - B)*exp(A*x)"),
    "complement": ("1 - sigmoid(x)", "sigmoid(-x)"),
    "mirrored sigmoids": ("sigmoid(-x) - sigmoid(x)", "1 - 2*sigmoid(x)"),
    "sum of a softmax": ("sum(softmax(x))", "1"),
    "square of a product": ("(A*B).*(A*B)", "(A*B).^2"),
    "inverse of a scalar multiple": ("inv(a*A)", "inv(A)/a"),
    "arguments in order": ("maximum(y, x)", "maximum(x, y)"),
    "hyperbolic quotient": ("sinh(x)./cosh(x)", "tanh(x)"),
    "sum of differences from the mean": ("sum(x - sum(x)/n)", "0"),
    "centred twice": ("(eye(n) - ones(n, n)/n)*(x - sum(x)/n)", "x - sum(x)/n"),
    "ramp and its sign": ("sign(relu(x)).^2", "sign(relu(x))"),
    "orthogonal": ("Q'*Q*x + Q*Q'*y", "x + y"),
    "inverse of an orthogonal matrix": ("inv(Q)*x", "Q'*x"),
    "determinant of an orthogonal matrix": ("det(Q)^3 + logdet(Q)", "det(Q)"),
    "idempotent": ("P*P*P*x", "P*x"),
    "cofactors": ("det(A)*(tr(inv(A)*B)^2 - tr(inv(A)*B*inv(A)*B)) - det(A)*tr(inv(A)*B)^2", "-det(A)*tr(inv(A)*B*inv(A)*B)"),
    "exponential along the identity": ("expmalong(A, eye(n))", "expm(A)"),
    "common power": ("2*S*x/(x'*x) - 2*(x'*S*x)*x/(x'*x)^2", "2*(S*x - (x'*S*x)*x/(x'*x))/(x'*x)"),
    "compound fraction": ("a/(x'*x/b + 1)/b", "a/(x'*x + b)"),
    "one denominator": ("1 - x'*x/(x'*x + 1)", "1/(x'*x + 1)"),
    "cross entropy": ("(1 - y).*sigmoid(x) - y.*sigmoid(-x)", "sigmoid(x) - y"),
    "two common factors": ("A*B + S*B + A*C'*C + S*C'*C", "(A + S)*(B + C'*C)"),
    "identity": ("det(eye(n)) + logdet(eye(n))", "1"),
    "adjugate": ("adj(A)/det(A)", "inv(A)"),
    "norm": ("sqrt(x'*x)", "norm2(x)"),
    "norm squared": ("norm2(A*x - y)^2", "(A*x - y)'*(A*x - y)"),
    "norm of a multiple": ("sqrt(sum((a*x).^2))", "abs(a)*norm2(x)"),
    "root of a square": ("sqrt(x.^2)", "abs(x)"),
    "unit and norm": ("norm2(x)*(x/norm2(x))", "x"),
    "unit vectors in pairs": ("(x/norm2(x))*(x/norm2(x))'", "x*x'/(x'*x)"),
    "unit and a root of the norm": ("sqrt(norm2(x))*(x/norm2(x))", "x/norm2(x)^(1/2)"),
    "unit and a fractional power of the norm": ("(x/norm2(x))/norm2(x)^(3/2)", "x/norm2(x)^(5/2)"),
    "norm and a root of the square": ("(x'*x)^(0.7)/norm2(x)", "norm2(x)^(0.4)"),
    "one unit of two vectors": ("x*(x/norm2(x))'", "(x/norm2(x))*x'"),
    "log of the normal distribution": ("log(ndtr(x))", "logndtr(x)"),
    "log of its complement": ("log(ones(n) - ndtr(A*x))", "logndtr(-A*x)"),
    "complement of the normal distribution": ("ones(n) - ndtr(x)", "ndtr(-x)"),
    "normal distribution by an error function": ("0.5*(1 + erf(x/sqrt(2)))", "ndtr(x)"),
    "powers with symbols": ("x.^a.*x.^2./x.^b", "x.^(a + 2 - b)"),
    "power of a norm": ("norm2(x)^(a - 1)*x/norm2(x)", "norm2(x)^(a - 2)*x"),
    "power of a determinant": ("det(A)^(a - 1)*adj(A)", "det(A)^a*inv(A)"),
    "product below a bar": ("B.*(A*B)./(A*B).^2", "B./(A*B)"),
    "size from its sign": ("x.*sign(x) + (A*x).*sign(A*x)", "abs(x) + abs(A*x)"),
    "inverse of a diagonal matrix": ("inv(diag(x))", "diag(1./x)"),
    "logarithm of the determinant of a diagonal matrix": ("logdet(diag(x))", "sum(log(abs(x)))"),
    "determinant lemma": ("det(eye(n) - a*x*y')", "1 - a*y'*x"),
    "determinant of an exponential": ("det(expm(A)) + logdet(expm(A))", "exp(tr(A)) + tr(A)"),
    "inverse of an exponential": ("inv(expm(A))", "expm(-A)"),
    "derivative along what commutes": ("expmalong(2*A, A + A^2)", "expm(2*A)*(A + A^2)"),
    "adjoint of a derivative": ("sum(A'.*expmalong(A, B))", "sum(B.*(expm(A')*A'))"),
    "order of functions of a matrix": ("expm(A)*A", "A*expm(A)"),
    "eigenvectors": ("eigvecsh(S)*diag(log(eigvalsh(S)))*eigvecsh(S)'", "logm(S)"),
    "eigenvalues": ("eigvecsh(S)*diag(eigvalsh(S).^2 + 1)*eigvecsh(S)'", "S^2 + eye(n)"),
    "singular vectors": ("svdleft(C')*diag(svdvals(C'))*svdright(C')", "C'"),
    "Cholesky factors": ("cholesky(A'*A + eye(n))*cholesky(A'*A + eye(n))'", "A'*A + eye(n)"),
    "norm by a Cholesky factor": ("norm2(inv(cholesky(A'*A + eye(n)))*x)^2", "x'*inv(A'*A + eye(n))*x"),
    "diagonal of a Cholesky factor": ("2*sum(log(diag(cholesky(A'*A + eye(n)))))", "logdet(A'*A + eye(n))"),
    "orthonormal columns": ("qfactor(C)'*qfactor(C)*x", "x"),
    "pseudoinverses": ("C*pinv(C)*C", "C"),
    "projection onto its columns": ("pinv(C)'*C'*C", "C"),
    "trace of a deviator": ("tr(A - tr(A)*eye(n)/n)", "0"),
    "unit vectors beside norms": ("(x'*y/norm2(x))/(x'*x)", "x'*y/norm2(x)^3"),
    "complementary error function": ("2 - erfc(x)", "erfc(-x)"),
    "softplus in two parts": ("relu(x) - x.*y + log(1 + exp(-abs(x)))", "softplus(x) - x.*y"),
    "root along the identity": ("sqrtmalong(A'*A + eye(n), eye(n))", "0.5*inv(sqrtm(A'*A + eye(n)))"),
    "logarithm along the identity": ("logmalong(A'*A + eye(n), eye(n))", "inv(A'*A + eye(n))"),
    "second derivative along the identity": ("expmcurve(A, B, eye(n))", "expmalong(A, B)"),
    "odd": ("tanh(y - x) + tanh(x - y)", "zeros(n)"),
    "even": ("cos(y - x) - cos(x - y)", "zeros(n)"),
    "relu and its sign": ("relu(x).*sign(relu(x))", "relu(x)"),
    "hyperbolic tangent": ("(exp(x) - exp(-x))./(exp(x) + exp(-x))", "tanh(x)"),
    "constant exponent": ("x.^(a - a + 2)", "x.^2"),
    "like terms under sharing": ("(A*x).*(A*x) - (x'*A')'.*(A*x)", "zeros(n)"),
    "cyclic trace": ("tr(A*B*C'*C) - tr(C'*C*A*B)", "0"),
    "functions of zeros": ("cos(x - x) + sigmoid(0*x) + erfc(0*y) + ndtr(0*x) + exp(x - x) + step(0*x)", "4.5*ones(n)"),
    "sum of a function of zeros": ("sum(cosh(0*x)) + norm2(x - x)", "n"),
    "inverse of a skew matrix": ("inv(K)*K + inv(K)'*K - inv(K)*K'", "eye(q)"),
    "complement seen transposed": ("ones(n, n) - sigmoid(A)'", "sigmoid(-A)'"),
}


@pytest.mark.parametrize("case", FORMS)
def test_form(case: str) -> None:
    text, form = FORMS[case]
    assert rc.parse(text, **SHAPES) == rc.parse(form, **SHAPES)


LEVI_CIVITA = [
    ("eps_ijk eps_jli W_kl ->", "2*tr(W)"),
    ("eps_ij eps_ki u_j -> k", "-u"),
    ("eps_ijk eps_ijk", "6"),
    ("eps_ijk eps_ijk W_kl -> l", "2*W'*ones(3)"),
]


@pytest.mark.parametrize(("text", "form"), LEVI_CIVITA)
def test_levi_civita_symbols_that_share_all_indices_but_one(text: str, form: str) -> None:
    assert rc.parse(text, W="3 3", u="2") == rc.parse(form, W="3 3", u="2")


KEPT = [
    "x./x + a",
    "sqrt(x'*A*x)",
    "log(exp(x) + exp(y))",
    "A*inv(B)*B'",
    "inv(C*C' + eye(m))*C",
    "exp(x)/sum(exp(y))",
    "x/norm2(y)",
    "exp(C)./(exp(C)*ones(n)*ones(n)')",
    "det(a*A) - det(A)",
    "(C'*z).*exp(x) + C'*z",
    "log(1 + sum(exp(x)))",
    "log(ones(m) + exp(C)*ones(n))",
    "log(ones(n, n) + diag(exp(x)))",
    "1 - 1/(1 + sum(exp(x)))",
    "1 - sum(sigmoid(x))",
    "1 - tr(sigmoid(A))",
    "ones(n) - ndtr(A)*ones(n)",
    "ones(n, n) - diag(sigmoid(x))",
    "sum(sigmoid(-x)) - sum(sigmoid(x))",
    "sum(ndtr(x)) - sum(ndtr(-x))",
    "sigmoid(x - x) - y",
    "expmalong(A', (A.^2)')",
    "expmalong(A, A.*eye(n))",
    "expm(A)*(A.*eye(n))*x",
    "sum(log(sum(1./exp(C))))",
    "norm2(inv(kron(A, S + 9*eye(n))))",
    "tr(inv(K)'*K)",
    "inv(A)*diag(A)",
    "diag(inv(A))'*A",
    "eigvecsh(S)*diag(eigvecsh(S))",
    "cholesky(S + 9*eye(n))*diag(cholesky(S + 9*eye(n)))",
    "Q*diag(Q)",
    "P*diag(P)",
    "C*diag(pinv(C)*C)",
    "expm(A)*diag(A)",
]


SIZES = {"n": 3, "m": 4, "p": 2, "q": 4}
TENSORS = tuple(parse_declaration(name, text) for name, text in SHAPES.items())


def point(seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    sizes = SIZES
    arrays = {name: rng.uniform(0.3, 1.5, [sizes[s] for s in text.split() if s in sizes]) for name, text in SHAPES.items()}
    for name in "ABD":
        arrays[name] = arrays[name] + 2 * np.eye(len(arrays[name]))
    arrays["S"] = arrays["S"] + arrays["S"].T
    arrays["K"] = arrays["K"] - arrays["K"].T
    arrays["Q"] = np.linalg.qr(arrays["Q"])[0]
    basis = arrays["P"] + 2 * np.eye(len(arrays["P"]))
    arrays["P"] = basis[:, :2] @ np.linalg.inv(basis)[:2]
    return arrays


def values(node, seed: int = 0) -> np.ndarray:
    return evaluate([node], point(seed), declared=TENSORS)[0]


@pytest.mark.parametrize("case", FORMS)
def test_the_value_stays(case: str) -> None:
    node = read(FORMS[case][0], SHAPES).node
    np.testing.assert_allclose(values(settle(node)[0]), values(node), rtol=1e-9, atol=1e-9)


LEAVES = {"scalar": ["a", "b", "2"], "vector": ["x", "y"], "matrix": ["A", "B", "S"]}
KINDS = {"{s}": "scalar", "{v}": "vector", "{m}": "matrix"}
GROWN = {  # formulas of each kind, made of smaller ones
    "scalar": [
        "({v}'*{v})",
        "tr({m})",
        "log(sum(exp({v})))",
        "norm2({v})",
        "log(det({m}'*{m} + eye(n)))",
        "({s} + {s}^2)",
        "({s}/(1 + exp(-{s})))",
        "sqrt({v}'*{v}*{s}^2)",
        "log(1 + sum(exp({v})))",
    ],
    "vector": [
        "({m}*{v})",
        "({v} + {v})",
        "({v}.*{v})",
        "(exp({v})/sum(exp({v})))",
        "tanh({v})",
        "({v}/norm2({v}))",
        "({s}*{v})",
        "(inv({m}'*{m} + eye(n))*({m}'*{m} + eye(n))*{v})",
        "diag({m})",
        "log(ones(n) + exp({m})*ones(n))",
        "(exp({v})./(ones(n) + exp({m})*ones(n)))",
    ],
    "matrix": [
        "({m}*{m})",
        "({m} - 2*{m}')",
        "({v}*{v}')",
        "({m}.*{m})",
        "inv({m}'*{m} + eye(n))",
        "(diag({v})*{m})",
        "sigmoid({m})",
        "({m}./(1 + exp({m})))",
    ],
}


def random_text(rng: random.Random, depth: int, kind: str) -> str:
    """A random formula of one kind: scalar, vector or matrix, all of size n, positive enough for every function."""
    if depth == 0:
        return rng.choice(LEAVES[kind])
    text = rng.choice(GROWN[kind])
    while any(mark in text for mark in KINDS):
        for mark, inner in KINDS.items():
            if mark in text:
                text = text.replace(mark, random_text(rng, depth - 1, inner), 1)
    return text


@pytest.mark.parametrize("seed", range(150))
def test_random_expressions_keep_their_value(seed: int) -> None:
    rng = random.Random(seed)
    text = random_text(rng, rng.randint(1, 3), rng.choice(["scalar", "vector", "matrix"]))
    node = read(text, SHAPES).node
    settled = settle(node)[0]
    want, got = values(node), values(settled)
    if np.all(np.isfinite(want)) and np.max(np.abs(want), initial=0) < 1e8:
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6 * max(1.0, np.max(np.abs(want), initial=0)))
    assert settle(settled)[0] is settled


@pytest.mark.parametrize("seed", range(60))
def test_every_single_pass_keeps_the_value(seed: int) -> None:
    rng = random.Random(1000 + seed)
    node = read(random_text(rng, 2, rng.choice(["scalar", "vector", "matrix"])), SHAPES).node
    for part in walk(node):
        for step in PASSES:
            new = step(part)
            if new is not part:
                want = values(part)
                if np.all(np.isfinite(want)):
                    scale = max(1.0, np.max(np.abs(want), initial=0))
                    np.testing.assert_allclose(values(new), want, rtol=1e-7, atol=1e-7 * scale, err_msg=step.__name__)


@pytest.mark.parametrize("seed", range(60))
def test_every_form_on_offer_has_the_same_value(seed: int) -> None:
    rng = random.Random(2000 + seed)
    text = random_text(rng, 2, rng.choice(["scalar", "vector", "matrix"]))
    for part in walk(settle(read(f"{text} + {random_text(rng, 1, 'scalar')}*{text}", SHAPES).node)[0]):
        for form in offers(part, tidy):
            want = values(part)
            if np.all(np.isfinite(want)):
                scale = max(1.0, np.max(np.abs(want), initial=0))
                np.testing.assert_allclose(values(form), want, rtol=1e-7, atol=1e-7 * scale)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_not_the_pattern_keeps_its_value(text: str) -> None:
    node = read(text, SHAPES).node
    np.testing.assert_allclose(values(settle(node)[0]), values(node), rtol=1e-9)


def test_what_factoring_would_not_shorten_stays() -> None:
    assert str(rc.parse("A*x + A'*x", **SHAPES)) == "A*x + A'*x"


def test_matching_respects_wires() -> None:
    C, x, y = tensor("C", ["m", "n"]), tensor("x", ["n"]), tensor("y", ["n"])
    pattern = network([(C, "ki"), (C, "kj")], "ij")
    host = network([(C, "ki"), (C, "kj"), (x, "j")], "i")
    open_wire = network([(C, "ki"), (C, "kj"), (x, "j")], "ik")
    assert isinstance(pattern, Network) and isinstance(host, Network) and isinstance(open_wire, Network)
    assert list(occurrences(host, pattern)) and not list(occurrences(open_wire, pattern))
    assert len(list(exchanges(host, x, y))) == 1 and not list(exchanges(host, y, x))
    assert simplified(x) is x
