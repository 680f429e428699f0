"""Predictions from arrays and tables: the same answer however the samples arrive."""

import copy
import pickle

import numpy as np
import pandas
import pytest

from lambdahat import LambdahatError, Loop, predict

T = np.arange(40) * 1.0
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]


def learned(found):
    branch = next(b for b in found.methods[0].modes[0].branches if b.principal)
    return complex(*branch.to_dict()["lambda"])


def test_every_way_to_give_samples_gives_the_same_prediction():
    ways = [
        predict(T, X, "rk4"),
        predict([T, T], [X, X], "rk4"),
        predict(T, np.stack([X, X]), "rk4"),
        predict(pandas.DataFrame({"t": T, "a": X[:, 0], "b": X[:, 1]}), loop="rk4"),
        predict(pandas.DataFrame({"Time": T, "a": X[:, 0], "b": X[:, 1], "run": "one"}), loop="rk4"),
        predict(pandas.DataFrame({"t": T, "a": X[:, 0], "b": X[:, 1]}).set_index("t"), loop="rk4"),
        predict(pandas.DataFrame({"subject": 1, "year": T, "t": T, "a": X[:, 0], "b": X[:, 1]}), loop="rk4", time="t"),
        predict(pandas.DataFrame({"a": X[:, 0], "b": X[:, 1]}, index=pandas.date_range("2020", periods=len(T), freq="s")), loop="rk4"),
        predict(pandas.DataFrame({"run": 1, "t": T, "a": X[:, 0], "b": X[:, 1]}).set_index(["run", "t"]), loop="rk4"),
        predict(T.astype(np.float32), X, Loop.fixed("rk4")),
        predict(None, X, "rk4", H=1.0),
        predict(None, [X, X], "rk4", H=1.0),
        predict(pandas.date_range("2020", periods=len(T), freq="s").values, X, "rk4"),
        predict((T * 1e9).astype("timedelta64[ns]"), X, "rk4"),
        predict([second.isoformat() + "+02:00" for second in pandas.date_range("2020", periods=len(T), freq="s")], X, "rk4"),
        predict(pandas.DataFrame({"a": X[:, 0], "b": X[:, 1]}, index=pandas.date_range("2020", periods=len(T), freq="s", tz="Europe/Rome")), loop="rk4"),
        predict(pandas.DataFrame({"date": [second.isoformat() for second in pandas.date_range("2020", periods=len(T), freq="s")], "a": X[:, 0], "b": X[:, 1]}), loop="rk4"),
        predict(pandas.DataFrame({"Unnamed: 0": range(len(T)), "t": T, "a": X[:, 0], "b": X[:, 1]}), loop="rk4"),
        predict(pandas.DataFrame({"T": X[:, 1], "t": T, "a": X[:, 0]}), loop="rk4"),
        predict(pandas.DataFrame({"run_id": 1, "t": T, "a": X[:, 0], "b": X[:, 1]}), loop="rk4"),
    ]
    for found in ways:
        assert abs(learned(found) - (0.105105260738927 + 1.926832632793115j)) < 1e-9
        assert found.methods[0].verdict == "artifact"


def test_nothing_that_is_chosen_is_ignored():
    table = pandas.DataFrame({"t": T, "a": X[:, 0], "b": X[:, 1]})
    for wrong in [dict(columns=["a", "a"]), dict(columns=["a"], inputs="a"), dict(time="t", columns=["t", "a"])]:
        with pytest.raises(ValueError, match="twice"):
            predict(table, **wrong)
    for wrong in [(T, X), (table, None)]:
        with pytest.raises(TypeError, match="not both"):
            predict(*wrong, H=1.0)


def test_the_embedded_system():
    found = predict()
    assert {"rk4", "implicit-midpoint"} <= {m.method for m in found.methods}
    assert found.recommendation is not None
    assert "rk4" in repr(found) or found.methods


