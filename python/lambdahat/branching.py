"""Every eigenvalue that a fit through a method can land on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .documents import html_table, number
from .loops import Loop, as_loop
from .schemes import Method


@dataclass(frozen=True, eq=False)
class BranchTable:
    """All λ̂ for an array of modes.

    Attributes
    ----------
    method : str
        The method's name.
    lam : ndarray of complex, shape (...)
        The true modes λ.
    interval : float
        H, in the data's unit of time.
    substeps : int
        m steps of size H/m from sample to sample.
    learned : ndarray of complex, shape (..., n)
        Every solution λ̂ of ``R(hλ̂)**m == exp(Hλ)``, in no particular order; infinite where a solution lies at infinity.
    radius : ndarray of float, shape (..., n)
        Each disc of this radius about ``learned`` holds exactly one solution (certified).
    index : ndarray of int, shape (...)
        Which of them is the principal one, continued from z = 0; −1 where that is not defined.
    complete : bool
        Whether these are proved to be all. Of a call that controls its steps they are those that were found, rows filled up with NaN.

    Examples
    --------
    >>> table = branches("implicit-midpoint", [-0.1 + 2j, -0.5], 1.0)
    >>> table.lam.shape, table.learned.shape, bool(table.radius.max() < 1e-13)
    ((2,), (2, 1), True)
    """

    method: str
    lam: NDArray[np.complex128]
    interval: float
    substeps: int
    learned: NDArray[np.complex128]
    radius: NDArray[np.float64]
    index: NDArray[np.int64]
    complete: bool = True

    @property
    def principal(self) -> NDArray[np.complex128]:
        """The principal λ̂ of each mode, shape (...); NaN where there is none."""
        picked = np.take_along_axis(self.learned, np.maximum(self.index, 0)[..., None], axis=-1)[..., 0]
        return np.atleast_1d(np.where(self.index < 0, complex(np.nan, np.nan), picked))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BranchTable):
            return NotImplemented
        same = (self.method, self.interval, self.substeps) == (other.method, other.interval, other.substeps)
        return same and np.array_equal(self.lam, other.lam) and np.array_equal(self.learned, other.learned, equal_nan=True)

    def __repr__(self) -> str:
        return f"BranchTable({self.method!r}, {self.lam.size} modes, {self.learned.shape[-1]} branches each, interval={self.interval}, substeps={self.substeps})"

    def to_dict(self) -> dict[str, Any]:
        """Plain values; arrays stay arrays."""
        return {name: getattr(self, name) for name in ("method", "lam", "interval", "substeps", "learned", "radius", "index", "complete")}

    def _repr_html_(self) -> str:
        columns = self._columns()
        return html_table(repr(self), [dict(zip(columns, row)) for row in zip(*(column[:20].tolist() for column in columns.values()))])

    def to_frame(self) -> Any:
        """One row a branch: ``mode``, ``lam``, ``learned``, ``radius``, ``principal``.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        return pandas.DataFrame(self._columns())

    def _columns(self) -> dict[str, NDArray[Any]]:
        count = self.learned.shape[-1]
        modes, indices = np.repeat(np.arange(self.lam.size), count), np.repeat(self.index.ravel(), count)
        return {
            "mode": modes,
            "lam": np.repeat(self.lam.ravel(), count),
            "learned": self.learned.ravel(),
            "radius": self.radius.ravel(),
            "principal": np.tile(np.arange(count), self.lam.size) == indices,
        }

    def plot(self, ax: Any = None) -> Any:
        """The plane of λ̂: truth (black), principal branches (blue), other branches (orange).

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import plane

        title = f"Learned through {self.method}, one sample every {self.interval:g}"
        return plane(title, self.lam, self.learned, self.principal, ax)


def branches(
    method: str | os.PathLike[str] | Method | Loop, lam: ArrayLike, H: float, m: int = 1, *, starts: ArrayLike | None = None
) -> BranchTable:
    """Every λ̂ that a fit through a method can learn from each mode.

    Parameters
    ----------
    method : str, path, Method or Loop
        The integrator in the training loop. A call with steps of its own (``"torchdiffeq:dopri5:rtol=1e-2"``) is followed step by step, some
        tens of milliseconds a mode.
    lam : array_like of complex, any shape
        The true modes λ, per unit of time.
    H : float
        The sampling interval.
    m : int
        Integrator steps from sample to sample.
    starts : array_like of complex, optional
        For a call that controls its steps: the mode's amplitudes x + iy in the batch of starts that it integrates at once, which enter its error
        norm. Left out, one of size 1.

    Returns
    -------
    BranchTable

    Raises
    ------
    LambdahatError
        An unknown method, |Re Hλ| ≥ 700, an interval that is not positive, a λ that is not finite.
    TypeError
        What should be numbers is not.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

    Examples
    --------
    >>> found = branches("rk4", -0.1 + 2j, 1.0)
    >>> found.learned.shape
    (1, 4)
    >>> float(found.principal.real[0]) > 0
    True
    """
    modes, interval = np.atleast_1d(_numbers(lam, "lam")), _one(H, "H")
    call = as_loop(method, m)
    own = call.own_steps
    if own is not None and own.substeps(interval) is None:
        batch = None if starts is None else np.ascontiguousarray(np.ravel(_numbers(starts, "starts")))
        return _found(own, modes, interval, batch)
    scheme, substeps = call.method(interval)
    learned, radius, index = scheme._scheme.branches(np.ascontiguousarray(modes.ravel()), interval, substeps)
    shape = modes.shape
    return BranchTable(
        scheme.name, modes, interval, substeps, learned.reshape(*shape, -1) if modes.size else learned, radius.reshape(*shape, -1) if modes.size else radius, index.reshape(shape)
    )


def _numbers(value: ArrayLike, what: str) -> NDArray[np.complex128]:
    try:
        return np.asarray(value, dtype=np.complex128)
    except (TypeError, ValueError):
        raise TypeError(f"{what} holds something that is no number: {value!r:.60}") from None


def _one(value: Any, what: str) -> float:
    if isinstance(value, str) or np.ndim(value) != 0:
        raise TypeError(f"{what} is one number, not {value!r:.60}")
    return float(value)


def _found(call: _core.Call, modes: NDArray[np.complex128], interval: float, starts: NDArray[np.complex128] | None) -> BranchTable:
    """What a call with steps of its own can learn from each mode, in the order of their distance from it."""
    rows = [json.loads(call.branches(complex(lam), interval, starts))["branches"] for lam in modes.ravel()]
    count = max(map(len, rows), default=0)
    learned = np.full((len(rows), count), complex(np.nan, np.nan))
    radius, index = np.full((len(rows), count), np.nan), np.full(len(rows), -1, dtype=np.int64)
    for k, row in enumerate(rows):
        learned[k, : len(row)] = [number(one["lambda"]) for one in row]
        radius[k, : len(row)] = [one["radius"] for one in row]
        index[k] = next((j for j, one in enumerate(row) if one["principal"]), -1)
    shape = modes.shape
    return BranchTable(call.name, modes, interval, 1, learned.reshape(*shape, count), radius.reshape(*shape, count), index.reshape(shape), False)
