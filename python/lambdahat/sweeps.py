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
from typing import Any, cast

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


def key(cell: Mapping[str, Any]) -> str:
    """The identity of a cell: equal settings have equal keys, whatever their order."""
    return hashlib.sha256(json.dumps(cell, sort_keys=True, default=str).encode()).hexdigest()[:24]


def sweep(
    study: Callable[[dict[str, Any]], Mapping[str, Any]],
    grid: Mapping[str, Sequence[Any]] | Iterable[dict[str, Any]],
    executor: Executor | None = None,
    out: str | os.PathLike[str] = "runs.parquet",
    progress: bool = True,
) -> Any:
    """Run a study for every cell of a grid and keep one row a run.

    Parameters
    ----------
    study : callable
        Takes a cell (a dictionary of settings) and returns a dictionary of results. It must pickle for executors of processes.
    grid : mapping of sequences, or iterable of cells
        Every combination of the values is a cell.
    executor : concurrent.futures.Executor, optional
        Threads, processes (``ProcessPoolExecutor(mp_context=multiprocessing.get_context("forkserver"))`` where JAX or torch is loaded),
        ``distributed.Client().get_executor()``, …; left out, the runs follow one another here.
    out : path
        A folder of Parquet files (``pandas.read_parquet`` reads it as one table). Cells that stand there already are not run again, so that
        an interrupted sweep goes on where it ended; rows are only ever added.
    progress : bool
        A line on standard error.

    Returns
    -------
    pandas.DataFrame
        All rows: the settings, the results, ``seconds``, ``error`` (the message where a run failed), ``key`` and ``lambdahat`` (the version).

    Raises
    ------
    ImportError
        Without pandas and pyarrow.
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
    """
    import pandas

    _refuse_fork(executor)
    todo = cells(cast("Mapping[str, Sequence[Any]]", grid)) if isinstance(grid, Mapping) else [dict(cell) for cell in grid]
    store = _Store(out)
    wanted = {key(cell): cell for cell in todo}
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
    return table[table["key"].isin(list(wanted))].reset_index(drop=True) if len(table) else pandas.DataFrame()


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
        results, error = dict(study(dict(cell))), None
    except Exception as failure:  # the row says what went wrong, and the others go on
        results, error = {}, f"{type(failure).__name__}: {failure}"
    return {**cell, **results, "seconds": time.perf_counter() - start, "error": error, "key": k, "lambdahat": __version__}


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
        table.to_parquet(hidden)
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
