"""Learning through an integrator, and the prediction beside real fits."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .documents import Document, number
from .loops import Loop, as_loop, as_loops
from .predictions import Prediction
from .samples import as_samples


class Fit(Document):
    """A model learned through an integrator: a vector field that can be called, and the fields of ``lambdahat fit --json``.

    ``model`` is the model file's content, ``fits`` has a row a start (``seed``, ``loss``, ``iterations``, ``stop``), ``loss`` is the best
    start's. Give it to :func:`audit` and :func:`repair` as it is.
    """

    __slots__ = ("_field",)

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(content)
        self._field = _core.Model.parse(json.dumps(content["model"]))

    def __setstate__(self, content: dict[str, Any]) -> None:
        self.__init__(content)  # type: ignore[misc]

    def __reduce__(self) -> Any:
        return Fit, (self._content,)

    @property
    def loss(self) -> float:
        """The mean square of the residuals of the best start."""
        return float(self._content["model"]["loss"])

    def __call__(self, y: ArrayLike) -> NDArray[np.float64]:
        """f̂ at states of shape (d,) or (..., d)."""
        states = np.asarray(y, dtype=np.float64)
        return self._field.value(_rows(states)).reshape(states.shape)

    def jacobian(self, y: ArrayLike) -> NDArray[np.float64]:
        """∂f̂_i/∂x_j at states of shape (d,) or (..., d): shape (..., d, d)."""
        states = np.asarray(y, dtype=np.float64)
        return self._field.jacobian(_rows(states)).reshape(*states.shape, states.shape[-1])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file that ``lambdahat audit``, ``repair`` and ``fit --resume`` read."""
        hidden = f"{os.fspath(path)}.part"
        with open(hidden, "w", encoding="utf-8") as file:
            json.dump(self._content["model"], file)
        os.replace(hidden, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Fit:
        """Read a model file of ``lambdahat fit -o`` or of :meth:`save`."""
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        best = {key: model.get(key) for key in ("seed", "loss", "iterations", "stop")}
        return cls({"model": model, "fits": [best], "failures": []})

    def _rows(self) -> list[dict[str, Any]]:
        return list(self._content["fits"])

    def __repr__(self) -> str:
        model = self._content["model"]
        return f"Fit({model['class']!r} through {model['method']!r}, loss {self.loss:.3g}, {len(self._content['fits'])} starts)"

    def plot(self, ax: Any = None) -> Any:
        """The loss during training, on a logarithmic axis.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional

        Returns
        -------
        matplotlib.axes.Axes
        """
        from .plots import history

        return history(self._content["model"]["history"], repr(self), ax)


class Check(Prediction):
    """A prediction beside real fits: :class:`Prediction`'s fields and ``fits`` (``learned`` eigenvalues, their ``branch``), ``agrees``."""

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


def fit(
    t: Any = None,
    x: Any = None,
    loop: str | Loop = "rk4",
    *,
    model: str = "linear",
    system: str | None = None,
    H: float | None = None,
    n: int = 100,
    m: int = 1,
    seeds: int = 1,
    seed: int = 0,
    loss: str = "pairs",
    optimizer: str = "auto",
    iterations: int | None = None,
    rate: float = 3e-3,
    target: float = 1e-28,
    spread: float = 1.0,
    ridge: float | None = None,
    threshold: float | None = None,
    residual_form: bool = False,
    memory: float = 4.0,
) -> Fit:
    """Learn a model of the samples through an integrator, from random starts, on all cores.

    Parameters
    ----------
    t, x : array_like, optional
        Evenly spaced samples as in :func:`predict`; without both, ``system`` or an embedded damped oscillator.
    loop : str, Method or Loop
        What the loss integrates with.
    model : str
        ``linear``, ``affine``, ``polynomial:DEGREE``, ``sindy:DEGREE``, ``rbf[:CENTRES]``, ``mlp:32x32[:tanh|softplus|gelu]``.
    system, H, n
        A named system instead of samples, its sampling interval, and the samples after each start.
    m : int
        Integrator steps from sample to sample.
    seeds, seed : int
        How many random starts, and the first seed.
    loss : str
        ``pairs``, ``windows:K`` or ``rollout``.
    optimizer : str
        ``auto``, ``lm``, ``adam``, ``lbfgs``, ``direct``.
    iterations, rate, target, spread, ridge, threshold, residual_form, memory
        As ``lambdahat fit --help`` says.

    Returns
    -------
    Fit

    Raises
    ------
    LambdahatError
        Samples, a model or a setting that cannot be used; the message says which.
    KeyboardInterrupt
        At Ctrl-C; nothing is kept.

    Examples
    --------
    >>> learned = fit(system="damped-oscillator", loop="rk4", model="linear", seeds=4)
    >>> learned.loss < 1e-20
    True
    """
    options = _options(model, m, residual_form, loss, optimizer, iterations, rate, target, spread, ridge, threshold, memory, seeds, seed)
    call = as_loop(loop, m)
    return Fit(json.loads(_core.fit(_source(t, x, system, H, n), call.source(), {**options, "substeps": call.substeps})))


def check(
    t: Any = None,
    x: Any = None,
    loop: str | Loop | Iterable[str | Loop] = "rk4",
    *,
    model: str = "linear",
    system: str | None = None,
    H: float | None = None,
    n: int = 100,
    m: int = 1,
    seeds: int = 20,
    seed: int = 0,
    small: float | None = None,
    tolerance: float | None = None,
    log: bool = False,
    loss: str = "pairs",
    optimizer: str = "auto",
    iterations: int | None = None,
    rate: float = 3e-3,
    spread: float = 1.0,
    memory: float = 4.0,
) -> Check:
    """Predict, then fit from many starts, side by side.

    Parameters
    ----------
    t, x, model, system, H, n, m, seeds, seed, loss, optimizer, iterations, rate, spread, memory
        As in :func:`fit`.
    loop : str, Method, Loop or several
        What the loss integrates with.
    small : float, optional
        A loss counts as small up to this share of the mean square of the samples' motion.
    tolerance : float, optional
        How far from a branch a learned eigenvalue may be, relative to it.
    log : bool
        Fit the logarithms of the data when looking for the true modes.

    Returns
    -------
    Check
        ``agrees`` is whether every settled eigenvalue of a fit of small loss sits on a predicted branch.

    Examples
    --------
    >>> check(system="damped-oscillator", loop="rk4", seeds=5).agrees
    True
    """
    loops = as_loops(loop, m)
    options = _options(model, m, False, loss, optimizer, iterations, rate, 1e-28, spread, None, None, memory, seeds, seed)
    return Check(json.loads(_core.check(_source(t, x, system, H, n), [one.source() for one in loops], options, small, tolerance, bool(log))))


def _rows(states: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(states.reshape(-1, states.shape[-1] if states.ndim else 1))


def _source(t: Any, x: Any, system: str | None, H: float | None, n: int) -> Any:
    if t is None and x is None:
        return system or "damped-oscillator", None if H is None else float(H), int(n)
    if system is not None:
        raise TypeError("give samples or a system, not both")
    samples = as_samples(t, x)
    return samples.variables, samples.trajectories


def _options(
    model: str,
    m: int,
    residual_form: bool,
    loss: str,
    optimizer: str,
    iterations: int | None,
    rate: float,
    target: float,
    spread: float,
    ridge: float | None,
    threshold: float | None,
    memory: float,
    seeds: int,
    seed: int,
) -> dict[str, Any]:
    return {
        "model": model,
        "substeps": int(m),
        "residual_form": residual_form,
        "loss": loss,
        "optimizer": optimizer,
        "iterations": iterations,
        "rate": float(rate),
        "target": float(target),
        "spread": float(spread),
        "ridge": ridge,
        "threshold": threshold,
        "memory": float(memory),
        "seeds": int(seeds),
        "seed": int(seed),
    }
