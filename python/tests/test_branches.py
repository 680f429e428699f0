"""Branches over arrays: literature values, independent routes, shapes."""

import pickle
from fractions import Fraction

import numpy as np
import pytest

import lambdahat
from lambdahat import LambdahatError, Method, branches

LAM = -0.1 + 2j


def test_known_values():
    # Lu & Tsai (2025), arXiv:2507.14491; closed forms.
    closed = {
        "forward-euler": np.exp(LAM) - 1,
        "implicit-euler": 1 - np.exp(-LAM),
        "implicit-midpoint": 2 * np.tanh(LAM / 2),
        "leap-frog": np.sinh(LAM),
    }
    for name, value in closed.items():
        assert abs(branches(name, LAM, 1.0).principal[0] - value) < 1e-13, name


def test_every_branch_solves_the_equation_and_numpy_finds_the_same():
    h, r = 0.7, [1 / 24, 1 / 6, 1 / 2, 1, 1]
    lam = np.random.default_rng(0).uniform(-1, 1, (50, 2)) @ [1, 3j]
    found = branches("rk4", lam, h)
    assert found.learned.shape == (50, 4)
    for one, learned in zip(lam, found.learned):
        roots = np.roots([*r[:4], 1 - np.exp(h * one)]) / h
        assert max(np.min(np.abs(roots - z)) for z in learned) < 1e-9
        assert np.max(np.abs(np.polyval(r, h * learned) - np.exp(h * one))) < 1e-12


def test_shapes_follow_the_input():
    assert branches("rk4", np.zeros((2, 3)) + LAM, 1.0).learned.shape == (2, 3, 4)
    assert branches("rk4", [], 1.0).principal.shape == (0,)
    assert branches("rk4", LAM, 1.0, 2).learned.shape == (1, 8)


def test_own_schemes_are_exact():
    kutta = Method(A=[[], [Fraction(1, 2)], [-1, 2]], b=["1/6", "2/3", "1/6"])
    assert kutta.verify().order == 3 and kutta.verify().exact is True
    assert pickle.loads(pickle.dumps(kutta)) == kutta
    z = np.array([0.3 - 1j])
    assert np.allclose(kutta.stability_function(z), 1 + z + z**2 / 2 + z**3 / 6, rtol=1e-15)
    assert Method(alpha=[-1, 0, 1], beta=[0, 2, 0]).verify().order == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: branches("rk5", LAM, 1.0), "rk"),
        (lambda: branches("rk4", LAM, -1.0), "interval"),
        (lambda: branches("rk4", np.nan, 1.0), "finite"),
        (lambda: branches("rk4", 800.0, 1.0), "700"),
        (lambda: Method(A=[[0, 1]], b=["x"]), "x"),
    ],
)
def test_bad_input_is_told(call, words):
    with pytest.raises(LambdahatError, match=words):
        call()


def test_tables():
    frame = branches("rk4", [LAM, -LAM], 1.0).to_frame()
    assert len(frame) == 8 and frame["principal"].sum() == 2
    assert "rk4" in repr(branches("rk4", LAM, 1.0))
    assert len(lambdahat.methods()) > 200
