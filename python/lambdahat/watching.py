"""The learned eigenvalues during training, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .audits import audited_modes
from .fields import VectorField
from .loops import Loop, as_loop
from .samples import as_samples, stacked_states


class Watch:
    """Looks at a model during training: every so many steps, which eigenvalues it has learned, and on which branch they sit.

    Parameters
    ----------
    f : callable
        The model; see :func:`audit`. A torch module may change in place; a functional model is given anew with each call.
    loop, t, x, m, args
        As in :func:`audit`.
    every : int
        Training steps between two looks.

    Attributes
    ----------
    rows : list of dict
        ``step``, ``learned``, ``implied``, ``branch`` of each mode at each look.

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

    def __init__(self, f: Callable[..., Any], loop: str | Loop, t: Any, x: Any = None, *, m: int = 1, every: int = 100, args: Any = None) -> None:
        if every < 1:
            raise ValueError(f"every must be 1 or more, not {every}")
        self.every, self._step = every, 0
        self.rows: list[dict[str, Any]] = []
        self._f, self._call, self._args = f, as_loop(loop, m), args
        samples = as_samples(t, x)
        self._states = stacked_states(samples)
        self._interval = float(np.median(np.concatenate([np.diff(times) for _, times, _ in samples.trajectories])))

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
        modes, _ = audited_modes(field, self._call, self._states, self._interval, self._interval)
        rows = [{"step": step, "learned": mode.learned, "implied": mode.implied, "branch": mode.branch} for mode in modes]
        self.rows += rows
        return rows

    def to_frame(self) -> Any:
        """All looks as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.rows, columns=["step", "learned", "implied", "branch"])

    def plot(self, ax: Any = None) -> Any:
        """Re λ̂ against the training step; above the dashed line the model grows."""
        from .plots import rates

        steps = sorted({row["step"] for row in self.rows})
        looks = [sorted((row["learned"] for row in self.rows if row["step"] == step), key=lambda z: (z.real, z.imag)) for step in steps]
        width = max(map(len, looks), default=0)
        return rates(steps, [look + [complex(np.nan, np.nan)] * (width - len(look)) for look in looks], ax)

    def lightning(self) -> Any:
        """A callback for Lightning: looks after each training batch.

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
