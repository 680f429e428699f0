"""What a training loop really learns when it fits a dynamical system through a numerical integrator.

A loop fits a vector field so that ``m`` steps of size ``h = H/m`` reproduce samples taken every ``H``. On a mode λ of the true
system every solution λ̂ of ``R(hλ̂)**m == exp(Hλ)`` is a perfect fit, and some of them grow where the data decay. This package
computes all of them before anyone trains, and audits and repairs models that were trained already.

Examples
--------
RK4 with one step a sample turns a decaying oscillation into a growing one:

>>> import lambdahat
>>> found = lambdahat.branches("rk4", -0.1 + 2j, 1.0)
>>> print(f"{found.principal[0]:.3f}")
0.105+1.927j

References
----------
Lu & Tsai, *Artifacts of Numerical Integration in Learning Dynamical Systems* (2025), arXiv:2507.14491.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._core import LambdahatError, __version__

if TYPE_CHECKING:
    from .audits import Audit, audit
    from .branching import BranchTable, branches
    from .checks import CalledCheck, Check
    from .equations import Modified, modified
    from .figures import basins, map, region
    from .fits import Fit, check, fit
    from .loops import Loop
    from .named_systems import System, systems
    from .pictures import Basins, LearnedMap, Regions
    from .predictions import Prediction, predict
    from .repairs import RepairedField, repair
    from .schemes import Catalogue, Method, methods, verify
    from .sweeps import ForkedThreadsError, sweep
    from .verifications import Verification
    from .watching import Watch

#: The module of each public name. They import numpy, so they wait for their first use: ``import lambdahat`` takes milliseconds.
_HOMES = {
    "audits": ("Audit", "audit"),
    "branching": ("BranchTable", "branches"),
    "checks": ("CalledCheck", "Check"),
    "equations": ("Modified", "modified"),
    "figures": ("basins", "map", "region"),
    "fits": ("Fit", "check", "fit"),
    "loops": ("Loop",),
    "named_systems": ("System", "systems"),
    "pictures": ("Basins", "LearnedMap", "Regions"),
    "predictions": ("Prediction", "predict"),
    "repairs": ("RepairedField", "repair"),
    "schemes": ("Catalogue", "Method", "methods", "verify"),
    "sweeps": ("ForkedThreadsError", "sweep"),
    "verifications": ("Verification",),
    "watching": ("Watch",),
}

__all__ = [
    "Audit",
    "Basins",
    "BranchTable",
    "CalledCheck",
    "Catalogue",
    "Check",
    "Fit",
    "ForkedThreadsError",
    "LambdahatError",
    "LearnedMap",
    "Loop",
    "Method",
    "Modified",
    "Prediction",
    "Regions",
    "RepairedField",
    "System",
    "Verification",
    "Watch",
    "__version__",
    "audit",
    "basins",
    "branches",
    "check",
    "fit",
    "map",
    "methods",
    "modified",
    "predict",
    "region",
    "repair",
    "sweep",
    "systems",
    "verify",
]


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{home}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
