"""Predictions beside real fits, as results."""

from __future__ import annotations

from typing import Any

from .documents import Document, number
from .predictions import Prediction


class Check(Prediction):
    """A prediction beside real fits: ``Prediction``'s fields and ``fits`` (``learned`` eigenvalues, their ``branch``), ``agrees``.

    Examples
    --------
    >>> from lambdahat import check
    >>> found = check(system="damped-oscillator", loop="heun2", seeds=3)
    >>> len(found.fits), found.agrees
    (3, True)
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        for fit in self._content["fits"]:
            for mode in fit["modes"]:
                rows.append(
                    {
                        "method": fit["method"],
                        "seed": fit["seed"],
                        "loss": fit["loss"],
                        "learned": number(mode["learned"]) if mode["learned"] is not None else None,
                        "branch": mode["branch"],
                        "error": mode["error"],
                    }
                )
        return rows

    def __repr__(self) -> str:
        return f"Check({self._content['source']!r}, {len(self._content['fits'])} fits, agrees={self._content['agrees']})"

    def __str__(self) -> str:
        """What ``print`` shows: the prediction, and whether the fits agree with it."""
        return f"{super().__str__()}\n{len(self._content['fits'])} fits {'agree' if self._content['agrees'] else 'disagree'}."

    def plot(self, ax: Any = None) -> Any:
        """Predicted branches (circles) and learned eigenvalues (dots) in the complex plane.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import checked

        predicted = [
            (number(mode["lambda"]), number(branch["lambda"]))
            for method in self._content["methods"]
            for mode in method["modes"]
            for branch in mode.get("branches", [])
            if branch["lambda"][0] is not None
        ]
        return checked(predicted, [row["learned"] for row in self._rows() if row["learned"] is not None], ax)


class CalledCheck(Document):
    """What a library's call is predicted to learn by its own steps, beside fits through it: ``modes``, ``fits``, ``agrees``.

    Attributes
    ----------
    modes : list
        ``lambda``, the true eigenvalue, and ``predicted``, the λ̂ without loss; numbers as ``[re, im]``, in one over the unit of time.
    fits : list
        A row a start: ``seed``, ``loss``, ``fitted`` and its ``modes`` with ``learned``, ``nearest`` and ``error``.
    agrees : bool
        Whether every fit of small loss sits on a prediction.

    Examples
    --------
    >>> from lambdahat import check
    >>> check(system="damped-oscillator", loop="torchdiffeq:rk4:step_size=0.5", seeds=2, n=20).agrees
    True
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        for fit in self._content["fits"]:
            for mode, landed in zip(self._content["modes"], fit["modes"]):
                rows.append(
                    {
                        "call": self._content["call"],
                        "seed": fit["seed"],
                        "loss": fit["loss"],
                        "learned": number(landed["learned"]),
                        "predicted": number(mode["predicted"][landed["nearest"]]),
                        "error": landed["error"],
                    }
                )
        return rows

    def plot(self, ax: Any = None) -> Any:
        """Predicted λ̂ (circles) and learned eigenvalues (dots) in the complex plane.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import checked

        predicted = [(number(mode["lambda"]), number(one)) for mode in self._content["modes"] for one in mode["predicted"]]
        return checked(predicted, [row["learned"] for row in self._rows()], ax)
