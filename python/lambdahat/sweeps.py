"""Studies over grids of settings, on any executor, resumable."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, as_completed, wait
from functools import partial
from typing import Any

from . import __version__

#: Frameworks whose threads do not survive a fork: what waits for them in the child waits for ever.
THREADED = ("jax", "torch", "tensorflow")


class ForkedThreadsError(RuntimeError):
    """A pool that forks beside a framework whose threads do not survive a fork."""


#: Seconds without a run after which it is said that workers may lack a module.
SILENCE = 60.0
#: Rows are kept at least this often, in seconds.
KEEP_EVERY = 5.0


def cells(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every combination of the grid's values.

    >>> cells({"H": [0.5, 1.0], "seed": [0, 1]})[1]
    {'H': 0.5, 'seed': 1}
    """
    return [dict(zip(grid, values)) for values in itertools.product(*grid.values())]


def key(study: str, cell: Mapping[str, Any]) -> str:
    """The identity of a run: equal settings of one study have equal keys, whatever their order.

    >>> key("here.study", {"a": 1, "b": 2}) == key("here.study", {"b": 2, "a": 1}) != key("here.other", {"a": 1, "b": 2})
    True
    """
    return hashlib.sha256(json.dumps([study, cell], sort_keys=True, default=_plain).encode()).hexdigest()[:24]


