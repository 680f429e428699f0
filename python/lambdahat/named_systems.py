"""The built-in systems: vector fields with known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .documents import Document


class System:
    """A built-in dynamical system, ready to be called.

    Parameters
    ----------
    name : str
        ``"lotka-volterra"``, ``"lotka-volterra:alpha=2"``, or ``"linear:-0.1,-2;2,-0.1"`` for the matrix with these rows.

    Raises
    ------
    LambdahatError
        An unknown name or parameter, with those that there are.

    Examples
    --------
    >>> pendulum = System("pendulum")
    >>> pendulum([1.0, 2.0]).tolist()[0]
    2.0
    >>> pendulum.trajectory([0.5, 0.0], H=0.1, n=3).shape
    (4, 2)
    """

    def __init__(self, name: str) -> None:
        self._text, self._system = name, _core.System.parse(name)

    def __getstate__(self) -> str:
        return self._text

    def __setstate__(self, text: str) -> None:
        self._text, self._system = text, _core.System.parse(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, System) and (self.name, self.parameters) == (other.name, other.parameters)

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items())))

    def __repr__(self) -> str:
        return f"System({self._text!r})"

    @property
    def name(self) -> str:
        """Its name, without parameters."""
        return self._system.name

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters with their values."""
        return dict(self._system.parameters)

    @property
    def dimension(self) -> int:
        """d, the number of components of a state."""
        return self._system.dimension

    @property
    def interval(self) -> float:
        """A sampling interval for a first look."""
        return self._system.interval

    @property
    def starts(self) -> NDArray[np.float64]:
        """Starts for a first look, shape (n, d)."""
        return np.array(self._system.starts, dtype=np.float64).reshape(-1, self.dimension)

    @property
    def equilibria(self) -> NDArray[np.float64]:
        """Equilibria that are known in closed form, shape (n, d)."""
        return np.array(self._system.equilibria, dtype=np.float64).reshape(-1, self.dimension)

    def __call__(self, y: ArrayLike) -> NDArray[np.float64]:
        """f at states of shape (d,) or (..., d)."""
        states = np.asarray(y, dtype=np.float64)
        rows = np.ascontiguousarray(states.reshape(-1, states.shape[-1] if states.ndim else 1))
        return self._system.value(rows).reshape(states.shape)

    def trajectory(self, start: ArrayLike | None = None, H: float | None = None, n: int = 100) -> NDArray[np.float64]:
        """The exact states at 0, H, 2H, … nH, shape (n + 1, d).

        Parameters
        ----------
        start : array_like, shape (d,), optional
            Left out, the first of ``starts``.
        H : float, optional
            Left out, ``interval``.
        n : int
            Samples after the start.

        Returns
        -------
        ndarray, shape (n + 1, d)
        """
        begin = self.starts[0] if start is None else np.asarray(start, dtype=np.float64)
        return self._system.trajectory([float(value) for value in begin], self.interval if H is None else float(H), int(n))

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "dimension": self.dimension,
            "interval": self.interval,
            "starts": self.starts.tolist(),
            "equilibria": self.equilibria.tolist(),
        }

    def to_frame(self) -> Any:
        """One row a known equilibrium or start: ``kind`` and its components ``x1``, ``x2``, ….

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        rows = [("equilibrium", *point) for point in self.equilibria] + [("start", *point) for point in self.starts]
        return pandas.DataFrame(rows, columns=["kind", *(f"x{k + 1}" for k in range(self.dimension))])

    def _repr_html_(self) -> str:
        return Document(self.to_dict())._repr_html_()

    def plot(self, ax: Any = None, n: int = 400) -> Any:
        """Trajectories from its starts: in the plane for two components, against time otherwise.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        n : int
            Points along each.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import trajectories

        return trajectories([self.trajectory(start, self.interval / 8, n) for start in self.starts], self.interval / 8, self.name, ax)


def systems() -> list[str]:
    """The names of the built-in systems.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "lotka-volterra" in systems()
    True
    """
    return _core.system_names()
