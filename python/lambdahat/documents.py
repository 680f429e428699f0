"""Results that are plain data: the documents of ``lambdahat … --json`` with attributes, tables and notebooks' HTML."""

from __future__ import annotations

import copy
import html
from collections.abc import Iterator
from typing import Any


class Document:
    """A result: a dictionary whose keys are attributes.

    Two documents are equal if their contents are; they pickle and copy.

    >>> d = Document({"method": "rk4", "substeps": 1})
    >>> d.method, d["substeps"]
    ('rk4', 1)
    >>> d == Document(d.to_dict())
    True
    """

    __slots__ = ("_content",)

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return _wrapped(self._content[name])
        except KeyError:
            known = ", ".join(self._content)
            raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {known}") from None

    def __getitem__(self, name: str) -> Any:
        return _wrapped(self._content[name])

    def __contains__(self, name: object) -> bool:
        return name in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._content]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Document) and self._content == other._content

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> dict[str, Any]:
        return self._content

    def __setstate__(self, content: dict[str, Any]) -> None:
        self._content = content

    def to_dict(self) -> dict[str, Any]:
        """The contents as a dictionary of plain values; a copy of its own."""
        return copy.deepcopy(self._content)

    def _rows(self) -> list[dict[str, Any]]:
        """The rows of the table that stands for this result."""
        return [{"field": key, "value": value} for key, value in self._content.items() if not isinstance(value, (dict, list))]

    def to_frame(self) -> Any:
        """The result as a table.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        ImportError
            Without pandas (``pip install pandas``).
        """
        import pandas

        return pandas.DataFrame(self._rows())

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={value!r}" for key, value in self._content.items() if isinstance(value, (str, int, float)))
        return f"{type(self).__name__}({shown})"

    def _repr_html_(self) -> str:
        rows = self._rows()
        if not rows:
            return f"<pre>{html.escape(repr(self))}</pre>"
        return html_table(repr(self), rows)


def html_table(caption: str, rows: list[dict[str, Any]]) -> str:
    """Rows of equal keys as a table of a notebook; it needs no pandas.

    >>> html_table("modes", [{"lam": 1j}])
    '<table><caption>modes</caption><thead><tr><th>lam</th></tr></thead><tbody><tr><td>0+1j</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{html.escape(str(key))}</th>" for key in (rows[0] if rows else ()))
    body = "".join("<tr>" + "".join(f"<td>{html.escape(shown(value))}</td>" for value in row.values()) + "</tr>" for row in rows)
    return f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Document(value)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [Document(item) for item in value]
    return value


def shown(value: Any) -> str:
    """A value as a table shows it: numbers to four digits.

    >>> shown(0.105105260738927 + 1.926832632793115j)
    '0.1051+1.927j'
    >>> shown(None)
    ''
    """
    if value is None:
        return ""
    if isinstance(value, complex):
        return f"{value:.4g}"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def number(pair: list[float]) -> complex:
    """A complex number from the two of a document."""
    return complex(pair[0], pair[1])