def _plain(value: Any) -> Any:
    """A scalar of numpy as Python's own, anything else as text."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else str(value)


def sweep(
    study: str | Callable[[dict[str, Any]], Mapping[str, Any]],
    grid: Mapping[str, Sequence[Any]] | Iterable[dict[str, Any]],
    executor: Executor | None = None,
    out: str | os.PathLike[str] = "runs.parquet",
    progress: bool = True,
) -> Any:
    """Run a study for every cell of a grid and keep one row a run.

    Parameters
    ----------
    study : {"predict", "fit"} or callable
        "predict" predicts and "fit" trains over any of ``system``, ``loop``, ``H``, ``m``, ``n`` (samples after each start), ``noise``
        (relative), ``seed``, and for "fit" ``model``; see ``lambdahat.studies``. A function of your own takes a cell (a dictionary of
        settings) and returns a dictionary of results: numbers, text, or lists of them. It must pickle for executors of processes.
    grid : mapping of sequences, or iterable of cells
        Every combination of the values is a cell.
    executor : concurrent.futures.Executor, optional
        Threads, processes (``ProcessPoolExecutor(mp_context=multiprocessing.get_context("forkserver"))`` where JAX or torch is loaded),
        ``distributed.Client().get_executor()``, …; left out, the runs follow one another here.
    out : path
        A folder of Parquet files (``pandas.read_parquet`` reads it as one table). Cells of this study that stand there already are not run
        again, so that an interrupted sweep goes on where it ended; rows are only ever added. A study is known by its name: after a change of
        what it computes, take another folder.
    progress : bool
        A line on standard error.

    Returns
    -------
    pandas.DataFrame
        A row a cell, in the grid's order: the settings, the results, ``seconds``, ``error`` (the message where a run failed), ``study`` (its
        name), ``key`` and ``lambdahat`` (the version). A complex number z takes two columns, ``z.re`` and ``z.im``.

    Raises
    ------
    ImportError
        Without pandas and pyarrow.
    TypeError
        A study that is not callable, a grid without lists of values, an executor that takes no runs, results that Parquet cannot hold.
    ForkedThreadsError
        A ``ProcessPoolExecutor`` that forks while JAX or torch is loaded: its runs would hang. The message says how to make the pool.
    FileExistsError, PermissionError, OSError
        Where ``out`` is a file, cannot be written to, or holds a Parquet file that cannot be read.

    Examples
    --------
    >>> import os, tempfile
    >>> def study(cell):
    ...     return {"re": float(branches("rk4", -0.1 + 2j, cell["H"]).principal[0].real)}
    >>> from lambdahat import branches
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = sweep(study, {"H": [0.5, 1.0]}, out=os.path.join(folder, "runs.parquet"))
    >>> [value > 0 for value in table["re"]]
    [False, True]

    Prediction over loops, intervals and noise, without a study of one's own:

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = sweep("predict", {"loop": ["rk4", "implicit-midpoint"], "H": [1.0], "noise": [0.0, 0.01]}, out=folder)
    >>> table["verdict"].tolist()
    ['artifact', 'artifact', 'distorted', 'distorted']
    """
    import pandas

    if isinstance(study, str):
        study = _study(study)
    _refuse_fork(executor)
    name = _name(study, executor)
    store = _Store(out)
    wanted = {key(name, cell): cell for cell in _todo(grid)}
    waiting = {k: cell for k, cell in wanted.items() if k not in store.keys}
    meter = _Meter(len(wanted), len(wanted) - len(waiting), progress)
    try:
        if executor is None:
            for k, cell in waiting.items():
                store.add(_run(study, cell, k))
                meter.step()
        else:
            lost: list[str] = []
            futures = {executor.submit(_run, study, cell, k): k for k, cell in waiting.items()}
            if not wait(futures, timeout=SILENCE, return_when=FIRST_COMPLETED).done and futures:
                print(f"no run has come back after {SILENCE:g} s: can the workers import {getattr(study, '__module__', 'the study')} and lambdahat?", file=sys.stderr)
            for future in as_completed(futures):
                try:
                    store.add(future.result())
                except Exception as error:  # a worker died, or the run could not travel: the cell may be tried again later
                    lost.append(f"{futures[future]}: {error}")
                meter.step()
            if lost:
                said = f"{len(lost)} of {len(waiting)} runs were lost with their workers; call sweep again to run them (the first: {lost[0]})"
                if len(lost) == len(waiting):
                    raise RuntimeError(f"no run came back from the executor: {lost[0].split(': ', 1)[-1]}. Workers need the same packages as this process")
                print(said, file=sys.stderr)
    finally:
        store.keep()
        meter.end()
    table = store.table()
    if not len(table):
        return pandas.DataFrame()
    order = {k: place for place, k in enumerate(wanted)}
    return table[table["key"].isin(order)].sort_values("key", key=lambda column: column.map(order)).reset_index(drop=True)


def _study(name: str) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    from .studies import STUDIES

    if name not in STUDIES:
        raise ValueError(f"there is no study {name!r}; there are {', '.join(map(repr, STUDIES))}, or give a function of a cell")
    return STUDIES[name]


def _name(study: Any, executor: Any) -> str:
    """The name by which a study is known, after a look at both."""
    if not callable(study):
        raise TypeError(f"the study is a function of a cell, not {type(study).__name__}")
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(f"{type(executor).__name__} is no executor: it has no submit(function, …); see concurrent.futures.Executor")
    if isinstance(study, partial):
        return f"{_name(study.func, None)} of {study.args!r}, {study.keywords!r}"
    return f"{getattr(study, '__module__', '')}.{getattr(study, '__qualname__', type(study).__qualname__)}"


def _todo(grid: Any) -> list[dict[str, Any]]:
    """The cells of a grid, or those given."""
    if isinstance(grid, Mapping):
        for name, values in grid.items():
            if isinstance(values, str) or not isinstance(values, Iterable):
                raise TypeError(f"the grid's {name!r} is {values!r:.60}; give a list of values")
        return cells(grid)
    given: list[Any] = list(grid) if isinstance(grid, Iterable) and not isinstance(grid, str) else [grid]
    out: list[dict[str, Any]] = []
    for cell in given:
        if not isinstance(cell, Mapping):
            raise TypeError(f"the grid holds {cell!r:.60}; give lists of values by name, or a list of cells (dictionaries)")
        out.append({**cell})
    return out


def _refuse_fork(executor: Any) -> None:
    """A forked child has the framework's locks, but none of its threads."""
    context = getattr(executor, "_mp_context", None)
    if context is None or context.get_start_method() != "fork":
        return
    loaded = [name for name in THREADED if name in sys.modules]
    if loaded:
        raise ForkedThreadsError(
            f"this pool forks, and the threads of {' and '.join(loaded)} do not survive a fork: its runs would hang. Make it with "
            'ProcessPoolExecutor(mp_context=multiprocessing.get_context("forkserver"))'
        )


