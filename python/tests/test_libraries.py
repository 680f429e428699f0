"""The libraries' very objects: what the tool predicts for them is what a fit through them learns."""

import warnings

import numpy as np
import pytest

from lambdahat import Loop, branches, predict

LAM = -0.1 + 2j
T = np.arange(60) * 0.8
Z = np.exp(LAM * T)
X = np.c_[Z.real, Z.imag]


def matrix(lam):
    return np.array([[lam.real, -lam.imag], [lam.imag, lam.real]])


@pytest.mark.parametrize(("name", "rtol"), [("RK45", 1e-2), ("RK23", 1e-3)])
def test_a_matrix_learned_through_solve_ivp(name, rtol):
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is not installed")
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is not installed")
    kind, start, H = getattr(integrate, name), np.array([1.0, 0.0]), 1.0
    loop = Loop.scipy(kind, rtol=rtol, atol=1e-6)
    predicted = branches(loop, LAM, H, starts=[1.0]).principal[0]

    def residuals(entries):
        found = integrate.solve_ivp(lambda t, y: entries.reshape(2, 2) @ y, (0.0, H), start, method=kind, rtol=rtol, atol=1e-6)
        return found.y[:, -1] - [np.exp(LAM * H).real, np.exp(LAM * H).imag]

    # Rotations and damping, as the samples of one mode determine them.
    fitted = optimize.least_squares(lambda p: residuals(matrix(complex(*p)).ravel()), [LAM.real, LAM.imag], xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert np.max(np.abs(fitted.fun)) < 1e-10
    assert abs(complex(*fitted.x) - predicted) < 1e-6 * abs(LAM)
    # And what is learned is not the truth: the steps leave their mark.
    assert abs(predicted - LAM) > 1e-5


@pytest.mark.parametrize("options", [{"drop_endpoints": True}, {"order": 4, "drop_endpoints": True}])
def test_sindy_learns_what_its_derivative_makes_of_the_mode(options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sindy = pytest.importorskip("pysindy", reason="pysindy is not installed")
        model = sindy.SINDy(
            differentiation_method=sindy.FiniteDifference(**options),
            feature_library=sindy.PolynomialLibrary(degree=1, include_bias=False),
            optimizer=sindy.STLSQ(threshold=0.0),
        ).fit(X, t=T[1])
    learned = max(np.linalg.eigvals(np.asarray(model.coefficients())), key=lambda value: value.imag)
    call = "pysindy:FiniteDifference:" + ",".join(f"{key}={str(value).lower()}" for key, value in options.items())
    found = predict(T, X, call)
    predicted = max(found.to_frame()["learned"], key=lambda value: value.imag)
    assert abs(learned - predicted) < 1e-9 and abs(learned - LAM) > 0.01
    # Its sign is told: the second-order difference turns this decay into growth.
    assert call in repr(found) and (learned.real > 0) == ("order" not in options)
