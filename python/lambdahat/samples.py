"""Samples as people have them: arrays, data frames, labelled arrays; one or more trajectories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core

Trajectory = tuple[str | None, NDArray[np.float64], NDArray[np.float64]]

#: Columns that are taken as times, and as labels of trajectories, where none is named.
TIMES = ("t", "time", "times", "date", "datetime", "timestamp", "epoch", "year")
LABELS = (
    "trajectory", "traj", "run", "episode", "id", "subject", "trial", "experiment",
    "trajectory_id", "traj_id", "run_id", "episode_id", "subject_id", "trial_id", "experiment_id",
)
#: What pandas calls a column of row numbers that had no name.
INDEX = re.compile(r"Unnamed: \d+")


@dataclass(frozen=True)
class Reading:
    """How samples are read: which columns of a table are what, and what drives the system.

    Attributes
    ----------
    time, trajectory : str, optional
        Columns of a table; left out, they are found by their usual names.
    columns : sequence of str, optional
        The state's columns of a table; left out, all others.
    inputs : str, sequence of str, or array_like, optional
        Inputs u of ẋ = f(x, u): columns of a table, or arrays shaped as x with p columns. Columns named ``u:NAME`` always count.
    hold : {"zero", "linear"}
        What an input does until the next sample.
    time_unit : str, optional
        The unit of the times: ``s``, ``min``, ``h``, ``day``, …; dates are told in it.
    missing : number or sequence of numbers
        Values that mean a missing cell, such as -999; NaN always does.
    """

    time: str | None = None
    columns: Sequence[str] | None = None
    trajectory: str | None = None
    inputs: Any = None
    hold: str = "zero"
    time_unit: str | None = None
    missing: Any = ()


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
    inputs : list of str
        The names of the inputs, p of them.
    driven : list of ndarray
        The inputs of each trajectory, of shape (n, p); empty without inputs.
    hold : {"zero", "linear"}
        What an input does until the next sample.
    time_unit : str or None
        The unit of the times.
    """

    variables: list[str]
    trajectories: list[Trajectory]
    precision: str = "float64"
    inputs: list[str] = field(default_factory=list)
    driven: list[NDArray[np.float64]] = field(default_factory=list)
    hold: str = "zero"
    time_unit: str | None = None

    def arrays(self) -> dict[str, Any]:
        """What the compiled part takes."""
        driven: Sequence[NDArray[np.float64] | None] = self.driven or [None] * len(self.trajectories)
        return {
            "variables": self.variables,
            "inputs": self.inputs,
            "hold": self.hold,
            "time_unit": self.time_unit,
            "trajectories": [(*trajectory, inputs) for trajectory, inputs in zip(self.trajectories, driven)],
        }


def as_samples(t: Any, x: Any = None, reading: Reading = Reading()) -> Samples:
    """Whatever holds samples, as float64 trajectories.

    Parameters
    ----------
    t : array_like, DataFrame, DataArray or sequence of arrays
        Times of shape (n,); or a table with a time column or a time index (``x`` left out); or one array of times a trajectory.
    x : array_like or sequence of arrays, optional
        States of shape (n,), (n, d) or (trajectories, n, d), or one array of shape (n_k, d) a trajectory. Tensors of torch and arrays of
        jax are taken as numpy sees them.
    reading : Reading
        Which columns are what, inputs, and what means missing.

    Raises
    ------
    TypeError, ValueError
        Shapes that do not fit, values that are not real numbers; the message names them.

    Examples
    --------
    >>> as_samples([0.0, 0.5, 1.0], [[1, 0], [0.5, 0.2], [0.1, 0.3]]).variables
    ['x1', 'x2']
    """
    if t is None:
        raise TypeError("x needs the times t of its rows, or their spacing H where that is even")
    if x is None:
        samples = _from_table(t, reading)
    else:
        for name in ("time", "columns", "trajectory"):
            if getattr(reading, name) is not None:
                raise TypeError(f"{name} names a column of a table; with arrays t and x it means nothing")
        samples = _from_arrays(t, x, reading)
    samples = replace(samples, hold=reading.hold, time_unit=reading.time_unit)
    return _without(samples, np.atleast_1d(np.asarray(reading.missing, dtype=np.float64))) if np.size(reading.missing) else samples


def even_times(x: Any, interval: float) -> Any:
    """Times from 0 on, ``interval`` apart: one array for states of one shape, one a trajectory for several."""
    if not (interval > 0 and np.isfinite(interval)):
        raise ValueError(f"H = {interval}: give a positive number")
    if _ragged(x):
        return [np.arange(len(states)) * interval for states in x]
    shape = np.shape(x)
    return np.arange(shape[1] if len(shape) == 3 else len(x)) * interval


