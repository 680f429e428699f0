"""Numerical integrators: from the catalogue, a scheme file, or their coefficients."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .documents import html_table
from .verifications import Verification

Coefficient = int | float | str | Fraction


class Method:
    """A Runge–Kutta or linear multistep method.

    Parameters
    ----------
    name : str or path, optional
        A name of the catalogue (``"rk4"``), a library's name for it (``"torchdiffeq:rk4"``), a member of a family (``"gauss:s=4"``) or a
        scheme file.
    A, b : sequences, optional
        The tableau of a Runge–Kutta method instead: s rows of s coefficients (a lower triangle may leave out its zeros), and s weights.
        Integers, fractions and strings such as ``"1/6"`` or ``"sqrt(3)/6"`` are exact; floats are taken as rounded decimals.
    alpha, beta : sequences, optional
        A linear multistep method instead, ``Σ alpha_j y_{n+j} = h Σ beta_j f_{n+j}``, lowest j first.

    Raises
    ------
    LambdahatError
        An unknown name, with the nearest ones, or coefficients that are no scheme.

    References
    ----------
    Hairer, Nørsett & Wanner, *Solving Ordinary Differential Equations I*, 2nd edition (1993); each method of the catalogue names its own source.

    Examples
    --------
    >>> Method("torchdiffeq:rk4").name
    'rk38'
    >>> heun = Method(A=[[], [1]], b=["1/2", "1/2"])
    >>> heun.verify().order
    2
    """

    def __init__(
        self,
        name: str | os.PathLike[str] | None = None,
        *,
        A: Sequence[Sequence[Coefficient]] | None = None,
        b: Sequence[Coefficient] | None = None,
        alpha: Sequence[Coefficient] | None = None,
        beta: Sequence[Coefficient] | None = None,
    ) -> None:
        if name is not None:
            given = os.fspath(name)
            if given.endswith(".toml") or os.sep in given:
                with open(given, encoding="utf-8") as file:
                    self._text: str | None = file.read()
                self._origin = given
            else:
                self._text, self._origin = None, given
        elif A is not None and b is not None:
            rows = [list(row) + [0] * (len(b) - len(row)) for row in A]
            self._text = f"[runge-kutta]\nA = [{', '.join(map(_row, rows))}]\nb = {_row(b)}\n"
            self._origin = "the coefficients A, b"
        elif alpha is not None and beta is not None:
            self._text = f"[multistep]\nalpha = {_row(alpha)}\nbeta = {_row(beta)}\n"
            self._origin = "the coefficients alpha, beta"
        else:
            raise TypeError("give a name, or A and b, or alpha and beta")
        self._build()

    def _build(self) -> None:
        self._scheme = _core.Scheme.named(self._origin) if self._text is None else _core.Scheme.parse(self._text, self._origin)

    def __getstate__(self) -> tuple[str | None, str]:
        return self._text, self._origin

    def __setstate__(self, state: tuple[str | None, str]) -> None:
        self._text, self._origin = state
        self._build()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self.__getstate__() == other.__getstate__()

    def __hash__(self) -> int:
        return hash(self.__getstate__())

    def __repr__(self) -> str:
        return f"Method({self.name!r})" if self._text is None else f"Method(<{self._origin}>)"

    @property
    def name(self) -> str:
        """The catalogue's name."""
        return self._scheme.name

    @property
    def title(self) -> str:
        """The name in words."""
        return self._scheme.title

    @property
    def kind(self) -> str:
        """``"runge-kutta"`` or ``"multistep"``."""
        return self._scheme.kind

    @property
    def explicit(self) -> bool:
        """Whether a step needs no equation solved."""
        return self._scheme.explicit

    def verify(self) -> Verification:
        """Everything that is known of the method, decided exactly where its coefficients are exact.

        Returns
        -------
        Verification
            The fields of ``lambdahat verify --json``: ``order``, ``stability``, ``a_stable``, ``learning`` and so on.
        """
        return Verification(json.loads(self._scheme.verify()), source(self))

    def stability_function(self, z: ArrayLike) -> NDArray[np.complex128]:
        """R(z), the factor by which one step multiplies a solution of ẏ = λy, z = hλ.

        Parameters
        ----------
        z : array_like of complex, any shape

        Returns
        -------
        ndarray of complex, the same shape

        Examples
        --------
        >>> complex(Method("forward-euler").stability_function(0.5j))
        (1+0.5j)
        """
        points = np.asarray(z, dtype=np.complex128)
        return self._scheme.stability_function(np.ascontiguousarray(points.ravel())).reshape(points.shape)

    def region(self, re: tuple[float, float] = (-5.0, 2.0), im: tuple[float, float] = (-4.0, 4.0), size: tuple[int, int] = (700, 800)) -> NDArray[np.bool_]:
        """The stability region {|R(z)| ≤ 1} over a window.

        Parameters
        ----------
        re, im : pairs of float
            The window.
        size : pair of int
            Columns and rows.

        Returns
        -------
        ndarray of bool, shape (rows, columns)
            The first row has the greatest Im z.
        """
        return self._scheme.region(re, im, size[0], size[1]).astype(bool)


