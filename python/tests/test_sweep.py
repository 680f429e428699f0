"""Sweeps: one row a run, resumable, on executors."""

import importlib.util
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import types
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext

import numpy as np
import pytest

from lambdahat import ForkedThreadsError, branches, sweep

# Workers begin with this process's path, and import the studies by their name.
sys.path.insert(0, os.path.dirname(__file__))
from sweep_studies import counted, slow, study  # noqa: E402

if importlib.util.find_spec("pyarrow") is None:
    pytest.skip("pyarrow is not installed", allow_module_level=True)

GRID = {"method": ["rk4", "heun2"], "H": [0.5, 1.0, 2.0]}


def processes():
    """Processes that begin anew: a fork would take the threads of JAX, or torch, half with it."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver"))


@pytest.mark.parametrize("pool", [nullcontext, lambda: ThreadPoolExecutor(2), processes], ids=["here", "threads", "processes"])
def test_a_row_a_run(tmp_path, pool):
    with pool() as executor:
        table = sweep(study, GRID, executor, out=tmp_path / "runs.parquet")
    assert len(table) == 6 and table["error"].isna().all()
    row = table[(table["method"] == "rk4") & (table["H"] == 1.0)].iloc[0]
    assert abs(complex(row["re"], row["im"]) - (0.105105260738927 + 1.926832632793115j)) < 1e-12


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_after_work_in_the_parent_computes():
    # The threads of the parent's computations are not in the child: it must not wait for them.
    branches("rk4", np.full(20_000, -0.1 + 2j), 1.0)
    code = (
        "import os, numpy, lambdahat\n"
        "lambdahat.branches('rk4', numpy.full(20_000, -0.1 + 2j), 1.0)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    lambdahat.branches('rk4', numpy.full(20_000, -0.1 + 2j), 1.0)\n"
        "    os._exit(7)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_pool_that_forks_beside_a_framework_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", types.ModuleType("jax"))
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(1, mp_context=context) as executor, pytest.raises(ForkedThreadsError, match="forkserver"):
        sweep(study, GRID, executor, out=tmp_path / "runs")


def test_a_broken_parquet_file_is_told(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "1.parquet").write_text("half a file")
    with pytest.raises(OSError, match="cannot be read as Parquet"):
        sweep(study, GRID, out=tmp_path / "runs")


@pytest.fixture
def refused():
    """Runs code whose `folder` holds one Parquet file, after a change of rights, as a user to whom they apply; the last line of what it says."""

    def run(change, code):
        with tempfile.TemporaryDirectory() as above:
            folder = os.path.join(above, "runs")
            sweep(study, {"method": ["rk4"], "H": [1.0]}, out=folder)
            os.chmod(above, 0o755)
            change(folder, [os.path.join(folder, name) for name in os.listdir(folder)])
            # Rights bind everyone but root, who becomes nobody once everything is imported.
            before = (
                "import os, pandas, pyarrow.parquet, lambdahat\n"
                "from lambdahat import sweep\n"
                f"folder = {folder!r}\n"
                "study = lambda cell: {'twice': 2 * cell['H']}\n"
                "if os.geteuid() == 0:\n"
                "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            )
            told = subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, timeout=60)
            os.chmod(folder, 0o755)
        assert told.returncode == 1, told.stderr
        return told.stderr.strip().splitlines()[-1]

    return run


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="this system has no such rights")
def test_a_folder_that_cannot_be_written_is_told(refused):
    said = refused(lambda folder, _: os.chmod(folder, 0o555), "sweep(study, {'H': [1.0]}, out=folder)")
    assert said.startswith("PermissionError: ") and said.endswith("cannot be written to; choose another folder")


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="this system has no such rights")
def test_a_locked_parquet_file_is_told(refused):
    def lock(folder, parts):
        os.chmod(folder, 0o777)
        for part in parts:
            os.chmod(part, 0o000)

    said = refused(lock, "sweep(study, {'H': [1.0]}, out=folder)")
    assert said.startswith("PermissionError: ") and ".parquet cannot be read" in said


class Bare(Executor):
    """Each run in a Python of its own that finds the standard library only."""

    def submit(self, function, *arguments):
        code = "import pickle, sys\nfunction, arguments = pickle.load(sys.stdin.buffer)\nfunction(*arguments)"
        sent = pickle.dumps((function, arguments))
        done = subprocess.run([sys.executable, "-I", "-S", "-c", code], input=sent, capture_output=True, timeout=60)
        future = Future()
        future.set_exception(RuntimeError(done.stderr.decode().strip().splitlines()[-1]))
        return future


def test_workers_without_the_package_are_told(tmp_path):
    with pytest.raises(RuntimeError, match="No module named 'lambdahat'.*Workers need the same packages"):
        sweep(study, GRID, Bare(), out=tmp_path / "runs")


def test_silence_is_told(tmp_path, monkeypatch, capsys):
    # A worker that cannot import the study may never answer.
    monkeypatch.setattr("lambdahat.sweeps.SILENCE", 0.05)

    def late(cell):
        time.sleep(0.3)
        return {}

    with ThreadPoolExecutor(1) as executor:
        assert len(sweep(late, {"k": [1]}, executor, out=tmp_path / "runs")) == 1
    assert "can the workers import" in capsys.readouterr().err


def test_what_stands_is_not_run_again(tmp_path):
    log = str(tmp_path / "log")
    first = sweep(counted, {"k": [0, 1], "log": [log]}, out=tmp_path / "runs")
    both = sweep(counted, {"k": [0, 1, 3], "log": [log]}, out=tmp_path / "runs")
    assert len(first) == 2 and len(both) == 3
    assert open(log).read().split() == ["0", "1", "3"]


def test_a_run_that_fails_is_a_row(tmp_path):
    table = sweep(counted, {"k": [1, 2], "log": [str(tmp_path / "log")]}, out=tmp_path / "runs")
    assert list(table["error"].isna()) == [True, False]
    assert "fire" in table["error"][1]


def test_rows_are_in_the_grids_order_and_complex_numbers_are_two(tmp_path):
    def late(cell):
        time.sleep(0.1 * (2 - cell["k"]))
        return {"mode": cell["lam"] * cell["k"], "of numpy": np.complex64(1j)}

    with ThreadPoolExecutor(3) as executor:
        table = sweep(late, {"lam": [-0.1 + 2j], "k": np.arange(3)}, executor, out=tmp_path / "runs")
    assert list(table["k"]) == [0, 1, 2] and np.allclose(table["mode.im"], [0, 2, 4]) and (table["lam.re"] == -0.1).all()
    assert (table["of numpy.im"] == 1).all() and table["study"][0].endswith("late")
    # Numbers of Python are the same settings.
    assert sweep(late, {"lam": [-0.1 + 2j], "k": [0, 1, 2]}, out=tmp_path / "runs")["seconds"].equals(table["seconds"])


def test_prediction_and_training_over_everything(tmp_path):
    grid = {"system": ["damped-oscillator", "van-der-pol"], "loop": ["rk4", "torchdiffeq:dopri5:rtol=1e-2"], "H": [0.5], "noise": [0.0, 0.02], "seed": [0]}
    with ThreadPoolExecutor(2) as executor:
        table = sweep("predict", grid, executor, out=tmp_path / "runs")
    assert len(table) == 8 and table["error"].isna().all() and table["study"][0] == "lambdahat.studies.predicted"
    quiet = table[(table["system"] == "damped-oscillator") & (table["noise"] == 0)]
    assert np.allclose(quiet["lam.im"], 2, atol=1e-6) and np.isfinite(quiet["learned.re"]).all()
    fits = {"loop": ["rk4", "implicit-midpoint"], "H": [1.0], "noise": [0.0, 0.01], "model": ["linear", "polynomial:2"], "n": [40], "seed": [0]}
    table = sweep("fit", fits, out=tmp_path / "runs")
    assert len(table) == 8 and table["error"].isna().all()
    # A perfect fit is the truth at its own step size, whichever branch it landed on.
    assert np.allclose(np.hypot(table["implied.re"] + 0.1, table["implied.im"].abs() - 2)[table["noise"] == 0], 0, atol=1e-3)
    told = sweep("predict", {"loops": ["rk4"]}, out=tmp_path / "runs")["error"][0]
    assert told.startswith("ValueError: loops is no setting of this study")


def test_two_studies_share_a_folder(tmp_path):
    log = str(tmp_path / "log")
    first = sweep(counted, {"k": [0], "log": [log]}, out=tmp_path / "runs")
    second = sweep(slow, {"k": [0], "log": [log]}, out=tmp_path / "runs")
    assert first["key"][0] != second["key"][0] and open(log).read().split() == ["0", "0"]


def test_results_that_cannot_be_kept_are_told(tmp_path):
    with pytest.raises(TypeError, match="Parquet cannot hold"):
        sweep(lambda cell: {"array": np.array([1j])}, {"k": [0]}, out=tmp_path / "runs")
    table = sweep(lambda cell: None, {"k": [1]}, out=tmp_path / "runs")
    assert table["error"][0] == "TypeError: the study returned NoneType; it must return a dictionary of results"


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(FileExistsError):
        sweep(study, GRID, out=tmp_path / "runs")
    assert (tmp_path / "runs").read_text() == "mine"


@pytest.mark.timeout(180)
@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="dask's distributed is not installed")
def test_dask_loses_a_worker_and_no_run(tmp_path):
    from distributed import Client, LocalCluster

    log = str(tmp_path / "log")
    open(log, "w").close()
    grid = {"k": list(range(40)), "log": [log]}
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        victim = next(iter(cluster.workers.values())).process.pid

        def kill():
            while len(open(log).read().split()) < 5:
                time.sleep(0.01)
            os.kill(victim, signal.SIGKILL)
            by_then.extend(open(log).read().split())

        by_then = []
        killer = threading.Thread(target=kill)
        killer.start()
        table = sweep(slow, grid, client.get_executor(), out=tmp_path / "runs")
        killer.join()
        # Dask runs the dead worker's cells again by itself; what it gave up would be run by the next call.
        table = sweep(slow, grid, client.get_executor(), out=tmp_path / "runs")
    assert sorted(table["k"]) == list(range(40)) and table["key"].is_unique and table["error"].isna().all()
    # Only what the dead worker had begun, or done and not yet handed over, is begun twice.
    begun = open(log).read().split()
    twice = {k for k in begun if begun.count(k) > 1}
    assert twice <= set(by_then) and all(begun.count(k) == 2 for k in twice)


@pytest.mark.timeout(240)
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
def test_ray(tmp_path):
    import ray

    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    except Exception as error:
        pytest.skip(f"ray cannot start here: {error}")
    # This file is no module that workers could import.
    for name in (__name__, study.__module__):
        ray.cloudpickle.register_pickle_by_value(sys.modules[name])
    try:
        remote = ray.remote(_carried)

        class Pool(Executor):
            def submit(self, function, *arguments):
                return remote.remote(function, arguments).future()

        table = sweep(study, GRID, Pool(), out=tmp_path / "runs")
    finally:
        ray.shutdown()
    assert len(table) == 6 and table["error"].isna().all()


def _carried(function, arguments):
    return function(*arguments)
