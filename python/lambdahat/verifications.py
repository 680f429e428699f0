"""What is known of a method, as a result."""

from __future__ import annotations

import json
from typing import Any

from . import _core
from .documents import Document
from .pictures import Regions

#: The window of z = hλ in which a method's region is drawn.
WINDOW = (-5.0, 2.0), (-4.0, 4.0)


class Verification(Document):
    """The answer of ``verify``: the fields of ``lambdahat verify --json`` as attributes.

    Examples
    --------
    >>> from lambdahat import verify
    >>> verify("gauss2")
    Verification('gauss2', order 4, A-stable, sign-faithful)
    >>> verify("rk4").order
    4
    """

    __slots__ = ("_of",)

    def __init__(self, content: dict[str, Any], of: str | tuple[str, str]) -> None:
        super().__init__(content)
        self._of = of

    def __getstate__(self) -> Any:
        return self._content, self._of

    def __setstate__(self, state: Any) -> None:
        self._content, self._of = state

    def plot(self, ax: Any = None) -> Any:
        """The method's stability region.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        return Regions(json.loads(_core.regions([self._of], *WINDOW))).plot(ax)

    def __repr__(self) -> str:
        learning = self._content.get("learning") or {}
        known = [(self._content.get("a_stable"), "A-stable"), (learning.get("sign_faithful"), "sign-faithful")]
        least = "" if self._content.get("order_complete", True) else "at least "
        words = [f"order {least}{self._content['order']}", *(word for holds, word in known if holds)]
        return f"Verification({', '.join([repr(self._content['method']), *words])})"