def _from_arrays(t: Any, x: Any, reading: Reading) -> Samples:
    t = [_times(a, "t", reading.time_unit) for a in t] if _ragged(t) else _times(t, "t", reading.time_unit)
    trajectories = _trajectories(t, x, "x")
    widths = {states.shape[1] for _, _, states in trajectories}
    if len(widths) != 1:
        raise ValueError(f"trajectories have {sorted(widths)} columns; each must have the same")
    names = getattr(x, "columns", None)
    variables = [str(name) for name in names] if names is not None else [f"x{j + 1}" for j in range(widths.pop())]
    samples = Samples(variables, trajectories, _precision(x if _ragged(x) else [x]))
    if reading.inputs is None:
        return samples
    if isinstance(reading.inputs, str) or (isinstance(reading.inputs, (list, tuple)) and any(isinstance(name, str) for name in reading.inputs)):
        raise TypeError("inputs by name belong to a table; with arrays t and x give an array with one row a sample")
    driven = [inputs for _, _, inputs in _trajectories(t, reading.inputs, "inputs")]
    if [len(a) for a in driven] != [len(states) for _, _, states in trajectories]:
        raise ValueError("inputs must have one row a sample, as x has")
    return replace(samples, inputs=[f"u{j + 1}" for j in range(driven[0].shape[1])], driven=driven)


def _trajectories(t: Any, x: Any, what: str) -> list[Trajectory]:
    if _ragged(x):
        clocks = list(t) if _ragged(t) or np.ndim(t) == 2 else [t] * len(x)
        if len(clocks) != len(x):
            raise ValueError(f"{len(x)} trajectories but {len(clocks)} arrays of times; give one array of times a trajectory, or one for all")
        return [(str(k), *_checked(a, b, f"trajectory {k}")) for k, (a, b) in enumerate(zip(clocks, x))]
    states = _floats(x, what)
    if states.ndim != 3:
        return [(None, *_checked(t, states, what))]
    times = _floats(t, "t")
    rows = times if times.ndim == 2 else np.broadcast_to(times, states.shape[:2]) if times.shape == states.shape[1:2] else None
    if rows is None or rows.shape != states.shape[:2]:
        raise ValueError(f"{what} of shape {states.shape} needs t of shape {states.shape[1:2]} or {states.shape[:2]}, not {times.shape}")
    return [(str(k), *_checked(a, b, f"trajectory {k}")) for k, (a, b) in enumerate(zip(rows, states))]


def _without(samples: Samples, missing: NDArray[np.float64]) -> Samples:
    """The same with these values as missing cells."""

    def blank(array: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.isin(array, missing), np.nan, array)

    return replace(samples, trajectories=[(k, t, blank(x)) for k, t, x in samples.trajectories], driven=[blank(u) for u in samples.driven])


def _precision(arrays: Sequence[Any]) -> str:
    """Single where some states are."""
    single = any("float32" in str(getattr(array, "dtype", "")) or "float16" in str(getattr(array, "dtype", "")) for array in arrays)
    return "float32" if single else "float64"


def _ragged(value: Any) -> bool:
    """Whether it is a list of arrays, one a trajectory."""
    return isinstance(value, (list, tuple)) and bool(value) and np.ndim(value[0]) >= 1 and hasattr(value[0], "shape")


def _from_table(table: Any, reading: Reading) -> Samples:
    if hasattr(table, "dims") and hasattr(table, "to_dataframe"):  # a Dataset, or a DataArray with a name
        table = table.to_pandas() if getattr(table, "ndim", 3) <= 2 and not hasattr(table, "data_vars") else table.to_dataframe()
        table = table.reset_index()
    table = _with_index(table, reading)
    columns = getattr(table, "columns", None)
    if columns is None:
        raise TypeError(f"give t and x, or a table with a time column; a {type(table).__name__} alone does not tell the times")
    names = [str(name) for name in columns]
    time = _column(names, reading.time, "time", TIMES)
    label = _column(names, reading.trajectory, "trajectory", LABELS)
    named = [reading.inputs] if isinstance(reading.inputs, str) else list(reading.inputs) if reading.inputs is not None else []
    inputs = [*named, *(name for name in names if name.startswith("u:") and name not in named)]
    free = [name for name in names if name not in inputs and name not in (reading.columns or ())]
    alike = [name for name in free if name.lower() in TIMES and not (name == "T" and "t" in names)]
    if reading.time is None and len(alike) > 1:
        raise ValueError(f"columns {alike[0]!r} and {alike[1]!r} both look like times; name one in time=…")
    if time is None:
        raise ValueError(f"no column named t or time among {', '.join(names)}; rename one, name it in time=…, or give t and x")
    others = (time, label, *inputs, *alike)
    variables = list(reading.columns) if reading.columns is not None else [name for name in names if name not in others]
    if reading.columns is None and variables and variables[0] == names[0] and INDEX.fullmatch(names[0]):
        variables = variables[1:]
    for name in [*variables, *inputs]:
        if name not in names:
            raise ValueError(f"no column {name!r} among {', '.join(names)}")
        if [time, label, *variables, *inputs].count(name) > 1:
            raise ValueError(f"column {name!r} is chosen twice; choose it once")

    def column(name: str) -> NDArray[Any]:
        return np.asarray(table[name] if name in columns else table[columns[names.index(name)]])

    def stacked(of: list[str]) -> NDArray[np.float64]:
        return np.column_stack([_floats(column(name), f"column {name!r}") for name in of]) if of else np.empty((0, 0))

    states, driven = stacked(variables), stacked(inputs)
    times, precision = _times(column(time), f"column {time!r}", reading.time_unit), _precision([column(name) for name in variables])
    if label is None:
        return Samples(variables, [(None, *_checked(times, states, "the table"))], precision, inputs, [driven] if inputs else [])
    labels = column(label).astype(str)
    every = [(name, labels == name) for name in dict.fromkeys(labels)]
    trajectories = [(name, *_checked(times[rows], states[rows], f"trajectory {name}")) for name, rows in every]
    return Samples(variables, trajectories, precision, inputs, [driven[rows] for _, rows in every] if inputs else [])


