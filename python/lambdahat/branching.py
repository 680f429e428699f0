"""Every eigenvalue that a fit through a method can land on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .schemes import Method, as_method


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
    """

    method: str
    lam: NDArray[np.complex128]
    interval: float
    substeps: int
    learned: NDArray[np.complex128]
    radius: NDArray[np.float64]
    index: NDArray[np.int64]

    @property
    def principal(self) -> NDArray[np.complex128]:
        """The principal λ̂ of each mode, shape (...); NaN where there is none."""
        picked = np.take_along_axis(self.learned, np.maximum(self.index, 0)[..., None], axis=-1)[..., 0]
        return np.atleast_1d(np.where(self.index < 0, complex(np.nan, np.nan), picked))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BranchTable):
            return NotImplemented
        same = (self.method, self.interval, self.substeps) == (other.method, other.interval, other.substeps)
        return same and np.array_equal(self.lam, other.lam) and np.array_equal(self.learned, other.learned)

    def __repr__(self) -> str:
        return f"BranchTable({self.method!r}, {self.lam.size} modes, {self.learned.shape[-1]} branches each, interval={self.interval}, substeps={self.substeps})"

    def to_frame(self) -> Any:
        """One row a branch: ``mode``, ``lam``, ``learned``, ``radius``, ``principal``.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        count = self.learned.shape[-1]
        modes, indices = np.repeat(np.arange(self.lam.size), count), np.repeat(self.index.ravel(), count)
        return pandas.DataFrame(
            {
                "mode": modes,
                "lam": np.repeat(self.lam.ravel(), count),
                "learned": self.learned.ravel(),
                "radius": self.radius.ravel(),
                "principal": np.tile(np.arange(count), self.lam.size) == indices,
            }
        )

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

        return plane(self, ax)


def branches(method: str | os.PathLike[str] | Method, lam: ArrayLike, H: float, m: int = 1) -> BranchTable:
    """Every λ̂ that a fit through a method can learn from each mode.

    Parameters
    ----------
    method : str, path or Method
        The integrator in the training loop.
    lam : array_like of complex, any shape
        The true modes λ, per unit of time.
    H : float
        The sampling interval.
    m : int
        Integrator steps from sample to sample.

    Returns
    -------
    BranchTable

    Raises
    ------
    LambdahatError
        An unknown method, |Re Hλ| ≥ 700, an interval that is not positive, a λ that is not finite.

    Examples
    --------
    >>> found = branches("rk4", -0.1 + 2j, 1.0)
    >>> found.learned.shape
    (1, 4)
    >>> float(found.principal.real[0]) > 0
    True
    """
    scheme = as_method(method)
    modes = np.atleast_1d(np.asarray(lam, dtype=np.complex128))
    learned, radius, index = scheme._scheme.branches(np.ascontiguousarray(modes.ravel()), float(H), int(m))
    shape = modes.shape
    return BranchTable(
        scheme.name, modes, float(H), int(m), learned.reshape(*shape, -1) if modes.size else learned, radius.reshape(*shape, -1) if modes.size else radius, index.reshape(shape)
    )
