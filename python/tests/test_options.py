"""What the command line can be asked, Python can be asked too, and the answers are the same."""

import csv
import inspect
import json
import re
import subprocess
import sys

import numpy as np
import pandas
import pytest

import lambdahat
from lambdahat import CalledCheck, LambdahatError, check, fit, predict

T = np.arange(60) * 1.0
Z = np.exp((-0.1 + 2j) * T)
X = np.c_[Z.real, Z.imag]

#: Options that say how a terminal shows the answer.
SHOWN = {"json", "help", "all", "explain", "figure", "output"}
#: Options by another name in Python.
NAMED = {"method": "loop", "interval": "H", "substeps": "m", "input": "inputs", "samples": "n", "start": "starts", "optimiser": "optimizer"}
#: Models of `fit` and `check` are fields of the state alone, so inputs are refused there anyway.
REFUSED = {"fit": {"input", "hold"}, "check": {"input", "hold"}}


def command(*arguments):
    run = subprocess.run([sys.executable, "-m", "lambdahat", *arguments], capture_output=True, text=True, check=False)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def written(tmp_path, table):
    path = tmp_path / "samples.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values()))
    return str(path)


@pytest.mark.parametrize("name", ["predict", "fit", "check"])
def test_every_option_is_a_keyword(name):
    options = set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", command(name, "--help"), flags=re.M))
    keywords = set(inspect.signature(getattr(lambdahat, name)).parameters)
    assert {"system", "method"} <= options
    assert {o for o in options - SHOWN - REFUSED.get(name, set()) if NAMED.get(o, o.replace("-", "_")) not in keywords} == set()


def same(here, there):
    """The same documents but for where the samples came from."""
    a, b = here.to_dict(), json.loads(there)
    for name in ("modes", "methods", "calls", "recommendation"):
        assert a.get(name) == b.get(name), name


def test_loss_rank_and_precision_are_the_command_lines(tmp_path):
    path = written(tmp_path, {"t": T.tolist(), "x1": X[:, 0].tolist(), "x2": X[:, 1].tolist(), "x3": (X @ [0.5, -1]).tolist()})
    x = np.c_[X, X @ [0.5, -1]]
    same(predict(T, x, "rk4", rank=2, loss="windows:5"), command("predict", path, "--method", "rk4", "--rank", "2", "--loss", "windows:5", "--json"))
    call = "torchdiffeq:dopri5:rtol=1e-2"
    same(predict(T, x, call, call="trajectory:4", dtype="float32"), command("predict", path, "-m", call, "--call", "trajectory:4", "--dtype", "float32", "--json"))
    told = command("predict", path, "-m", "rk4", "--rest-at-zero", "--degree", "1", "--json")
    same(predict(T, x, "rk4", rest_at_zero=True, degree=1), told)
    same(predict(T, x, "numpy:gradient"), command("predict", path, "-m", "numpy:gradient", "--json"))


def test_columns_inputs_and_missing_cells_are_the_command_lines(tmp_path):
    rng = np.random.default_rng(0)
    u, x = rng.standard_normal(60), np.zeros((60, 2))
    for n in range(59):
        x[n + 1] = [0.8 * x[n, 0] - 0.3 * x[n, 1] + u[n], 0.3 * x[n, 0] + 0.8 * x[n, 1]]
    x[17, 0] = -999
    table = {"clock": T.tolist(), "a": x[:, 0].tolist(), "b": x[:, 1].tolist(), "valve": u.tolist(), "note": (0 * T).tolist()}
    path = written(tmp_path, table)
    told = command("predict", path, "-m", "rk4", "--time", "clock", "--columns", "a,b", "--input", "valve", "--missing=-999", "--hold", "linear", "--json")
    asked = {"time": "clock", "columns": ["a", "b"], "inputs": "valve", "missing": -999, "hold": "linear"}
    same(predict(pandas.DataFrame(table), loop="rk4", **asked), told)
    same(predict(T, x, "rk4", inputs=u, missing=-999, hold="linear"), told)


def test_a_fit_goes_on():
    first = fit(T, X, "rk4", model="mlp:4", optimizer="adam", iterations=50)
    on = fit(T, X, "rk4", model="mlp:4", optimizer="adam", iterations=50, resume=first)
    assert on.differences == [] and on.loss <= first.loss and len(on.model["history"]) > len(first.model["history"])


def test_a_call_with_steps_of_its_own_is_fitted_and_checked():
    call = "torchdiffeq:rk4:step_size=0.5"
    assert fit(system="damped-oscillator", loop=call, n=30).loss < 1e-20
    found = check(system="damped-oscillator", loop=call, seeds=2, n=30)
    assert isinstance(found, CalledCheck) and found.agrees and len(found.to_frame()) == 2


def test_uneven_times_are_fitted_and_checked():
    t = np.cumsum(np.tile([0.3, 0.5, 0.4], 20))
    z = np.exp((-0.1 + 2j) * t)
    x = np.c_[z.real, z.imag]
    found = check(t, x, "rk4", seeds=3)
    assert found.agrees
    trained = fit(t, x, "rk4", m=16)
    apart = trained.model["data"]["uneven"]
    assert [apart["shortest"], apart["longest"]] == pytest.approx([0.3, 0.5])
    assert trained.loss < 1e-12


def test_starts_of_a_system():
    found = fit(system="damped-oscillator", starts=[[2.0, 0.0], [0.0, 1.0]], n=20)
    assert found.model["data"]["starts"] == [[2.0, 0.0], [0.0, 1.0]]


BAD = {
    "loss": (LambdahatError, "loss", lambda: predict(T, X, loss="huber")),
    "call": (LambdahatError, "trajectory:K", lambda: predict(T, X, call="trajectory:0")),
    "dtype": (LambdahatError, "float32", lambda: predict(T, X, dtype="bfloat16")),
    "rank": (LambdahatError, "rank", lambda: predict(T, X, rank=0)),
    "reach": (LambdahatError, "reach", lambda: predict(T, X, reach=-1.0)),
    "hold": (LambdahatError, "hold", lambda: predict(T, X, hold="cubic")),
    "time unit": (LambdahatError, "time_unit", lambda: predict(T, X, time_unit="fortnight")),
    "a column of arrays": (TypeError, "table", lambda: predict(T, X, time="t")),
    "inputs by name": (TypeError, "table", lambda: predict(T, X, inputs=["u"])),
    "rows of inputs": (ValueError, "shape", lambda: predict(T, X, inputs=np.zeros(7))),
    "no such column": (ValueError, "'c'", lambda: predict(pandas.DataFrame({"t": T, "a": X[:, 0]}), columns=["c"])),
    "two times": (ValueError, "look like times", lambda: predict(pandas.DataFrame({"date": T, "t": T, "a": X[:, 0]}))),
    "steps shared": (LambdahatError, "steps_shared", lambda: fit(T, X, "torchdiffeq:rk4:step_size=0.5", steps_shared="some")),
    "substeps of a call": (LambdahatError, "its own", lambda: fit(T, X, lambdahat.Loop("torchdiffeq:rk4:step_size=0.5", 3))),
    "a regression to fit": (LambdahatError, "integrates nothing", lambda: fit(T, X, "numpy:gradient")),
    "starts of samples": (TypeError, "starts", lambda: fit(T, X, starts=[[1.0, 0.0]])),
}


@pytest.mark.parametrize(("kind", "words", "call"), BAD.values(), ids=BAD.keys())
def test_one_clear_exception(kind, words, call):
    with pytest.raises(kind, match=words):
        call()