def _with_index(table: Any, reading: Reading) -> Any:
    """A table of pandas whose index holds the times, by its name or as dates, with them as a column."""
    index = getattr(table, "index", None)
    names = list(getattr(index, "names", ()))
    if names == [None] and str(getattr(index, "dtype", "")).startswith("datetime"):
        table, names = table.rename_axis("time"), ["time"]
    usual = (*TIMES, *LABELS, reading.time, reading.trajectory)
    meant = bool(names) and all(isinstance(name, str) and (name in usual or name.lower() in usual) for name in names)
    return table.reset_index() if meant and not set(names) & set(table.columns) else table


def _column(names: list[str], wanted: str | None, what: str, usual: Sequence[str]) -> str | None:
    """The column that is wanted, or one of a usual name."""
    if wanted is not None:
        if wanted not in names:
            raise ValueError(f"no column {wanted!r} for {what}=… among {', '.join(names)}")
        return wanted
    # `t` before `T`, which may be a temperature.
    lower = [name.lower() for name in names]
    return next((word if word in names else names[lower.index(word)] for word in usual if word in lower), None)


def _times(values: Any, what: str, unit: str | None) -> NDArray[np.float64]:
    """Times as numbers; dates as the time since the first and durations as they are, in seconds or in the unit that is named."""
    values = _instants(values)
    if isinstance(values, np.ndarray) and values.dtype.kind in "mM":
        seconds = 1.0 if unit is None else _core.seconds_in(unit)
        if seconds is None:
            raise ValueError(f"a {unit} is not always as long, so dates cannot be told in it; use days or seconds")
        since = values - values.flat[0] if values.dtype.kind == "M" and values.size else values
        return np.asarray(since / np.timedelta64(1, "s"), dtype=np.float64) / seconds
    return _floats(values, what)


def _instants(values: Any) -> Any:
    """Dates with a time zone, of Python or as ISO 8601 text, as numpy's in UTC; anything else as it is."""
    array = values if isinstance(values, np.ndarray) else None if hasattr(values, "detach") else np.asarray(values)
    if array is None or array.dtype.kind not in "OU" or not array.size:
        return values if array is None else array
    try:
        return np.array([_utc(value) for value in array.flat], dtype="datetime64[us]").reshape(array.shape)
    except (TypeError, ValueError):
        return array


def _utc(value: Any) -> datetime:
    """A moment without its zone, in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", value.strip()))
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is no date")
    to_python: Any = getattr(value, "to_pydatetime", None)  # a Timestamp of pandas
    moment: datetime = value if to_python is None else to_python(warn=False)
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo is not None else moment


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
        turned = "; transpose it" if times.ndim == 1 and states.ndim == 2 and states.shape[1] == len(times) else ""
        raise ValueError(f"{what} has shape {states.shape} and t has shape {times.shape}; t must be (n,) and the states (n, d){turned}")
    if not np.isfinite(times).all():
        at = int(np.argmin(np.isfinite(times)))
        raise ValueError(f"t[{at}] is {times[at]:g}; each time must be finite (a missing state is NaN in x)")
    return np.ascontiguousarray(times), np.ascontiguousarray(states)


def stacked_states(samples: Samples) -> NDArray[np.float64]:
    """All complete states, shape (n, d)."""
    every: Sequence[NDArray[np.float64]] = [states for _, _, states in samples.trajectories]
    states = np.concatenate(every) if every else np.empty((0, 1))
    complete = states[np.isfinite(states).all(axis=1)]
    if not len(complete):
        raise ValueError("the samples have no row without a missing value; give states at which the model can be asked")
    return complete


def usual_interval(samples: Samples) -> float:
    """The median of the intervals between one row and the next."""
    intervals = [np.diff(times) for _, times, _ in samples.trajectories if len(times) > 1]
    if not intervals:
        raise ValueError("the samples have no two rows after one another, so no sampling interval; give trajectories of two rows or more")
    return float(np.median(np.concatenate(intervals)))
