"""The learned eigenvalues during training, step by step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import pickles
from .audits import audited_modes
from .documents import html_table
from .fields import VectorField
from .loops import Loop, as_loop
from .samples import Samples, as_samples, stacked_states, usual_interval


class Watch:
    """Looks at a model during training: every so many steps, which eigenvalues it has learned, and on which branch they sit.

    Parameters
    ----------
    f : callable
        The model; see ``audit``. A torch module may change in place; a functional model is given anew with each call.
    loop, t, x, m, args
        As in ``audit``.
    every : int
        Training steps between two looks.
    live : bool
        Draw anew after each look: in a notebook the figure under the cell, elsewhere the current window of matplotlib.

    Attributes
    ----------
    rows : list of dict
        ``step``, ``learned``, ``implied``, ``branch`` of each mode at each look. Two watches of the same call are equal if these are.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(40.0)
    >>> z = np.exp((-0.1 + 2j) * t)
    >>> A = np.array([[-0.1, 2.0], [-2.0, -0.1]])
    >>> watch = Watch(lambda y: y @ A, "rk4", t, np.c_[z.real, z.imag], every=10)
    >>> for step in range(21):
    ...     _ = watch()
    >>> [row["step"] for row in watch.rows[::2]]
    [0, 10, 20]
    """

    def __init__(
        self, f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, every: int = 100, live: bool = False, args: Any = None
    ) -> None:
        if every < 1:
            raise ValueError(f"every must be 1 or more, not {every}")
        self.every, self._step = every, 0
        self._live = live
        self._axes: Any = None
        self._display: Any = None
        self.rows: list[dict[str, Any]] = []
        self._f, self._call, self._args = f, as_loop(loop, m), args
        samples = as_samples(t, x)
        self._interval = usual_interval(samples)
        self._states = stacked_states(samples)
        self._starts = stacked_states(Samples(samples.variables, [(name, t[:-1], x[:-1]) for name, t, x in samples.trajectories]))

    def __call__(self, f: Callable[..., Any] | None = None) -> list[dict[str, Any]]:
        """Count one training step, and look if it is time.

        Parameters
        ----------
        f : callable, optional
            The model as it is now, for functional frameworks.

        Returns
        -------
        list of dict
            The rows of this look; empty if it was not time.
        """
        step, self._step = self._step, self._step + 1
        if step % self.every:
            return []
        field = VectorField.of(self._f if f is None else f, self._states.mean(0), self._args)
        modes, _ = audited_modes(field, self._call, self._states, self._interval, self._interval, self._starts)
        rows = [{"step": step, "learned": mode.learned, "implied": mode.implied, "branch": mode.branch} for mode in modes if mode.implied is not None]
        self.rows += rows
        if self._live:
            self._draw()
        return rows

    def _draw(self) -> None:
        import matplotlib.pyplot as plt

        if self._axes is None:
            self._axes = plt.subplots()[1]
        self._axes.clear()
        self.plot(self._axes)
        figure = self._axes.figure
        shell = sys.modules.get("IPython")
        if shell is not None and shell.get_ipython() is not None:
            if self._display is None:
                self._display = shell.display.display(figure, display_id=True)
            else:
                self._display.update(figure)
        else:
            figure.canvas.draw_idle()
            figure.canvas.flush_events()

    def optax(self, apply: Callable[..., Any]) -> Callable[[Any], list[dict[str, Any]]]:
        """A plain function of the parameters for an optax loop.

        Parameters
        ----------
        apply : callable
            ``apply(parameters, y)``, the model.

        Returns
        -------
        callable
            Call it with the parameters after each update; it counts the step, and looks if it is time.

        Examples
        --------
        >>> import numpy as np
        >>> t, x = np.arange(9.0), np.exp(-np.arange(9.0))[:, None]
        >>> watch = Watch(lambda y: -y, "rk4", t, x, every=1)
        >>> look = watch.optax(lambda rate, y: rate * y)
        >>> f"{look(-2.0)[0]['learned'].real:.3f}"
        '-2.000'
        """

        def look(parameters: Any) -> list[dict[str, Any]]:
            return self(_bound(apply, parameters))

        return look

    def to_dict(self) -> dict[str, Any]:
        """All looks as plain values."""
        return {"call": self._call.call, "every": self.every, "rows": [dict(row) for row in self.rows]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Watch) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __getstate__(self) -> bytes:
        # The figure that was drawn stays behind.
        return pickles.dumps({**self.__dict__, "_axes": None, "_display": None})

    def __setstate__(self, state: bytes) -> None:
        self.__dict__.update(pickles.loads(state))

    def __repr__(self) -> str:
        return f"Watch(through {self._call.call!r}, every {self.every} steps, {len({row['step'] for row in self.rows})} looks)"

    def _repr_html_(self) -> str:
        return html_table(repr(self), self.rows[-20:])

    def to_frame(self) -> Any:
        """All looks as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.rows, columns=["step", "learned", "implied", "branch"])

    def plot(self, ax: Any = None) -> Any:
        """Re λ̂ against the training step; above the dashed line the model grows.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import rates

        steps = sorted({row["step"] for row in self.rows})
        looks = [sorted((row["learned"] for row in self.rows if row["step"] == step), key=lambda z: (z.real, z.imag)) for step in steps]
        width = max(map(len, looks), default=0)
        return rates(steps, [look + [complex(np.nan, np.nan)] * (width - len(look)) for look in looks], ax)

    def lightning(self) -> Any:
        """A callback for Lightning: looks after each training batch.

        Returns
        -------
        lightning.pytorch.Callback
            For ``Trainer(callbacks=[…])``.

        Raises
        ------
        ImportError
            Without lightning or pytorch_lightning.
        """
        try:
            from lightning.pytorch import Callback
        except ImportError:
            from pytorch_lightning import Callback
        watch = self

        class Looking(Callback):  # type: ignore[misc]
            def on_train_batch_end(self, *_: Any, **__: Any) -> None:
                watch()

        return Looking()


def _bound(apply: Callable[..., Any], parameters: Any) -> Callable[..., Any]:
    """The model with these parameters; for JAX as a pytree, which is compiled once for all parameters."""
    jax = sys.modules.get("jax")
    if jax is None:
        return lambda y: apply(parameters, y)
    model: Callable[..., Any] = jax.tree_util.Partial(apply, parameters)
    return model
