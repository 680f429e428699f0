"""Stability regions, maps and basins of methods."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import _core
from .pictures import Basins, LearnedMap, Regions
from .schemes import Method, source

Names = str | os.PathLike[str] | Method
Window = tuple[float, float]


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
    """Which random start of a linear model lands on which branch, by each optimizer; some 20 s of processor time.

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