def _run(study: Callable[[dict[str, Any]], Mapping[str, Any]], cell: dict[str, Any], k: str) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        returned, error = study(dict(cell)), None
        if not isinstance(returned, Mapping):
            raise TypeError(f"the study returned {type(returned).__name__}; it must return a dictionary of results")
        results = dict(returned)
    except Exception as failure:  # the row says what went wrong, and the others go on
        results, error = {}, f"{type(failure).__name__}: {failure}"
    told = {"seconds": time.perf_counter() - start, "error": error, "study": _name(study, None), "key": k, "lambdahat": __version__}
    return {**_flat(cell), **_flat(results), **told}


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a complex number as two, which Parquet can hold."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        # Python's complex, and numpy's of any size.
        if isinstance(value, complex) or type(value).__name__.startswith("complex"):
            out |= {f"{name}.re": float(value.real), f"{name}.im": float(value.imag)}
        else:
            out[name] = value
    return out


class _Store:
    """Rows in a folder of Parquet files, each written whole or not at all; a key that stands twice counts once."""

    def __init__(self, out: str | os.PathLike[str]) -> None:
        self._folder, self._kept = os.fspath(out), time.monotonic()
        self._rows: list[dict[str, Any]] = []
        if os.path.isfile(self._folder):
            raise FileExistsError(f"{self._folder} is a file; a sweep keeps a folder of that name: choose another")
        os.makedirs(self._folder, exist_ok=True)
        if not os.access(self._folder, os.W_OK):
            raise PermissionError(f"{self._folder} cannot be written to; choose another folder")
        self._tables = [_read(part) for part in self._parts()]
        self.keys = {k for table in self._tables for k in table["key"]}

    def _parts(self) -> list[str]:
        return [os.path.join(self._folder, name) for name in sorted(os.listdir(self._folder)) if name.endswith(".parquet")]

    def add(self, row: dict[str, Any]) -> None:
        if row["key"] in self.keys:
            return
        self.keys.add(row["key"])
        self._rows.append(row)
        if time.monotonic() - self._kept > KEEP_EVERY:
            self.keep()

    def keep(self) -> None:
        import pandas

        if not self._rows:
            return
        table = pandas.DataFrame(self._rows)
        name = f"{time.time_ns()}-{os.getpid()}.parquet"
        hidden = os.path.join(self._folder, f".{name}.part")
        try:
            table.to_parquet(hidden)
        except (ValueError, TypeError, NotImplementedError) as error:  # what pyarrow raises of values
            if os.path.exists(hidden):
                os.remove(hidden)
            said = " ".join(map(str, error.args))
            raise TypeError(f"Parquet cannot hold what the study returned ({said}); return numbers, text, or lists of them, one kind a name") from error
        os.replace(hidden, os.path.join(self._folder, name))
        self._tables.append(table)
        self._rows, self._kept = [], time.monotonic()

    def table(self) -> Any:
        import pandas

        filled = [table for table in self._tables if len(table)]
        return pandas.concat(filled, ignore_index=True).drop_duplicates("key") if filled else pandas.DataFrame()


def _read(part: str) -> Any:
    import pandas

    try:
        table = pandas.read_parquet(part)
    except PermissionError as error:
        raise PermissionError(f"{part} cannot be read: you may not open it; change its rights, or choose another folder") from error
    except (OSError, ValueError) as error:
        raise OSError(f"{part} cannot be read as Parquet ({error}); move it away, or choose another folder") from error
    if "key" not in table:
        raise OSError(f"{part} is not of a sweep: it has no column `key`; choose another folder")
    return table


class _Meter:
    """A line on standard error, not more than ten times a second, on terminals only."""

    def __init__(self, total: int, done: int, on: bool) -> None:
        self._total, self._done, self._last, self._start = total, done, 0.0, time.monotonic()
        self._on = on and sys.stderr.isatty()

    def step(self) -> None:
        self._done += 1
        now = time.monotonic()
        if self._on and now - self._last > 0.1:
            self._last = now
            print(f"\r{self._done} of {self._total} runs, {now - self._start:.0f} s", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._on:
            print(f"\r{self._done} of {self._total} runs, {time.monotonic() - self._start:.0f} s", file=sys.stderr)
