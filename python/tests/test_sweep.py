"""Sweeps: one row a run, resumable, on executors."""

import importlib.util
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from lambdahat import branches, sweep

if importlib.util.find_spec("pyarrow") is None:
    pytest.skip("pyarrow is not installed", allow_module_level=True)

GRID = {"method": ["rk4", "heun2"], "H": [0.5, 1.0, 2.0]}


def study(cell):
    principal = branches(cell["method"], -0.1 + 2j, cell["H"]).principal[0]
    return {"re": principal.real, "im": principal.imag}


def counted(cell):
    with open(cell["log"], "a") as file:
        file.write(f"{cell['k']}\n")
    if cell["k"] == 2 and not os.path.exists(cell["log"] + ".second"):
        open(cell["log"] + ".second", "w").close()
        raise RuntimeError("the machine caught fire")
    return {"square": cell["k"] ** 2}


@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor, ProcessPoolExecutor])
def test_a_row_a_run(tmp_path, pool):
    if pool is None:
        table = sweep(study, GRID, out=tmp_path / "runs.parquet")
    else:
        with pool(2) as executor:
            table = sweep(study, GRID, executor, out=tmp_path / "runs.parquet")
    assert len(table) == 6 and table["error"].isna().all()
    row = table[(table["method"] == "rk4") & (table["H"] == 1.0)].iloc[0]
    assert abs(complex(row["re"], row["im"]) - (0.105105260738927 + 1.926832632793115j)) < 1e-12


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


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "runs").write_text("mine")
    with pytest.raises(FileExistsError):
        sweep(study, GRID, out=tmp_path / "runs")
    assert (tmp_path / "runs").read_text() == "mine"


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="dask's distributed is not installed")
def test_dask(tmp_path):
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, Client(cluster) as client:
        grid = {"method": ["rk4"], "H": list(np.linspace(0.1, 1.0, 30))}
        executor = client.get_executor()
        victim = next(iter(cluster.workers.values()))
        client.loop.call_later(0.05, lambda: client.loop.add_callback(victim.kill))
        table = sweep(study, grid, executor, out=tmp_path / "runs")
        table = sweep(study, grid, client.get_executor(), out=tmp_path / "runs")
    assert len(table) == 30 and table["key"].is_unique
