"""Figures that are data first: what each panel shows in its own coordinates, with the numbers behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import _core
from .documents import Document
from .schemes import Method, source

Names = str | os.PathLike[str] | Method
Window = tuple[float, float]


class Picture(Document):
    """A result with a figure: ``facts`` (named numbers) and ``figure`` (its panels as data)."""

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        return [{"fact": name, "value": value} for name, value in self._content["figure"]["facts"].items()]

    def __repr__(self) -> str:
        figure = self._content["figure"]
        return f"{type(self).__name__}({figure['title']!r}, {len(figure['panels'])} panels)"

    def plot(self, ax: Any = None) -> Any:
        """Draw it in matplotlib, in the colours of this project (Okabe & Ito).

        Parameters
        ----------
        ax : matplotlib.axes.Axes or array of them, optional
            One axes draws the first panel only; an array as many as it has.

        Returns
        -------
        matplotlib.axes.Axes or ndarray of them
        """
        from .plots import panels

        return panels(self._content["figure"], ax)


class Regions(Picture):
    """Stability regions: ``regions`` (``method``, ``area``, ``area_uncertainty``, ``boundary_curves`` of each), ``window``, ``figure``.

    Examples
    --------
    >>> sorted(region(["heun2", "rk4"]).regions[0].to_dict())
    ['area', 'area_uncertainty', 'boundary_curves', 'method']
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        return list(self._content["regions"])


class LearnedMap(Picture):
    """Over the plane of the true hλ, what the principal branch becomes; ``facts`` has the share of decaying modes learned as growing.

    Examples
    --------
    >>> map("forward-euler", re=(-1.0, 0.5), im=(0.0, 2.0)).figure.name
    'map'
    """

    __slots__ = ()


class Basins(Picture):
    """Which start lands on which branch; ``facts`` has the predicted share of each branch, optimizer and width of start.

    Examples
    --------
    >>> sorted(set(basins("heun2", starts=50).to_frame()["optimizer"]))
    ['Adam', 'Gauss–Newton', 'gradient flow']
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        rows = []
        for name, share in self._content["facts"].items():
            if not name.startswith("share of branch "):
                continue
            branch, way, width = name.removeprefix("share of branch ").split(", ")
            rows.append({"branch": int(branch), "optimizer": way, "width": float(width.removeprefix("width ")), "share": share})
        return rows


def region(methods: Names | Iterable[Names], re: Window = (-5.0, 2.0), im: Window = (-4.0, 4.0)) -> Regions:
    """Stability regions {|R(z)| ≤ 1}, their areas in a window and their boundaries.

    Parameters
    ----------
    methods : str, path, Method or several
    re, im : pairs of float
        The window of z = hλ.

    Returns
    -------
    Regions

    Raises
    ------
    LambdahatError
        An unknown method, or a window without an area.

    References
    ----------
    Hairer & Wanner, *Solving Ordinary Differential Equations II*, 2nd edition (1996), chapter IV.

    Examples
    --------
    >>> found = region("rk4")
    >>> round(found.regions[0].area, 2)
    12.7
    """
    return Regions(json.loads(_core.regions(_sources(methods), re, im)))


def map(methods: Names | Iterable[Names], re: Window = (-2.0, 1.0), im: Window = (0.0, 4.0)) -> LearnedMap:
    """Over a window of the true hλ, one step a sample: what the principal branch becomes.

    Parameters
    ----------
    methods : str, path, Method or several
    re, im : pairs of float
        The window.

    Returns
    -------
    LearnedMap

    Raises
    ------
    LambdahatError
        An unknown method, or a window without an area.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

    Examples
    --------
    >>> found = map("implicit-midpoint")
    >>> list(found.facts.to_dict().values())                    # no decaying mode is learned as growing
    [0.0]
    """
    return LearnedMap(json.loads(_core.map(_sources(methods), re, im)))


def basins(method: Names = "rk4", lam: complex = -0.1 + 2j, H: float = 1.0, m: int = 1, starts: int = 2000) -> Basins:
    """Which random start of a linear model lands on which branch, by each optimizer.

    Parameters
    ----------
    method : str, path or Method
    lam : complex
        The true mode, with an imaginary part.
    H : float
        The sampling interval.
    m : int
        Integrator steps from sample to sample.
    starts : int
        Random starts behind each predicted share.

    Returns
    -------
    Basins

    Raises
    ------
    LambdahatError, ValueError
        An unknown method, a mode without an imaginary part, no starts.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

    Examples
    --------
    >>> found = basins("rk4", -0.1 + 2j, starts=100)
    >>> bool(0 <= found.to_frame()["share"].min())
    True
    """
    if starts < 1:
        raise ValueError(f"starts must be 1 or more, not {starts}")
    return Basins(json.loads(_core.basins(source(method), complex(np.complex128(lam)), float(H), int(m), int(starts))))


def _sources(methods: Names | Iterable[Names]) -> list[str | tuple[str, str]]:
    return [source(methods)] if isinstance(methods, (str, os.PathLike, Method)) else [source(method) for method in methods]
