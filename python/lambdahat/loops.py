"""What integrates in the training loop, in the words of the library that is called."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _core
from .schemes import Method, as_method


@dataclass(frozen=True)
class Loop:
    """A training call: which integrator takes the model from sample to sample.

    Build one with ``torchdiffeq``, ``diffrax`` or ``scipy``, in the same keywords as the call itself, or with
    ``fixed`` for ``substeps`` equal steps of a method.

    Attributes
    ----------
    call : str
        The call as the command line writes it, such as ``"torchdiffeq:rk4:step_size=0.25"``.
    substeps : int
        Equal steps from sample to sample, for a method.
    scheme : Method or None
        A scheme of one's own.

    References
    ----------
    Chen, *torchdiffeq*; Kidger, *On Neural Differential Equations*, DPhil thesis, Oxford (2021), arXiv:2202.02435 (diffrax); Virtanen et al.,
    *SciPy 1.0*, Nature Methods 17 (2020). Each call's rules of step control are those of the library's source.

    Examples
    --------
    >>> Loop.torchdiffeq(method="rk4").call
    'torchdiffeq:rk4'
    >>> Loop.torchdiffeq(method="dopri5", rtol=1e-3, atol=1e-4).call
    'torchdiffeq:dopri5:rtol=0.001,atol=0.0001'
    """

    call: str
    substeps: int = 1
    scheme: Method | None = None

    def __post_init__(self) -> None:
        try:
            count = operator.index(self.substeps)
        except TypeError:
            raise TypeError(f"the steps from sample to sample are a whole number, not {self.substeps!r}") from None
        if count < 1:
            raise ValueError(f"at least one step leads from sample to sample, not {count}")

    @classmethod
    def fixed(cls, method: str | os.PathLike[str] | Method, substeps: int = 1) -> Loop:
        """Equal steps of a method from sample to sample.

        Parameters
        ----------
        method : str, path or Method
        substeps : int
            m, how many.

        Returns
        -------
        Loop
        """
        scheme = as_method(method)
        return cls(scheme.name, substeps, scheme)

    @classmethod
    def torchdiffeq(
        cls, method: str | None = None, rtol: float | None = None, atol: float | None = None, options: dict[str, Any] | None = None, dtype: Any = None
    ) -> Loop:
        """``torchdiffeq.odeint(f, y0, t, method=…, rtol=…, atol=…, options=…)``.

        Parameters
        ----------
        method, rtol, atol, options
            As in the call; left out, the library's own defaults (``dopri5``, 1e-7, 1e-9). Of ``options``: ``step_size``, ``interp``,
            ``first_step``, ``max_step``, ``safety``, ``ifactor``, ``dfactor``; ``step_t`` counts as landing on the samples, and
            ``max_num_steps`` and ``dtype`` (of the times) change nothing.
        dtype : str or dtype, optional
            Of the state: ``float32`` lets the loop round as the training does; left out, exact but for double precision.

        Returns
        -------
        Loop

        Raises
        ------
        LambdahatError, TypeError
            A method or an option whose effect is not known here.
        """
        known = {key: value for key, value in (options or {}).items() if key not in ("max_num_steps", "dtype")}
        if known.pop("perturb", False):
            raise TypeError("options['perturb'] moves the ends of each step, which is not followed here; leave it out")
        if "step_t" in known:
            known["step_t"] = "t"
        return cls._checked("torchdiffeq", method or "dopri5", {"rtol": rtol, "atol": atol, **known, "dtype": _precision(dtype)})

    @classmethod
    def diffrax(cls, solver: Any, stepsize_controller: Any = None, dt0: float | None = None, saveat: Any = None, dtype: Any = None) -> Loop:
        """``diffrax.diffeqsolve(terms, solver, …, dt0, stepsize_controller=…)``, from the very objects.

        Parameters
        ----------
        solver : diffrax solver or its class name
        stepsize_controller : PIDController, ClipStepSizeController or ConstantStepSize, optional
        dt0 : float, optional
        saveat : diffrax.SaveAt, optional
            ``t1`` or ``ts``. The solver's own ``steps`` are no samples.
        dtype : str or dtype, optional
            Of the state: ``float32`` (JAX's default) lets the loop round as the training does; left out, exact but for double precision.

        Returns
        -------
        Loop

        Raises
        ------
        LambdahatError, TypeError
            An object whose effect is not known here.
        """
        settings = {} if stepsize_controller is None else _diffrax_control(stepsize_controller)
        saved = getattr(saveat, "subs", None)
        if getattr(saved, "steps", 0):
            raise TypeError("SaveAt(steps=…) saves the solver's own steps, which are no samples; give t1 or ts")
        if dt0 is not None:
            settings["dt0"] = float(dt0)
        settings["dtype"] = _precision(dtype)
        return cls._checked("diffrax", _name_of(solver, "diffrax"), settings)

    @classmethod
    def scipy(
        cls, method: Any = "RK45", rtol: float | None = None, atol: float | None = None, first_step: float | None = None, max_step: float | None = None
    ) -> Loop:
        """``scipy.integrate.solve_ivp(f, span, y0, method=…, rtol=…, atol=…, first_step=…, max_step=…)``.

        Parameters
        ----------
        method : str or scipy.integrate solver class
        rtol, atol, first_step, max_step : float, optional
            As in the call; left out, the library's own defaults.

        Returns
        -------
        Loop

        Raises
        ------
        LambdahatError, TypeError
            A method or a setting whose effect is not known here.
        """
        if max_step is not None and np.isinf(max_step):
            max_step = None
        return cls._checked("scipy", _name_of(method, "scipy"), {"rtol": rtol, "atol": atol, "first_step": first_step, "max_step": max_step})

    @classmethod
    def _checked(cls, library: str, name: str, settings: dict[str, Any]) -> Loop:
        call = _call(library, name, settings)
        if _core.Call.parse(call) is None:  # a method whose steps are equal here, or nothing that is known
            Method(call)
        return cls(call)

    @property
    def own_steps(self) -> _core.Call | None:
        """The library's call where it takes steps of its own; None for equal steps of a method from sample to sample."""
        if self.scheme is not None or ":" not in self.call:
            return None
        call = _core.Call.parse(self.call)
        return None if call is None or call.is_one_step_a_sample else call

    def method(self, interval: float | None = None) -> tuple[Method, int]:
        """The method of equal steps and their number from sample to sample.

        Parameters
        ----------
        interval : float, optional
            The sampling interval, for calls that lay their own grid of equal steps over it.

        Returns
        -------
        Method, int

        Raises
        ------
        LambdahatError
            Where the call chooses its own steps, and so has no single method.
        """
        if self.scheme is not None:
            return self.scheme, self.substeps
        call = self.own_steps
        equal = None if call is None or interval is None else call.substeps(interval)
        if call is not None and equal is not None:
            return Method(call.scheme), equal
        return Method(self.call), self.substeps

    def multiplier(self, lam: NDArray[np.complex128], interval: float, starts: NDArray[np.complex128] | None = None) -> NDArray[np.complex128]:
        """The factor from sample to sample of modes λ̂ of the model: ``R(hλ̂)**m``, or what the library's own steps make of it.

        Parameters
        ----------
        lam : ndarray of complex, shape (n,)
        interval : float
            H.
        starts : ndarray of complex, optional
            The modes' amplitudes in the batch of starts, which enter the error norm of step control; left out, one of size 1.

        Returns
        -------
        ndarray of complex, shape (n,)
            Not a number where the call cannot be followed.
        """
        modes = np.ascontiguousarray(np.atleast_1d(lam), dtype=np.complex128)
        call = self.own_steps
        if call is not None:
            return call.multiplier(modes, interval, starts)
        method, substeps = self.method()
        return method.stability_function(interval / substeps * modes) ** substeps

    def source(self) -> str | tuple[str, str]:
        """What the compiled part takes: a name, or the text of a scheme with its origin."""
        if self.scheme is not None and self.scheme._text is not None:
            return self.scheme._text, self.scheme._origin
        return self.call


def _name_of(solver: Any, library: str) -> str:
    """The library's name of a solver: a string, an instance or a class of that library."""
    if isinstance(solver, str):
        return solver
    kind = solver if isinstance(solver, type) else type(solver)
    if not any(base.__module__.split(".")[0] == library for base in kind.__mro__):
        raise TypeError(f"{solver!r} is no solver of {library}; give one of its solvers, or a name")
    return kind.__name__


#: What a PIDController is set to by default.
_PID = {"pcoeff": 0.0, "icoeff": 1.0, "dcoeff": 0.0, "dtmax": None, "factormin": 0.2, "factormax": 10.0, "safety": 0.9, "error_order": None}


def _diffrax_control(controller: Any) -> dict[str, Any]:
    """The settings of a controller of steps, in the words of the call."""
    name = type(controller).__name__
    if name.startswith("Clip"):
        if getattr(controller, "jump_ts", None) is not None:
            raise TypeError("jump_ts restarts the solver at jumps of the field, which is not followed here; leave it out")
        landing = {"step_ts": "ts"} if getattr(controller, "step_ts", None) is not None else {}
        return {**_diffrax_control(controller.controller), **landing}
    if name == "ConstantStepSize":
        return {}
    if name != "PIDController":
        raise TypeError(f"{name} is not understood; give a PIDController or a ConstantStepSize")
    if getattr(controller.norm, "__name__", "") != "rms_norm":
        raise TypeError("a norm of one's own in the PIDController is not followed here; leave it out")
    if controller.dtmin is not None:
        raise TypeError("dtmin of the PIDController is not followed here; leave it out")
    settings: dict[str, Any] = {"rtol": float(controller.rtol), "atol": float(controller.atol)}
    for key, default in _PID.items():
        value = getattr(controller, key)
        if value is not None and value != default:
            settings[key] = float(value)
    return settings


def _call(library: str, name: str, settings: dict[str, Any]) -> str:
    given = ",".join(f"{key}={_word(key, value)}" for key, value in settings.items() if value is not None)
    return f"{library}:{name}" + (f":{given}" if given else "")


def _precision(dtype: Any) -> str | None:
    """The name of a dtype of NumPy, PyTorch or JAX."""
    return None if dtype is None else str(getattr(dtype, "__name__", dtype)).rsplit(".", 1)[-1]


def _word(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if np.ndim(value) == 0 and not callable(value):
        return repr(float(value))
    raise TypeError(f"{key} = {value!r} is not followed here; give one number")


def as_loop(loop: Any, substeps: int = 1) -> Loop:
    """A loop from its call, a method, or itself."""
    if isinstance(loop, Loop):
        return loop
    if isinstance(loop, Method):
        return Loop.fixed(loop, substeps)
    if isinstance(loop, (str, os.PathLike)):
        given = os.fspath(loop)
        return Loop.fixed(given, substeps) if given.endswith(".toml") else Loop(given, substeps)
    kind = loop if isinstance(loop, type) else type(loop)
    if kind.__module__.split(".")[0] in ("diffrax", "torchdiffeq", "scipy"):
        raise TypeError(f"{kind.__name__} is a part of a call; give Loop.diffrax(solver, stepsize_controller, dt0) or its like")
    raise TypeError(f"{type(loop).__name__} is no training call; give a name, a Method or a Loop")


def as_loops(loops: Any, substeps: int = 1) -> list[Loop]:
    """One loop or several; none is none."""
    if loops is None:
        return []
    several = isinstance(loops, Iterable) and not isinstance(loops, (str, os.PathLike, Loop, Method))
    return [as_loop(loop, substeps) for loop in loops] if several else [as_loop(loops, substeps)]
