"""What integrates in the training loop, in the words of the library that is called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .schemes import Method, as_method


@dataclass(frozen=True)
class Loop:
    """A training call: which integrator takes the model from sample to sample.

    Build one with :meth:`torchdiffeq`, :meth:`diffrax` or :meth:`scipy`, in the same keywords as the call itself, or with
    :meth:`fixed` for ``substeps`` equal steps of a method.

    Attributes
    ----------
    call : str
        The call as the command line writes it, such as ``"torchdiffeq:rk4:step_size=0.25"``.
    substeps : int
        Equal steps from sample to sample, for a method.
    scheme : Method or None
        A scheme of one's own.

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

    @classmethod
    def fixed(cls, method: str | os.PathLike[str] | Method, substeps: int = 1) -> Loop:
        """``substeps`` equal steps of a method from sample to sample."""
        scheme = as_method(method)
        return cls(scheme.name, substeps, scheme)

    @classmethod
    def torchdiffeq(cls, method: str = "dopri5", rtol: float | None = None, atol: float | None = None, options: dict[str, Any] | None = None) -> Loop:
        """``torchdiffeq.odeint(f, y0, t, method=…, rtol=…, atol=…, options=…)``.

        Parameters
        ----------
        method, rtol, atol, options
            As in the call. Of ``options``: ``step_size``, ``interp``, ``first_step``, ``max_num_steps``, ``min_step``, ``max_step``,
            ``safety``, ``ifactor``, ``dfactor``; ``step_t`` counts as landing on the samples.
        """
        known = dict(options or {})
        if "step_t" in known:
            known["step_t"] = True
        return cls(_call("torchdiffeq", method, {"rtol": rtol, "atol": atol, **known}))

    @classmethod
    def diffrax(cls, solver: Any, stepsize_controller: Any = None, dt0: float | None = None, saveat: Any = None) -> Loop:
        """``diffrax.diffeqsolve(terms, solver, …, dt0, stepsize_controller=…)``, from the very objects.

        Parameters
        ----------
        solver : diffrax solver or its class name
        stepsize_controller : diffrax.PIDController or ConstantStepSize, optional
        dt0 : float, optional
        saveat : ignored
            Where the solution is saved makes no difference to the steps.
        """
        name = solver if isinstance(solver, str) else type(solver).__name__
        settings: dict[str, Any] = {}
        if stepsize_controller is not None and hasattr(stepsize_controller, "rtol"):
            for key in ("rtol", "atol", "pcoeff", "icoeff", "dcoeff"):
                value = getattr(stepsize_controller, key, None)
                default = {"pcoeff": 0.0, "icoeff": 1.0, "dcoeff": 0.0}.get(key)
                if value is not None and value != default:
                    settings[key] = float(value)
        elif stepsize_controller is not None and "Constant" not in type(stepsize_controller).__name__:
            raise TypeError(f"{type(stepsize_controller).__name__} is not understood; give a PIDController or a ConstantStepSize")
        if dt0 is not None:
            settings["dt0"] = float(dt0)
        return cls(_call("diffrax", name, settings))

    @classmethod
    def scipy(cls, method: str = "RK45", rtol: float | None = None, atol: float | None = None) -> Loop:
        """``scipy.integrate.solve_ivp(f, span, y0, method=…, rtol=…, atol=…)``."""
        return cls(_call("scipy", method, {"rtol": rtol, "atol": atol}))

    def method(self) -> Method:
        """The method of equal steps.

        Raises
        ------
        LambdahatError
            Where the call chooses its own steps, and so has no single method.
        """
        return self.scheme if self.scheme is not None else Method(self.call)

    def multiplier(self, lam: NDArray[np.complex128], interval: float) -> NDArray[np.complex128]:
        """The factor from sample to sample of a mode λ̂ of the model, R(hλ̂)^m."""
        return self.method().stability_function(interval / self.substeps * np.asarray(lam)) ** self.substeps

    def source(self) -> str | tuple[str, str]:
        """What the compiled part takes: a name, or the text of a scheme with its origin."""
        if self.scheme is not None and self.scheme._text is not None:
            return self.scheme._text, self.scheme._origin
        return self.call


def _call(library: str, name: str, settings: dict[str, Any]) -> str:
    given = ",".join(f"{key}={_word(value)}" for key, value in settings.items() if value is not None)
    return f"{library}:{name}" + (f":{given}" if given else "")


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, (bool, str)) else repr(float(value)) if isinstance(value, (int, float)) else str(value)


def as_loop(loop: Any, substeps: int = 1) -> Loop:
    """A loop from its call, a method, or itself."""
    if isinstance(loop, Loop):
        return loop
    if isinstance(loop, Method):
        return Loop.fixed(loop, substeps)
    if isinstance(loop, (str, os.PathLike)):
        given = os.fspath(loop)
        return Loop.fixed(given, substeps) if given.endswith(".toml") else Loop(given, substeps)
    raise TypeError(f"{type(loop).__name__} is no training call; give a name, a Method or a Loop")
