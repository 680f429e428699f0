"""Figures that are data first: what each panel shows in its own coordinates, with the numbers behind it."""

from __future__ import annotations

from typing import Any

from .documents import Document


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
    >>> from lambdahat import region
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
    >>> from lambdahat import map
    >>> map("forward-euler", re=(-1.0, 0.5), im=(0.0, 2.0)).figure.name
    'map'
    """

    __slots__ = ()


class Basins(Picture):
    """Which start lands on which branch; ``facts`` has the predicted share of each branch, optimizer and width of start.

    Examples
    --------
    >>> from lambdahat import basins
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
