"""The measure of an audit: that of the command, on the same model and the same samples."""

import json

import numpy as np
import pytest

import lambdahat
from lambdahat import audit
from lambdahat.rollouts import rollout_test

T = np.arange(40.0)


def csv(path, t, x):
    """Trajectories as a file."""
    rows = [[str(run), *(repr(float(value)) for value in (time, *state))] for run, (one, states) in enumerate(zip(t, x)) for time, state in zip(one, states)]
    path.write_text("\n".join(",".join(row) for row in [["run", "t", *"abc"[: len(x[0][0])]], *rows]))


CASES = [
    ("damped-oscillator", "rk4"),
    ("damped-oscillator", "forward-euler"),
    ("cubic-oscillator", "diffrax:Tsit5:rtol=1e-3,atol=1e-6"),
    ("van-der-pol", "rk4"),
    ("van-der-pol", "torchdiffeq:dopri5:rtol=1e-2,atol=1e-3"),
    ("lotka-volterra", "implicit-midpoint"),
    ("pendulum", "scipy:RK45"),
    ("lorenz", "torchdiffeq:dopri5:rtol=1e-2,atol=1e-3"),
    ("lorenz", "implicit-midpoint"),
]


@pytest.mark.parametrize(("name", "loop"), CASES)
def test_it_is_what_the_command_measures(name, loop, tmp_path, capfd):
    system = lambdahat.System(name)
    t = [system.interval * np.arange(61) for _ in system.starts]
    x = [system.trajectory(start, system.interval, 60) for start in system.starts]
    model = lambdahat.fit(t, x, loop, model="linear" if name == "damped-oscillator" else "polynomial:3")
    model.save(tmp_path / "model.json")
    csv(tmp_path / "data.csv", t, x)
    found = audit(model, loop, t, x)
    lambdahat._core.main(["lambdahat", "audit", str(tmp_path / "model.json"), "--data", str(tmp_path / "data.csv"), "--json"])
    told = json.loads(capfd.readouterr().out)
    assert found.nature == told["nature"] and found.followed == told["followed"] and found.tolerance == told["tolerance"]
    assert found.rollout_error == pytest.approx(told["steps"][0]["difference"], rel=2e-5, abs=1e-7)
    if ":" in loop:
        return  # the norm of step control is of these very starts here, and of their mean size there
    for mode in told["modes"]:
        here = min(found.modes, key=lambda one: abs(one.learned - complex(*mode["learned"])))
        assert here.learned == pytest.approx(complex(*mode["learned"]), rel=1e-6) and here.same == mode["same"]
        assert here.amplitude_error == pytest.approx(mode["amplitude_error"], rel=1e-5, abs=1e-9)
        assert here.phase_error == pytest.approx(mode["phase_error"], rel=1e-5, abs=1e-9)


def test_rollouts_decide_where_the_modes_do_not():
    # No mode of the cubic oscillator's equilibrium moves, and forward Euler loses or wins most of its orbit all the same.
    def cubic(y):
        return np.stack([-0.1 * y[..., 0] ** 3 + 2 * y[..., 1] ** 3, -2 * y[..., 0] ** 3 - 0.1 * y[..., 1] ** 3], axis=-1)

    t = 0.1 * np.arange(101)
    x = lambdahat.System("cubic-oscillator").trajectory([2.0, 0.0], 0.1, 100)
    coarse, fine = audit(cubic, "forward-euler", t, x), audit(cubic, "rk4", t, x, m=10)
    assert all(mode.same for mode in coarse.modes) and coarse.rollout_error > 0.3 and coarse.nature == "discrete"
    assert fine.rollout_error < 1e-4 and fine.nature == "continuous"


def test_one_per_cent_is_the_measure():
    # ẋ = −x through forward Euler at h = 0.02: log(1 − h)/h = −1.01014, so that the decay is off by 0.0037 of its start at most.
    t = 0.02 * np.arange(101)
    found = audit(lambda y: -y, "forward-euler", t, np.exp(-t)[:, None])
    (mode,) = found.modes
    rate = np.log(0.98) / 0.02
    off = np.max(np.abs(np.exp(rate * t) - np.exp(-t)))
    assert mode.amplitude_error == pytest.approx(off, rel=2e-3) and mode.phase_error == 0 and mode.same
    assert found.rollout_error == pytest.approx(off / (1 - np.exp(-2)), rel=1e-6) and found.nature == "continuous"
    assert audit(lambda y: -y, "forward-euler", t, np.exp(-t)[:, None], tolerance=0.003).nature == "discrete"


def test_a_mode_that_dies_in_one_step_is_kept_and_is_not_the_same():
    found = audit(lambda y: -y, "forward-euler", T, np.exp(-T)[:, None])
    (mode,) = found.modes
    assert mode.implied is None and not mode.same and mode.branch == "none" and found.nature == "discrete"
    assert len(found.to_frame()) == 1 and "<table>" in found._repr_html_()


def test_without_an_equilibrium_rollouts_decide():
    def drift(y):
        return np.ones_like(y) + 0.3 * np.sin(y)

    x = 1.02 * T[:, None]
    assert audit(drift, "rk4", 0.1 * T, 0.1 * x).nature == "continuous"
    euler = audit(drift, "forward-euler", 3 * T, 3 * x)
    assert euler.modes == () and euler.nature == "discrete" and euler.followed == 39


def test_a_rollout_that_leaves_is_infinitely_off():
    found = audit(lambda y: -y, "rk4", 4 * T, np.exp(-4 * T)[:, None])
    assert found.rollout_error == np.inf and found.nature == "discrete"  # R(−4) = 5


def test_chaos_is_compared_as_long_as_a_neighbour_stays():
    lorenz = lambdahat.System("lorenz")
    x = lorenz.trajectory([1.0, 1.0, 20.0], 0.02, 1500)
    found = audit(lorenz, "rk4", 0.02 * np.arange(1501), x, m=4)
    # Over 200 intervals, within which neighbours part a thousandfold.
    assert found.followed <= 200 and found.rollout_error < 1e-2 and found.nature == "continuous"


def test_what_f_raises_while_it_is_followed_is_raised():
    asked = []

    def fails(y):
        asked.append(1)
        if len(asked) > 400:
            raise RuntimeError("no GPU any more")
        return -y

    with pytest.raises(RuntimeError, match="no GPU any more"):
        audit(fails, "torchdiffeq:dopri5", T, np.exp(-T)[:, None])


def test_a_horizon_that_nobody_can_follow_is_refused():
    with pytest.raises(ValueError, match="100000 intervals"):
        audit(lambda y: -y, "rk4", T, np.exp(-T)[:, None], horizon=1e300)
    with pytest.raises(ValueError, match="tolerance"):
        audit(lambda y: -y, "rk4", T, np.exp(-T)[:, None], tolerance=0.0)


def test_an_affine_field_has_its_equilibrium_beyond_the_samples():
    # From 10 to 8.2, towards 0.
    t = 0.1 * np.arange(21)
    found = audit(lambda y: -0.1 * y, "rk4", t, 10 * np.exp(-0.1 * t)[:, None])
    assert [mode.equilibrium for mode in found.modes] == [pytest.approx((0.0,), abs=1e-9)]


def test_a_loop_that_is_not_followed_leaves_the_modes():
    from lambdahat.fields import VectorField
    from lambdahat.loops import Loop

    field = VectorField.of(lambda y: -y, np.ones(1))
    assert rollout_test(field, Loop("scipy:Radau"), np.ones((1, 1)), 1.0, 10).error is None
