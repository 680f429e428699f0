"""Learning through an integrator, and the prediction beside real fits."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _core
from .checks import CalledCheck, Check
from .documents import Document
from .loops import Loop, as_loop, as_loops
from .samples import Reading, as_samples


class Fit(Document):
    """A model learned through an integrator: a vector field that can be called, and the fields of ``lambdahat fit --json``.

    ``model`` is the model file's content, ``fits`` has a row a start (``seed``, ``loss``, ``iterations``, ``stop``), ``loss`` is the best
    start's. Give it to ``audit`` and ``repair`` as it is.

    Examples
    --------
    >>> learned = fit(system="damped-oscillator", loop="implicit-midpoint")
    >>> learned([1.0, 0.0]).shape, learned.jacobian([[1.0, 0.0], [0.0, 1.0]]).shape
    ((2,), (2, 2, 2))
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
        """∂f̂_i/∂x_j.

        Parameters
        ----------
        y : array_like, shape (d,) or (..., d)
            States.

        Returns
        -------
        ndarray, shape (..., d, d)
        """
        states = np.asarray(y, dtype=np.float64)
        return self._field.jacobian(_rows(states)).reshape(*states.shape, states.shape[-1])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file that ``lambdahat audit``, ``repair`` and ``fit --resume`` read.

        Parameters
        ----------
        path : str or path
            Written whole or not at all.
        """
        hidden = f"{os.fspath(path)}.part"
        with open(hidden, "w", encoding="utf-8") as file:
            json.dump(self._content["model"], file)
        os.replace(hidden, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Fit:
        """Read a model file of ``lambdahat fit -o`` or of ``save``.

        Parameters
        ----------
        path : str or path

        Returns
        -------
        Fit
        """
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


def fit(
    t: Any = None,
    x: Any = None,
    loop: str | Loop = "rk4",
    *,
    model: str | None = None,
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
    steps_shared: str | None = None,
    step_derivatives: str = "constant",
    memory: float = 4.0,
    resume: Fit | None = None,
    starts: ArrayLike | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    trajectory: str | None = None,
    time_unit: str | None = None,
    missing: Any = (),
) -> Fit:
    """Learn a model of the samples through an integrator, from random starts, on all cores.

    Parameters
    ----------
    t, x : array_like, optional
        Samples at even or uneven times as in ``predict``; without both, ``system`` or an embedded damped oscillator.
    loop : str, Method or Loop
        What the loss integrates with: a method's equal steps, or a library's call with its own.
    model : str, optional
        ``linear``, ``affine``, ``polynomial:DEGREE``, ``sindy:DEGREE``, ``rbf[:CENTRES]``, ``mlp:32x32[:tanh|softplus|gelu]``; left out,
        ``affine`` for samples and ``linear`` for a system. ``check`` takes the least class that suits the samples.
    system : str, optional
        A named system instead of samples.
    H : float, optional
        Its sampling interval; left out, its usual one.
    n : int
        Its samples after each start.
    starts : array_like, optional
        Its starts, of shape (trajectories, d); left out, its usual ones.
    m : int
        Integrator steps from sample to sample.
    seeds, seed : int
        How many random starts, and the first seed.
    loss : str
        What is compared, and what one call of a library covers: ``pairs``, ``windows:K``, ``rollout`` or ``rollout-free-start``.
    optimizer : str
        ``auto``, ``lm``, ``adam``, ``lbfgs``, ``direct``.
    iterations : int, optional
        Most iterations; left out, by optimizer.
    rate : float
        Adam's initial learning rate (cosine decay over the iterations).
    target : float
        Training ends at this loss.
    spread : float
        Standard deviation of the random start, a field in the unit of time; per interval where H > 1.
    ridge : float, optional
        L2 penalty: adds ridge·|θ|² to the sum of squares; left out, 1e-10 for ``rbf``, else 0.
    threshold : float, optional
        Smaller coefficients are set to zero and the others fitted again; left out, 0.05 for ``sindy``, else 0.
    residual_form : bool
        Residuals of the method's equation at the samples, without stepping (implicit midpoint, trapezoid, Euler).
    steps_shared : {"together", "each"}, optional
        For a library's call: whether all windows share their steps; left out, as people use the library.
    step_derivatives : {"constant", "whole"}
        For a library's call: whether step sizes are constants in derivatives, as in the libraries, or not (slower).
    memory : float
        GiB for all starts together; with less, fewer run at once.
    resume : Fit, optional
        Continue from this model instead of a random start; what differs from its training is in ``differences``.
    time, columns, trajectory, time_unit, missing
        How a table is read, as in ``predict``.

    Returns
    -------
    Fit

    Raises
    ------
    LambdahatError
        Samples, a model or a setting that cannot be used; the message says which.
    KeyboardInterrupt
        At Ctrl-C; nothing is kept.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.
    Nocedal & Wright, *Numerical Optimization*, 2nd edition (2006), sections 7.2 (L-BFGS) and 10.3 (Levenberg–Marquardt).

    Examples
    --------
    >>> learned = fit(system="damped-oscillator", loop="rk4", model="linear", seeds=4)
    >>> learned.loss < 1e-20
    True
    """
    call = as_loop(loop, m)
    source = _source(t, x, system, H, n, starts, Reading(time, columns, trajectory, None, "zero", time_unit, missing))
    options = _training(locals(), call.substeps)
    resumed = None if resume is None else json.dumps(resume.to_dict()["model"])
    return Fit(json.loads(_core.fit(source, call.source(), options, resumed)))


def check(
    t: Any = None,
    x: Any = None,
    loop: str | Loop | Iterable[str | Loop] = "rk4",
    *,
    model: str | None = None,
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
    target: float = 1e-28,
    spread: float = 1.0,
    ridge: float | None = None,
    threshold: float | None = None,
    residual_form: bool = False,
    steps_shared: str | None = None,
    step_derivatives: str = "constant",
    memory: float = 4.0,
    starts: ArrayLike | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    trajectory: str | None = None,
    time_unit: str | None = None,
    missing: Any = (),
) -> Check | CalledCheck:
    """Predict, then fit from many starts, side by side.

    Parameters
    ----------
    t, x, model, system, H, n, starts, m, seeds, seed, loss, optimizer, iterations, rate, target, spread, ridge, threshold, residual_form, \
    steps_shared, step_derivatives, memory, time, columns, trajectory, time_unit, missing
        As in ``fit``.
    loop : str, Method, Loop or several
        What the loss integrates with; a call with steps of its own is checked by itself.
    small : float, optional
        A loss counts as small up to this share of the mean square of the samples' motion.
    tolerance : float, optional
        How far from a branch a learned eigenvalue may be, relative to it.
    log : bool
        Fit the logarithms of the data when looking for the true modes.

    Returns
    -------
    Check, or CalledCheck for a call with steps of its own
        ``agrees`` is whether every settled eigenvalue of a fit of small loss sits on a predicted branch.

    Raises
    ------
    LambdahatError
        Samples, a model or a setting that cannot be used; the message says which.
    KeyboardInterrupt
        At Ctrl-C; nothing is kept.

    References
    ----------
    Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.

    Examples
    --------
    >>> check(system="damped-oscillator", loop="rk4", seeds=5).agrees
    True
    """
    loops = as_loops(loop, m)
    source = _source(t, x, system, H, n, starts, Reading(time, columns, trajectory, None, "zero", time_unit, missing))
    substeps = {one.substeps for one in loops} or {m}
    if len(substeps) > 1:
        raise ValueError(f"loops with {sorted(substeps)} substeps cannot share a check; check each by itself")
    options = _training(locals(), substeps.pop())
    content = json.loads(_core.check(source, [one.source() for one in loops], options, small, tolerance, bool(log)))
    return CalledCheck(content) if "call" in content else Check(content)


# How to train, as the extension reads it: the arguments that `fit` and `check` share.
_TRAINING = (
    "model", "residual_form", "loss", "steps_shared", "step_derivatives", "optimizer", "iterations", "rate", "target", "spread", "ridge",
    "threshold", "memory", "seeds", "seed",
)  # fmt: skip


def _training(arguments: dict[str, Any], substeps: int) -> dict[str, Any]:
    return {"substeps": substeps} | {name: arguments[name] for name in _TRAINING}


def _rows(states: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(states.reshape(-1, states.shape[-1] if states.ndim else 1))


def _source(t: Any, x: Any, system: str | None, H: float | None, n: int, starts: ArrayLike | None, reading: Reading) -> Any:
    if t is None and x is None:
        given = [] if starts is None else np.atleast_2d(np.asarray(starts, dtype=np.float64)).tolist()
        return system or "damped-oscillator", None if H is None else float(H), int(n), given
    if system is not None:
        raise TypeError("give samples or a system, not both")
    if starts is not None:
        raise TypeError("starts are those of a system; samples begin where they begin")
    return as_samples(t, x, reading).arrays()
