"""Samples as people have them: arrays, data frames, labelled arrays; one or more trajectories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Trajectory = tuple[str | None, NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Samples:
    """Trajectories with the names of their columns.

    Attributes
    ----------
    variables : list of str
        The names of the state's components, d of them.
    trajectories : list of (label, times, states)
        Times of shape (n,), states of shape (n, d); NaN where a cell is missing.
    precision : {"float64", "float32"}
        That of the states as they came; all work is done in double precision.
    """

    variables: list[str]
    trajectories: list[Trajectory]
    precision: str = "float64"


def as_samples(t: Any, x: Any = None) -> Samples:
    """Whatever holds samples, as float64 trajectories.

    Parameters
    ----------
    t : array_like, DataFrame, DataArray or sequence of arrays
        Times of shape (n,); or a table with a time column (``x`` left out); or one array of times a trajectory.
    x : array_like or sequence of arrays, optional
        States of shape (n,), (n, d) or (trajectories, n, d), or one array of shape (n_k, d) a trajectory. Tensors of torch and arrays of
        jax are taken as numpy sees them.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, values that are not real numbers; the message names them.

    Examples
    --------
    >>> as_samples([0.0, 0.5, 1.0], [[1, 0], [0.5, 0.2], [0.1, 0.3]]).variables
    ['x1', 'x2']
    """
    if x is None:
        return _from_table(t)
    trajectories: list[Trajectory]
    if _ragged(x):
        clocks = list(t) if _ragged(t) or np.ndim(t) == 2 else [t] * len(x)
        if len(clocks) != len(x):
            raise ValueError(f"{len(x)} trajectories but {len(clocks)} arrays of times; give one array of times a trajectory, or one for all")
        trajectories = [(str(k), *_checked(a, b, f"trajectory {k}")) for k, (a, b) in enumerate(zip(clocks, x))]
    else:
        states = _floats(x, "x")
        if states.ndim == 3:
            times = _floats(t, "t")
            rows = times if times.ndim == 2 else np.broadcast_to(times, states.shape[:2]) if times.shape == states.shape[1:2] else None
            if rows is None or rows.shape != states.shape[:2]:
                raise ValueError(f"x of shape {states.shape} needs t of shape {states.shape[1:2]} or {states.shape[:2]}, not {times.shape}")
            trajectories = [(str(k), *_checked(a, b, f"trajectory {k}")) for k, (a, b) in enumerate(zip(rows, states))]
        else:
            trajectories = [(None, *_checked(t, states, "x"))]
    widths = {states.shape[1] for _, _, states in trajectories}
    if len(widths) != 1:
        raise ValueError(f"trajectories have {sorted(widths)} columns; each must have the same")
    names = getattr(x, "columns", None)
    variables = [str(name) for name in names] if names is not None else [f"x{j + 1}" for j in range(widths.pop())]
    return Samples(variables, trajectories, _precision(x if _ragged(x) else [x]))


def _precision(arrays: Sequence[Any]) -> str:
    """Single where some states are."""
    single = any("float32" in str(getattr(array, "dtype", "")) or "float16" in str(getattr(array, "dtype", "")) for array in arrays)
    return "float32" if single else "float64"


def _ragged(value: Any) -> bool:
    """Whether it is a list of arrays, one a trajectory."""
    return isinstance(value, (list, tuple)) and bool(value) and np.ndim(value[0]) >= 1 and hasattr(value[0], "shape")


def _from_table(table: Any) -> Samples:
    if hasattr(table, "to_pandas") and hasattr(table, "dims"):
        table = table.to_pandas().reset_index()
    columns = getattr(table, "columns", None)
    if columns is None:
        raise TypeError(f"give t and x, or a table with a time column; a {type(table).__name__} alone does not tell the times")
    names = [str(name) for name in columns]
    lower = [name.lower() for name in names]
    time = next((names[lower.index(word)] for word in ("t", "time", "date", "datetime", "timestamp") if word in lower), None)
    if time is None:
        raise ValueError(f"no column named t or time among {', '.join(names)}; rename one, or give t and x")
    label = next((names[lower.index(word)] for word in ("trajectory", "id", "run", "episode", "traj") if word in lower), None)
    variables = [name for name in names if name not in (time, label)]

    def column(name: str) -> NDArray[Any]:
        return np.asarray(table[name])

    stacked = np.column_stack([_floats(column(name), f"column {name!r}") for name in variables]) if variables else np.empty((0, 0))
    times, precision = _times(column(time), time), _precision([column(name) for name in variables])
    if label is None:
        return Samples(variables, [(None, *_checked(times, stacked, "the table"))], precision)
    labels = column(label).astype(str)
    order = list(dict.fromkeys(labels))
    return Samples(variables, [(name, *_checked(times[labels == name], stacked[labels == name], f"trajectory {name}")) for name in order], precision)


def _times(values: NDArray[Any], name: str) -> NDArray[np.float64]:
    """Times as numbers; dates as seconds since the first."""
    if np.issubdtype(values.dtype, np.datetime64):
        return np.asarray((values - values[0]) / np.timedelta64(1, "s"), dtype=np.float64)
    return _floats(values, f"column {name!r}")


def _floats(value: Any, what: str) -> NDArray[np.float64]:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    array = np.asarray(value)
    if array.dtype == object or not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise TypeError(f"{what} holds {array.dtype}, not numbers")
    if np.iscomplexobj(array):
        raise TypeError(f"{what} is complex; give real and imaginary parts as two columns")
    return array.astype(np.float64, copy=False)


def _checked(t: Any, x: Any, what: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    times, states = _floats(t, "t"), _floats(x, what)
    if states.ndim == 1:
        states = states[:, None]
    if times.ndim != 1 or states.ndim != 2 or times.shape[0] != states.shape[0]:
        raise ValueError(f"{what} has shape {states.shape} and t has shape {times.shape}; t must be (n,) and the states (n, d)")
    return np.ascontiguousarray(times), np.ascontiguousarray(states)


def stacked_states(samples: Samples) -> NDArray[np.float64]:
    """All complete states, shape (n, d)."""
    every: Sequence[NDArray[np.float64]] = [states for _, _, states in samples.trajectories]
    states = np.concatenate(every)
    return states[np.isfinite(states).all(axis=1)]