def _row(values: Sequence[Coefficient]) -> str:
    return "[" + ", ".join(_exact(value) for value in values) + "]"


def _exact(value: Coefficient) -> str:
    if isinstance(value, (float, np.floating)):
        return json.dumps(repr(float(value)))
    return json.dumps(str(value))


class Catalogue(list[str]):
    """The names of the catalogue; ``to_frame()`` says more of each.

    Examples
    --------
    >>> names = methods()
    >>> isinstance(names, list), names.to_frame().columns.tolist()
    (True, ['name', 'title', 'kind', 'explicit'])
    """

    def to_frame(self) -> Any:
        """One row a method: ``name``, ``title``, ``kind``, ``explicit``.

        Returns
        -------
        pandas.DataFrame
        """
        import pandas

        return pandas.DataFrame(self.to_dict())

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns of ``to_frame`` as plain lists."""
        schemes = [Method(name) for name in self]
        return {
            "name": list(self),
            "title": [scheme.title for scheme in schemes],
            "kind": [scheme.kind for scheme in schemes],
            "explicit": [scheme.explicit for scheme in schemes],
        }

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} methods, from {self[0]!r} to {self[-1]!r})" if self else "Catalogue(0 methods)"

    def _repr_html_(self) -> str:
        columns = self.to_dict()
        return html_table(repr(self), [dict(zip(columns, row)) for row in zip(*columns.values())])


def methods() -> Catalogue:
    """The names of the catalogue, sorted.

    Returns
    -------
    Catalogue
        A list of str.

    Examples
    --------
    >>> "dormand-prince5" in methods()
    True
    """
    return Catalogue(_core.method_names())


def verify(method: str | os.PathLike[str] | Method) -> Verification:
    """Everything that is known of a method, decided exactly where its coefficients are exact.

    Parameters
    ----------
    method : str, path or Method

    Returns
    -------
    Verification
        The fields of ``lambdahat verify --json``: ``order``, ``stability``, ``a_stable``, ``learning`` and so on.

    Raises
    ------
    LambdahatError
        An unknown method.

    References
    ----------
    Hairer & Wanner, *Solving Ordinary Differential Equations II*, 2nd edition (1996), chapter IV.
    Keller & Du, *Discovery of dynamics using linear multistep methods*, SIAM J. Numer. Anal. 59 (2021), 429–455 (``learning``).

    Examples
    --------
    >>> verify("implicit-midpoint").learning.sign_faithful
    True
    """
    return as_method(method).verify()


def as_method(method: Any) -> Method:
    """A method from its name, its file or itself."""
    return method if isinstance(method, Method) else Method(method)


def source(method: Any) -> str | tuple[str, str]:
    """What the compiled part takes for a method: its name, or the text of its scheme with the name for messages."""
    scheme = as_method(method)
    return scheme._origin if scheme._text is None else (scheme._text, scheme._origin)
