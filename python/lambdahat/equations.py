"""Modified equations: the field that a method follows, and the one that a perfect fit through it learns."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .documents import Document
from .schemes import Method, source


class Modified(Document):
    """An expansion in powers of h: ``method``, ``variables``, ``inverse``, and ``terms`` with ``power`` and ``components``; power 0 is f.

    Examples
    --------
    >>> euler = modified({"x": "x^2"}, "forward-euler", order=1)
    >>> euler.terms[1].components
    ['-x^3']
    >>> float(euler.field(0.1)([1.0])[0])
    0.9
    """

    __slots__ = ()

    def _rows(self) -> list[dict[str, Any]]:
        variables = self._content["variables"]
        return [{"power": term["power"], **dict(zip(variables, term["components"]))} for term in self._content["terms"]]

    def __repr__(self) -> str:
        kind = "inverse modified equation" if self._content["inverse"] else "modified equation"
        return f"Modified({kind} of {self._content['method']!r} through h^{self._content['terms'][-1]['power']})"

    def field(self, h: float, order: int | None = None) -> Callable[[ArrayLike], NDArray[np.float64]]:
        """The sum of the terms at a step size, as a vectorised field.

        Parameters
        ----------
        h : float
            The step size.
        order : int, optional
            The highest power that counts; left out, all.

        Returns
        -------
        callable
            Takes states of shape (..., d) and returns as many derivatives.
        """
        variables = self._content["variables"]
        terms = [term for term in self._content["terms"] if order is None or term["power"] <= order]
        # The text is this library's own: polynomials with rational coefficients.
        compiled = [[compile(component.replace("^", "**"), "<polynomial>", "eval") for component in term["components"]] for term in terms]
        powers = [h ** term["power"] for term in terms]

        def value(y: ArrayLike) -> NDArray[np.float64]:
            states = np.asarray(y, dtype=np.float64)
            names = {name: states[..., k] for k, name in enumerate(variables)}
            columns = []
            for k in range(len(variables)):
                total = np.zeros(states.shape[:-1])
                for power, codes in zip(powers, compiled):
                    total = total + power * eval(codes[k], {"__builtins__": {}}, names)
                columns.append(total)
            return np.stack(columns, axis=-1)

        return value

    def plot(self, ax: Any = None, h: float = 0.5, re: tuple[float, float] = (-2.0, 2.0), im: tuple[float, float] = (-2.0, 2.0)) -> Any:
        """Streamlines of f (black) and of the expansion at h (vermilion), for a field of the plane.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
        h : float
        re, im : pairs of float
            The window of the first and of the second variable.

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import streams

        if len(self._content["variables"]) != 2:
            raise ValueError(f"a field of {len(self._content['variables'])} variables has no plane to draw")
        return streams(self.field(0.0), self.field(h), self._content["variables"], h, re, im, ax)


def modified(system: str | os.PathLike[str] | Mapping[str, str], method: str | os.PathLike[str] | Method, order: int = 4, inverse: bool = False) -> Modified:
    """The field that a method follows, or with ``inverse`` the one that a perfect fit through it learns, exactly.

    Parameters
    ----------
    system : str, path or mapping
        A built-in polynomial system (``"lotka-volterra:alpha=2"``), a field file, or its right-hand sides by variable,
        ``{"x": "x - x y", "y": "x y - y"}``.
    method : str, path or Method
    order : int
        The highest power of h.
    inverse : bool
        What a fit learns, instead of what the method follows.

    Returns
    -------
    Modified

    Raises
    ------
    LambdahatError
        A system that is not polynomial, a multistep method without ``inverse``.

    References
    ----------
    Chartier, Hairer & Vilmart, *Numerical integrators based on modified differential equations*, Math. Comp. 76 (2007), 1941–1953.
    Zhu, Jin, Zhu & Tang, *On numerical integration in neural ordinary differential equations*, ICML (2022).

    Examples
    --------
    >>> found = modified({"x": "-x"}, "forward-euler", order=2, inverse=True)
    >>> [term.components[0] for term in found.terms]
    ['-x', '1/2*x', '-1/6*x']
    """
    given: str | tuple[str, str]
    if isinstance(system, Mapping):
        given = "\n".join(f"{name} = {json.dumps(right)}" for name, right in system.items()), "the field"
    else:
        text = os.fspath(system)
        given = text
        if text.endswith(".toml"):
            with open(text, encoding="utf-8") as file:
                given = file.read(), text
    return Modified(json.loads(_core.modified(given, source(method), int(order), bool(inverse))))
