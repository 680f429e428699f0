"""Audit, repair and watch, on fields of every framework that is installed."""

import importlib.util
import pickle

import numpy as np
import pytest

from lambdahat import Watch, audit, repair

T = np.arange(40.0)
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]
A, B = 0.105105260738927, 1.926832632793115  # what RK4 learns from it at H = 1
LEARNED = np.array([[A, B], [-B, A]])


def spiral(y):
    return y @ LEARNED


def with_time(t, y):
    return y @ LEARNED


def one_state(t, y, args):
    return LEARNED.T @ y


def fine(y):
    return y @ np.array([[-0.1, 2.0], [-2.0, -0.1]])


@pytest.mark.parametrize("f", [spiral, with_time, one_state])
def test_a_field_right_at_its_own_step_only(f):
    result = audit(f, "rk4", T, X)
    assert result.nature == "discrete"
    assert all(mode.branch == "principal" and mode.sign_turned for mode in result.modes)
    assert min(abs(mode.implied - (-0.1 + 2j)) for mode in result.modes) < 1e-6
    assert len(result.to_frame()) == 2 and "discrete" in repr(result)


def test_a_field_trained_finely_is_continuous():
    assert audit(fine, "rk4", T, X, m=20, horizon=20).nature == "continuous"


def test_repair_brings_the_truth_back():
    repaired = repair(spiral, "rk4", T, X)
    assert min(abs(lam - (-0.1 + 2j)) for lam in repaired.after) < 1e-6
    assert repaired.error_before > 20 * repaired.error_after
    assert np.allclose(repaired(X), fine(X), atol=1e-6)
    again = pickle.loads(pickle.dumps(repaired))
    assert np.array_equal(again(X), repaired(X))


def test_repair_of_a_nonlinear_field_follows_its_map():
    # A weakly nonlinear spiral, taken as if it had been trained through Heun's method.
    def f(y):
        r2 = (y**2).sum(-1, keepdims=True)
        return spiral(y) * 0.5 - 0.05 * r2 * y

    t = np.arange(30) * 0.5
    x = 0.6 * np.exp(-0.05 * t)[:, None] * np.c_[np.cos(t), np.sin(t)]
    repaired = repair(f, "heun2", t, x)
    assert repaired.error_after < repaired.error_before / 20


def test_what_cannot_be_repaired_is_refused():
    with pytest.raises(ValueError, match="implicit"):
        repair(spiral, "implicit-midpoint", T, X)


@pytest.mark.parametrize("f", [3, lambda y: y[..., :1], lambda a, b, c, d: a])
def test_callables_that_are_none(f):
    with pytest.raises((TypeError, ValueError)):
        audit(f, "rk4", T, X)


def test_a_callable_that_raises_says_why():
    def broken(y):
        raise RuntimeError("no GPU here")

    with pytest.raises(ValueError, match="no GPU here"):
        audit(broken, "rk4", T, X)


def test_watch_keeps_what_it_saw():
    watch = Watch(spiral, "rk4", T, X, every=5)
    for _ in range(11):
        watch()
    assert {row["step"] for row in watch.rows} == {0, 5, 10}
    assert len(watch.to_frame()) == 6


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch():
    import torch

    layer = torch.nn.Linear(2, 2, bias=False, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(LEARNED.T))
    assert audit(layer, "torchdiffeq:rk4", T, X).nature == "discrete"
    repaired = repair(layer, "torchdiffeq:rk4", T, X)
    y = torch.tensor(X[:3], requires_grad=True)
    repaired(y).sum().backward()
    assert torch.isfinite(y.grad).all()


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_jax():
    import jax
    import jax.numpy as jnp

    matrix = jnp.asarray(LEARNED)
    field = lambda t, y, args: y @ matrix  # noqa: E731
    assert audit(field, "diffrax:Tsit5", T, X).framework == "jax"
    repaired = repair(field, "rk4", T, X)
    assert jnp.isfinite(jax.jacfwd(lambda y: repaired(0.0, y, None))(jnp.array([1.0, 0.0]))).all()