def test_results_are_data():
    found = predict(T, X, "rk4")
    assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
    assert found.to_dict()["methods"][0]["method"] == "rk4"
    frame = found.to_frame()
    assert list(frame["method"]) == ["rk4"] and frame["verdict"][0] == "artifact"
    assert "<table>" in found._repr_html_()


def test_what_is_printed_says_all_that_the_advice_rests_on():
    noise = np.random.default_rng(0).standard_normal(X.shape)
    noisy = predict(np.arange(40) * 0.5, np.c_[np.exp(-0.05 * T) * np.cos(T), np.exp(-0.05 * T) * np.sin(T)] + 0.05 * noise, "tsitouras5")
    # The same integrator through another loss: without it the advice would be what the table warns of.
    assert noisy.methods[0].verdict == "distorted" and noisy.recommendation["loss"] in str(noisy)
    part = str(predict(T * 0.5, np.exp(-0.05 * T) * np.cos(T), "torchdiffeq:rk4"))
    assert "First add the missing state" in part and "only part of the state" in part and 'method="rk4"' in part
    opened = str(predict(T[:5], X[:5]))
    assert "not settled" in opened and "Nothing is recommended" in opened and "Give more samples" in opened
    fine = str(predict(T * 0.1, np.c_[np.exp(-0.01 * T) * np.cos(0.2 * T), np.exp(-0.01 * T) * np.sin(0.2 * T)]))
    assert "Good as it is" in fine
    held = np.repeat(np.random.default_rng(1).standard_normal(8), 5)
    moved = np.zeros((40, 2))
    for n in range(39):
        moved[n + 1] = [0.8 * moved[n, 0] - 0.3 * moved[n, 1] + held[n], 0.3 * moved[n, 0] + 0.8 * moved[n, 1]]
    driven = str(predict(pandas.DataFrame({"t": T, "a": moved[:, 0], "b": moved[:, 1], "valve": held})))
    assert 'give inputs="valve"' in driven
    assert not any("--" in shown for shown in (str(noisy), part, opened, fine, driven))


def test_plots():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    assert predict(T, X, "rk4").plot().get_xlabel()


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda: predict(T, X[:-1])),
        (TypeError, lambda: predict(T, X * 1j)),
        (TypeError, lambda: predict(T, [["a", "b"]] * 40)),
        (TypeError, lambda: predict(X)),
        (ValueError, lambda: predict(pandas.DataFrame({"a": T}))),
        (LambdahatError, lambda: predict(T[::-1].copy(), X)),
        (LambdahatError, lambda: predict(T, np.where(X == X[3], np.inf, X))),
        (LambdahatError, lambda: predict(T, X, "no-such-method")),
        (LambdahatError, lambda: predict(system="no-such-system")),
        (TypeError, lambda: predict(T, X, system="oscillator")),
    ],
)
def test_bad_input_is_one_clear_exception(error, call):
    with pytest.raises(error):
        call()


def test_polars():
    polars = pytest.importorskip("polars", reason="polars is not installed")
    assert predict(polars.DataFrame({"t": T, "a": X[:, 0], "b": X[:, 1]}), loop="rk4").methods[0].verdict == "artifact"


def test_xarray():
    xarray = pytest.importorskip("xarray", reason="xarray is not installed")
    apart = xarray.Dataset({"a": ("time", X[:, 0]), "b": ("time", X[:, 1])}, coords={"time": T})
    together = xarray.DataArray(X, dims=("time", "state"), coords={"time": T, "state": ["a", "b"]}, name="y")
    dated = apart.assign_coords(time=pandas.date_range("2020-01-01", periods=len(T), freq="s"))
    for samples in (apart, together, together.rename(None), dated):
        assert predict(samples, loop="rk4").methods[0].verdict == "artifact"
    # One sample a second is one every sixtieth of a minute.
    assert abs(predict(dated, loop="rk4", time_unit="min").interval - 1 / 60) < 1e-12
    assert predict(T, together, loop="rk4").methods[0].verdict == "artifact"
