"""A trained vector field: any callable, of any framework, as numpy sees it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import compiled

#: Relative step of a central difference in double precision, and in single.
STEP64, STEP32 = 2e-4, 2e-2


@dataclass(frozen=True)
class VectorField:
    """A callable right-hand side f with its calling convention.

    Attributes
    ----------
    f : callable
        ``f(y)``, ``f(t, y)`` or ``f(t, y, args)``; a ``torch.nn.Module``, a JAX function, an Equinox module or plain numpy.
    arity : int
        How many arguments it takes.
    framework : {"torch", "jax", "numpy"}
        What it computes with.
    batched : bool
        Whether it takes states of shape (n, d) at once; otherwise it is called row by row.
    batches_only : bool
        Whether it takes no other states than those, as ``y[:, 0]`` does.
    dimension : int
        d.
    traced : bool
        Whether JAX can compile it; a function that looks at its values cannot be.
    """

    f: Callable[..., Any]
    arity: int
    framework: str
    batched: bool
    dimension: int
    args: Any = None
    traced: bool = False
    batches_only: bool = False

    @classmethod
    def of(cls, f: Callable[..., Any], example: NDArray[np.float64], args: Any = None) -> VectorField:
        """Find out how ``f`` is called, by calling it on one state.

        Parameters
        ----------
        f : callable
        example : ndarray, shape (d,)
            A state at which f is defined.
        args : object, optional
            The third argument of ``f(t, y, args)``.

        Raises
        ------
        TypeError
            f is not callable, takes no state, or returns no real numbers.
        ValueError
            f returns another shape than the state's.
        """
        if not callable(f):
            raise TypeError(f"{type(f).__name__} is not callable; give f(y), f(t, y) or f(t, y, args)")
        arity, state = _arity(f), np.asarray(example, dtype=np.float64)
        framework, batches_only = _framework(f, arity, state, args)
        row = cls(f, arity, framework, False, state.size, args, False, batches_only)
        _refuse_no_numbers(row.native(row.to_native(state)))
        shape = row._call(state).shape
        if shape != state.shape:
            raise ValueError(f"f returns shape {shape} for a state of shape {state.shape}; it must return the state's derivative")
        return replace(row, batched=_takes_batches(row, state), traced=_is_traced(row, state))

    @property
    def _called(self) -> compiled.Called:
        return compiled.Called(self.f, self.arity, self.args, self.batches_only)

    def native(self, y: Any) -> Any:
        """f at a state of the framework's own type."""
        if self.batches_only and y.ndim == 1:
            return self._of_batch(y[None])[0]
        return self._of_batch(y)

    def _of_batch(self, y: Any) -> Any:
        if self.arity == 1:
            return self.f(y)
        time = 0.0
        if self.framework == "torch":
            import torch

            time = torch.zeros((), dtype=y.dtype, device=y.device)
        return self.f(time, y) if self.arity == 2 else self.f(time, y, self.args)

    def to_native(self, y: NDArray[np.float64]) -> Any:
        """A numpy state as the framework's array, in the model's own precision."""
        if self.framework == "torch":
            import torch

            module: Any = self.f
            parameter = next(iter(module.parameters()), None) if isinstance(module, torch.nn.Module) else None
            dtype = parameter.dtype if parameter is not None else torch.float64
            device = parameter.device if parameter is not None else "cpu"
            return torch.as_tensor(y, dtype=dtype, device=device)
        if self.framework == "jax":
            import jax.numpy as jnp

            return jnp.asarray(y)
        return y

    def _call(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        result = self.native(self.to_native(y))
        if hasattr(result, "detach"):
            result = result.detach().cpu()
        return np.asarray(result, dtype=np.float64)

    def __call__(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """f at states of shape (d,) or (n, d)."""
        if self.traced:
            found = compiled.values(self._called, np.atleast_2d(y))
            return found if y.ndim == 2 else found[0]
        if y.ndim == 1 or self.batched:
            return self._call(y)
        return np.stack([self._call(row) for row in y]) if len(y) else np.empty_like(y)

    def rows(self, function: Callable[[Any], Any]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
        """A function of a state of the framework's own type that is made of f, on rows of numpy states."""
        if self.traced:
            return compiled.rows(function)

        def one(y: NDArray[np.float64]) -> NDArray[np.float64]:
            result = function(self.to_native(y))
            return np.asarray(result.detach().cpu() if hasattr(result, "detach") else result, dtype=np.float64)

        return one if self.batched else lambda states: np.stack([one(row) for row in states])

    @property
    def precision(self) -> str:
        """``"float32"`` or ``"float64"``: what the model computes in."""
        if self.framework == "numpy":
            probe = np.zeros(self.dimension)
            single = np.asarray(self.native(probe)).dtype == np.float32
        else:
            single = "32" in str(self.to_native(np.zeros(self.dimension)).dtype)
        return "float32" if single else "float64"

    def jacobian(self, y: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """The Jacobian of f at a state, and a bound of its relative error.

        Returns
        -------
        jacobian : ndarray, shape (d, d)
        error : float
            Rounding of the framework's precision with its own derivatives; otherwise the error of differences, estimated from two
            step sizes.
        """
        if self.framework == "torch":
            import torch

            state = self.to_native(y)
            # torch.func is there from 2.0 on.
            found = torch.func.jacrev(self.native)(state) if hasattr(torch, "func") else torch.autograd.functional.jacobian(self.native, state)
            return found.detach().cpu().numpy().astype(np.float64), 1e-6 if state.dtype == torch.float32 else 1e-14
        if self.framework == "jax":
            import jax

            state = self.to_native(y)
            if self.traced:
                matrix = compiled.jacobian(self._called, y)
            else:
                matrix = np.asarray(jax.jacfwd(self.native)(state), dtype=np.float64)
            return matrix, 1e-6 if state.dtype == np.float32 else 1e-14
        own = getattr(self.f, "jacobian", None)
        if callable(own) and self.arity == 1:
            return np.asarray(own(y), dtype=np.float64), 1e-14
        return self._differences(y)

    def _differences(self, y: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Central differences at h and 2h: their extrapolation to 0, and its error, from their difference and from rounding."""
        single = np.asarray(self.native(y)).dtype == np.float32
        step, rounding = (STEP32, 6e-8) if single else (STEP64, 1.1e-16)
        scale = step * (1.0 + np.abs(y))
        units = np.eye(y.size)

        def central(times: float) -> NDArray[np.float64]:
            return np.stack([(self._call(y + times * s * e) - self._call(y - times * s * e)) / (2 * times * s) for s, e in zip(scale, units)], axis=1)

        near, far = central(1.0), central(2.0)
        size = max(float(np.linalg.norm(near)), 1e-300)
        return (4 * near - far) / 3, float(np.linalg.norm(near - far)) / 3 / size + rounding / step


def _refuse_no_numbers(value: Any) -> None:
    """What a field returns is an array of real numbers."""
    returned = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    if np.iscomplexobj(returned):
        raise TypeError("f returns complex numbers; give real and imaginary parts as two components each")
    if not (np.issubdtype(returned.dtype, np.number) or returned.dtype == bool):
        raise TypeError(f"f returns {type(value).__name__}, not numbers; it must return the state's derivative")


def _arity(f: Callable[..., Any]) -> int:
    target = getattr(f, "forward", f)
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return 1
    required = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
    if len(required) > 3:
        raise TypeError(f"f takes {len(required)} arguments; give f(y), f(t, y) or f(t, y, args)")
    return max(1, len(required))


def _framework(f: Callable[..., Any], arity: int, state: NDArray[np.float64], args: Any) -> tuple[str, bool]:
    """What f computes with, and whether it takes batches only."""
    torch = sys.modules.get("torch")
    module = torch is not None and isinstance(f, torch.nn.Module)
    tries = ["torch"] if module else ["numpy"] + (["torch"] if torch is not None else [])
    failure: Exception | None = None
    for batches_only in (False, True):
        for framework in tries:
            trial = VectorField(f, arity, framework, False, state.size, args, False, batches_only)
            try:
                result = trial.native(trial.to_native(state))
            except Exception as error:  # whatever a callable raises: the other framework is tried before it is shown
                failure = failure or error
                continue
            if torch is not None and isinstance(result, torch.Tensor):
                return "torch", batches_only
            return "jax" if type(result).__module__.startswith(("jax", "jaxlib")) else "numpy", batches_only
    raise ValueError(f"f failed on a state of shape {state.shape}: {failure}") from failure


def _takes_batches(field: VectorField, state: NDArray[np.float64]) -> bool:
    """Whether f on two rows gives what it gives row by row."""
    rows = np.stack([state, 1.01 * state + 0.01])
    try:
        together = field._call(rows)
    except Exception:  # a field of one state may fail in any way
        return False
    return together.shape == rows.shape and bool(np.allclose(together, np.stack([field._call(row) for row in rows]), rtol=1e-4, atol=1e-6))


def _is_traced(field: VectorField, state: NDArray[np.float64]) -> bool:
    """Whether JAX compiles f to what it gives uncompiled."""
    if field.framework != "jax":
        return False
    try:
        found = compiled.values(field._called, state[None])
    except Exception:  # a function of one's own may fail in any way under a trace
        return False
    return bool(np.allclose(found[0], field._call(state), rtol=1e-4, atol=1e-6, equal_nan=True))


#: A side of the samples' box is searched this part of its length beyond either end: there the model has seen nothing.
MARGIN = 0.25
#: Points along each side of the box that Newton's method may start from, up to three variables.
GRID = 7


def equilibria(field: VectorField, states: NDArray[np.float64], most: int = 8) -> list[NDArray[np.float64]]:
    """Where the field vanishes among the samples: Newton's iteration from their mean, from the slowest of them, and from the slow points of their box.

    Parameters
    ----------
    field : VectorField
    states : ndarray, shape (n, d)
        The samples.
    most : int
        Starts among the samples that are tried besides the mean.

    Returns
    -------
    list of ndarray, shape (d,)
        Distinct points, within the samples' box and a quarter of each side beyond it; of an affine field the one that it has, wherever it lies.
    """
    centre, half = (states.max(0) + states.min(0)) / 2, np.maximum((states.max(0) - states.min(0)) / 2, 1e-12)
    speeds = np.linalg.norm(field(states), axis=1)
    lost = int(np.sum(~np.isfinite(speeds)))
    if lost:
        raise ValueError(f"f is not a number at {lost} of {len(states)} samples; a model that diverged in training has nothing to tell")
    affine = _is_affine(field, states)
    starts = [states.mean(0)] if affine else [states.mean(0), centre, *states[np.argsort(speeds)[:most]], *_slow_points(field, centre, half)]
    found: list[NDArray[np.float64]] = []
    for start in starts:
        y = start.copy()
        for _ in range(50):
            jacobian, _ = field.jacobian(y)
            step = np.linalg.lstsq(jacobian, -field(y), rcond=None)[0]
            if not affine:
                step *= min(1.0, 1.0 / max(1e-300, float(np.max(np.abs(step) / half))))
            y = y + step
            if np.max(np.abs(step) / half) < 1e-10:
                break
        size = np.linalg.norm(field(y)) / max(1e-300, float(np.median(speeds)))
        inside = affine or bool(np.all(np.abs(y - centre) <= (1 + 2 * MARGIN) * half))
        if inside and size < 1e-3 and not any(np.max(np.abs(y - other) / half) < 1e-3 for other in found):
            found.append(y)
    return found


def _is_affine(field: VectorField, states: NDArray[np.float64]) -> bool:
    """Whether f halfway between two samples is halfway between its values there, for some pairs of them, to rounding."""
    chosen = states[np.unique(np.linspace(0, len(states) - 1, min(24, len(states))).astype(int))]
    other = np.roll(chosen, len(chosen) // 2, axis=0)
    here, there = field(chosen), field(other)
    off = np.abs(field((chosen + other) / 2) - (here + there) / 2)
    close = 1e-4 if field.precision == "float32" else 1e-10
    return bool(np.max(off) <= close * max(float(np.max(np.abs(here))), 1e-300))


def _slow_points(field: VectorField, centre: NDArray[np.float64], half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of a grid of the box that are no faster than their neighbours; none beyond three variables."""
    d = centre.size
    if d > 3:
        return np.empty((0, d))
    sides = np.meshgrid(*([np.linspace(-1, 1, GRID)] * d), indexing="ij")
    points = centre + half * np.stack([side.ravel() for side in sides], axis=1)
    with np.errstate(all="ignore"):
        speeds = np.linalg.norm(field(points) / half, axis=1)
    speeds = np.where(np.isfinite(speeds), speeds, np.inf).reshape([GRID] * d)
    slow = np.isfinite(speeds)
    for axis in range(d):
        padded = np.pad(speeds, [(1, 1) if k == axis else (0, 0) for k in range(d)], constant_values=np.inf)
        for shift in (0, 2):
            slow &= speeds <= np.take(padded, np.arange(shift, shift + GRID), axis=axis)
    slowest: NDArray[np.float64] = points[slow.ravel()]
    return slowest
