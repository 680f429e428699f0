"""Results are objects: attributes, to_dict, to_frame, a short repr, HTML, a plot, equality, pickling."""

import copy
import functools
import pickle
import sys

import numpy as np
import pytest

import lambdahat
from lambdahat import Loop, Method, System

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
matplotlib.use("agg")

T = np.arange(40.0)
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]


def spiral(y):
    return y @ np.array([[0.1, 1.9], [-1.9, 0.1]])


@functools.cache
def shares():
    """Seconds of work, for all tests that look at it."""
    return lambdahat.basins("rk4", starts=200)


RESULTS = {
    "branches": lambda: lambdahat.branches("rk4", [-0.1 + 2j, 0.5j], 1.0),
    "branches of a call": lambda: lambdahat.branches("torchdiffeq:dopri5:rtol=1e-2", -0.1 + 2j, 1.0),
    "predict": lambda: lambdahat.predict(loop=["rk4", "torchdiffeq:dopri5:rtol=1e-2"]),
    "region": lambda: lambdahat.region(["rk4", "bdf2"]),
    "map": lambda: lambdahat.map("heun2", re=(-1, 0.5), im=(0, 2)),
    "basins": shares,
    "modified": lambda: lambdahat.modified("lotka-volterra", "rk4", 4, inverse=True),
    "fit": lambda: lambdahat.fit(model="polynomial:3", n=20),
    "check": lambda: lambdahat.check(n=30, seeds=3),
    "system": lambda: System("lotka-volterra:alpha=2"),
    "audit": lambda: lambdahat.audit(spiral, "rk4", T, X),
    "repair": lambda: lambdahat.repair(spiral, "rk4", T, X),
    "repair through an implicit method": lambda: lambdahat.repair(spiral, "implicit-midpoint", T, X),
    "verify": lambda: lambdahat.verify("rk4"),
    "verify a scheme of one's own": lambda: Method(A=[[0, 0], ["2/3", 0]], b=["1/4", "3/4"]).verify(),
}


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS.keys())
def test_a_result_is_an_object(make):
    import matplotlib.pyplot as plt

    found = make()
    again = pickle.loads(pickle.dumps(found))
    assert again == found and copy.deepcopy(found) == found and found != 3
    assert len(repr(found)) < 300 and "\n" not in repr(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pandas", None)  # a notebook shows it without pandas, too
        assert "<" in found._repr_html_()
    assert isinstance(found.to_dict(), dict)
    assert len(found.to_frame()) > 0
    assert found.plot() is not None
    ax = plt.subplots()[1]
    assert found.plot(ax) is ax
    plt.close("all")


def test_what_differs_is_not_equal():
    through = {name: lambdahat.repair(spiral, name, T, X) for name in ("rk4", "heun2")}
    assert through["rk4"] != through["heun2"] and through["rk4"] != lambdahat.repair(lambda y: spiral(y), "rk4", T, X)
    assert lambdahat.verify("rk4") != lambdahat.verify("heun2")
    assert repr(lambdahat.verify("rk4")) == "Verification('rk4', order 4)"
    assert set(lambdahat.methods().to_dict()) == {"name", "title", "kind", "explicit"}


def test_a_fit_is_a_field():
    learned = lambdahat.fit(model="mlp:8", n=40, seeds=2, iterations=50)
    states = np.random.default_rng(0).normal(size=(5, 2))
    assert learned(states).shape == (5, 2) and learned(states[0]).shape == (2,)
    assert learned.jacobian(states).shape == (5, 2, 2)
    h = 1e-6
    differences = (learned(states + [h, 0]) - learned(states - [h, 0])) / (2 * h)
    assert np.allclose(learned.jacobian(states)[:, :, 0], differences, atol=1e-6)


def test_a_fit_is_audited_repaired_saved_and_loaded(tmp_path):
    system = System("damped-oscillator")
    states = [system.trajectory(start, 1.0, 30) for start in ([1.0, 0.0], [0.0, 1.5])]
    t = np.arange(31.0)
    learned = lambdahat.fit([t, t], states, "rk4", model="linear", seeds=8)
    assert learned.loss < 1e-20
    audit = lambdahat.audit(learned, "rk4", [t, t], states)
    assert audit.nature == "discrete" and all(abs(abs(mode.implied.imag) - 2) < 1e-6 for mode in audit.modes)
    learned.save(tmp_path / "model.json")
    again = lambdahat.Fit.load(tmp_path / "model.json")
    assert np.array_equal(again(states[0]), learned(states[0]))
    assert lambdahat._core.main(["lambdahat", "audit", str(tmp_path / "model.json"), "--json"]) == 1


def test_modified_equations_are_fields():
    # Of ẋ = −x through forward Euler: log(1 − h)/h x.
    found = lambdahat.modified({"x": "-x"}, "forward-euler", order=8)
    assert abs(found.field(0.1)(np.array([1.0]))[0] - np.log(0.9) / 0.1) < 1e-9
    assert found.linear_radius == 1.0


def test_systems():
    pendulum = System("pendulum")
    assert np.allclose(pendulum(np.zeros((3, 2))), 0) and pendulum.dimension == 2
    path = pendulum.trajectory([0.5, 0.0], H=0.1, n=50)
    energy = path[:, 1] ** 2 / 2 - np.cos(path[:, 0])
    assert path.shape == (51, 2) and np.ptp(energy) < 1e-9
    assert all(System(name).name == name for name in lambdahat.systems() if name != "linear")


def test_figures_hold_their_numbers():
    assert abs(lambdahat.region("rk4").regions[0].area - 12.70) < 0.01
    assert shares().to_frame().groupby(["optimizer", "width"])["share"].sum().max() <= 1 + 1e-12


def test_the_catalogue_says_more():
    frame = lambdahat.methods().to_frame()
    assert "<td>rk4</td>" in lambdahat.methods()._repr_html_()
    assert len(frame) == len(lambdahat.methods()) and set(frame["kind"]) >= {"runge-kutta", "multistep"}


def test_loops_in_the_words_of_their_libraries():
    assert Loop.torchdiffeq().call == "torchdiffeq:dopri5"
    assert Loop.torchdiffeq("rk4", options={"step_size": 0.25}).method(1.0)[1] == 4
    assert Loop.scipy("RK45", max_step=np.inf).call == "scipy:RK45"
    assert Loop.scipy("RK45", first_step=0.1).own_steps.is_adaptive


def test_loops_from_the_objects_of_diffrax():
    diffrax = pytest.importorskip("diffrax", reason="diffrax is not installed")
    pid = diffrax.PIDController(rtol=1e-2, atol=1e-4, pcoeff=0.3, dtmax=0.5)
    assert Loop.diffrax(diffrax.Tsit5(), pid, 0.1).call == "diffrax:Tsit5:rtol=0.01,atol=0.0001,pcoeff=0.3,dtmax=0.5,dt0=0.1"
    clipped = diffrax.ClipStepSizeController(diffrax.PIDController(rtol=1e-2, atol=1e-4), step_ts=[1.0])
    assert "step_ts=ts" in Loop.diffrax(diffrax.Tsit5(), clipped).call
    assert Loop.diffrax(diffrax.Heun(), diffrax.ConstantStepSize(), 0.5).method(1.0)[1] == 2


def test_loops_from_classes_of_scipy():
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is not installed")
    assert Loop.scipy(integrate.RK23, rtol=1e-4).call == "scipy:RK23:rtol=0.0001"
