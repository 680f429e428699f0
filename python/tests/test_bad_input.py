"""Whatever is wrong is one clear exception, never a wrong answer and never a crash."""

import numpy as np
import pytest

import lambdahat
from lambdahat import LambdahatError, Loop, Watch, audit, branches, check, fit, predict, repair, sweep

T = np.arange(40.0)
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]


def field(y):
    return y @ np.array([[0.1, 1.9], [-1.9, 0.1]])


def raises(y):
    raise RuntimeError("no GPU here")


CASES = {
    "shapes": (ValueError, "shape", lambda: predict(T, X[:-1])),
    "three axes": (ValueError, "needs t of shape", lambda: predict(T[:-1], np.stack([X, X]))),
    "ragged widths": (ValueError, "columns", lambda: predict([T, T], [X, X[:, :1]])),
    "infinite": (LambdahatError, ".", lambda: predict(T, np.where(X == X[3], np.inf, X))),
    "all missing": (LambdahatError, ".", lambda: predict(T, np.full_like(X, np.nan))),
    "text": (TypeError, "not numbers", lambda: predict(T, [["a", "b"]] * 40)),
    "objects": (TypeError, "object", lambda: predict(T, np.array([[None, 1.0]] * 40))),
    "complex": (TypeError, "complex", lambda: predict(T, X * 1j)),
    "text as time": (TypeError, "not numbers", lambda: predict(["a"] * 40, X)),
    "rows for columns": (ValueError, "transpose", lambda: predict(T, X.T)),
    "no times": (TypeError, "times t", lambda: predict(None, X)),
    "a time that is none": (ValueError, r"t\[3\] is nan", lambda: predict(np.where(T == 3, np.nan, T), X)),
    "time backwards": (LambdahatError, ".", lambda: predict(T[::-1].copy(), X)),
    "unknown method": (LambdahatError, "no-such", lambda: predict(T, X, "no-such-method")),
    "unknown option": (LambdahatError, "stepsize", lambda: Loop.torchdiffeq("rk4", options={"stepsize": 0.1})),
    "a norm of one's own": (TypeError, "norm", lambda: Loop.torchdiffeq("dopri5", options={"norm": abs})),
    "tolerances by component": (TypeError, "atol", lambda: Loop.scipy("RK45", atol=[1e-3, 1e-6])),
    "an object as solver": (TypeError, "no solver of diffrax", lambda: Loop.diffrax(object())),
    "a loop that is none": (TypeError, "no training call", lambda: audit(field, 3.0, T, X)),
    "a loop to predict that is none": (TypeError, "object is no training call", lambda: predict(T, X, object())),
    "no whole number of steps": (TypeError, "whole number, not 1.5", lambda: branches("rk4", 1j, 1.0, 1.5)),
    "not one step": (ValueError, "at least one step", lambda: audit(field, "rk4", T, X, m=0)),
    "text as mode": (TypeError, "lam holds", lambda: branches("rk4", "fast", 1.0)),
    "two intervals": (TypeError, "H is one number", lambda: branches("rk4", 1j, [1.0, 2.0])),
    "a horizon in the past": (ValueError, "horizon", lambda: audit(field, "rk4", T, X, horizon=-1.0)),
    "no samples to audit by": (ValueError, "no row without a missing value", lambda: audit(field, "rk4", [], [])),
    "samples that are all missing": (ValueError, "no row without a missing value", lambda: audit(field, "rk4", T, np.nan * X)),
    "one row to audit by": (ValueError, "two rows or more", lambda: audit(field, "rk4", T[:1], X[:1])),
    "one row to repair by": (ValueError, "two rows or more", lambda: repair(field, "rk4", T[:1], X[:1])),
    "one row to watch by": (ValueError, "two rows or more", lambda: Watch(field, "rk4", T[:1], X[:1])),
    "a callable that raises": (ValueError, "no GPU here", lambda: audit(raises, "rk4", T, X)),
    "a callable of the wrong shape": (ValueError, "shape", lambda: repair(lambda y: y[..., :1], "rk4", T, X)),
    "a callable that returns none": (TypeError, "returns NoneType, not numbers", lambda: audit(lambda y: None, "rk4", T, X)),
    "a callable that returns text": (TypeError, "returns str, not numbers", lambda: repair(lambda y: "up", "rk4", T, X)),
    "a complex callable": (TypeError, "complex", lambda: audit(lambda y: y * 1j, "rk4", T, X)),
    "a callable of not a number": (ValueError, "not a number", lambda: audit(lambda y: y * np.nan, "rk4", T, X)),
    "no callable": (TypeError, "not callable", lambda: audit(3, "rk4", T, X)),
    "four arguments": (TypeError, "4 arguments", lambda: audit(lambda a, b, c, d: a, "rk4", T, X)),
    "every 0": (ValueError, "every", lambda: Watch(field, "rk4", T, X, every=0)),
    "negative interval": (LambdahatError, "interval", lambda: branches("rk4", 1j, -1.0)),
    "no substeps": ((LambdahatError, ValueError, OverflowError), ".", lambda: branches("rk4", 1j, 1.0, -1)),
    "unknown model": (LambdahatError, "model", lambda: fit(T, X, model="transformer")),
    "a multistep method at uneven times": (LambdahatError, "one-step", lambda: fit(T + 0.01 * np.sin(5 * T), X, "adams-bashforth-2")),
    "windows to check at uneven times": (LambdahatError, "loss of pairs", lambda: check(T + 0.01 * np.sin(5 * T), X, "rk4", loss="windows:5")),
    "no seeds": (LambdahatError, "seeds", lambda: fit(T, X, seeds=0)),
    "unknown system": (LambdahatError, "known|systems|lorenz", lambda: lambdahat.System("no-such-system")),
    "a window without area": (LambdahatError, ".", lambda: lambdahat.region("rk4", re=(1.0, 1.0))),
    "a study that is none": (TypeError, "function of a cell", lambda: sweep(3, {"H": [1.0]})),
    "a study that is not there": (ValueError, "'predict', 'fit'", lambda: sweep("study", {"H": [1.0]})),
    "a grid of one value": (TypeError, "grid's 'H' is 1.0", lambda: sweep(dict, {"H": 1.0})),
    "a grid of text": (TypeError, "list of cells", lambda: sweep(dict, "abc")),
    "an executor by name": (TypeError, "no executor", lambda: sweep(dict, {"H": [1.0]}, "dask")),
    "not polynomial": (LambdahatError, "polynomial", lambda: lambdahat.modified("pendulum", "rk4")),
}


@pytest.mark.parametrize(("kinds", "words", "call"), CASES.values(), ids=CASES.keys())
def test_one_clear_exception(kinds, words, call):
    with pytest.raises(kinds, match=words) as caught:
        call()
    assert "bug in lambdahat" not in str(caught.value) and len(str(caught.value)) < 1200


def test_mixed_types_are_taken_as_numbers():
    whole = predict(np.arange(40), X.astype(np.float32), "rk4")
    assert whole.methods[0].verdict == "artifact" and whole.precision == "float32" and "float32" in repr(whole)
    assert predict(T, X, "rk4").precision == "float64"


def test_a_call_that_takes_its_own_steps_is_not_silently_another():
    found = predict(T, X, "torchdiffeq:dopri5:rtol=1e-2")
    assert not found.methods and found.calls[0].adaptive
    with pytest.warns(UserWarning, match="constant steps"):
        assert predict(T, X, "RK45").methods[0].method == "dormand-prince5"
    with pytest.raises(LambdahatError, match="own steps"):
        lambdahat.modified("lotka-volterra", "torchdiffeq:dopri5")
