"""Figures in matplotlib, in colours that colour-blind readers tell apart (Okabe & Ito)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .branching import BranchTable

BLACK, ORANGE, BLUE, GREEN, VERMILION, GREY = "#000000", "#E69F00", "#0072B2", "#009E73", "#D55E00", "#999999"
VERDICTS = {"faithful": GREEN, "distorted": ORANGE, "artifact": VERMILION}


def axes(ax: Any) -> Any:
    """The axes given, or new ones."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


def plane(found: BranchTable, ax: Any = None) -> Any:
    """λ and every λ̂ in the complex plane; what lies right of the dashed line grows."""
    ax = axes(ax)
    learned, principal = found.learned.ravel(), found.principal.ravel()
    finite = np.isfinite(learned)
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    ax.plot(learned[finite].real, learned[finite].imag, "o", color=ORANGE, label="other branches")
    ax.plot(principal.real, principal.imag, "o", color=BLUE, label="principal branch")
    ax.plot(found.lam.real.ravel(), found.lam.imag.ravel(), "x", color=BLACK, label="truth")
    ax.set_xlabel("Re λ̂ (right of the line: grows)")
    ax.set_ylabel("Im λ̂")
    ax.set_title(f"Learned through {found.method}, one sample every {found.interval:g}")
    ax.legend()
    return ax


def prediction(rows: list[dict[str, Any]], ax: Any = None) -> Any:
    """True modes and what each method learns on its principal branch; the colour is the verdict."""
    ax = axes(ax)
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    for row in rows:
        if row["learned"] is not None:
            ax.plot(row["learned"].real, row["learned"].imag, "o", color=VERDICTS.get(row["verdict"], GREY))
            ax.annotate(row["method"], (row["learned"].real, row["learned"].imag), textcoords="offset points", xytext=(4, 4), fontsize=8)
    for lam in {row["lam"] for row in rows}:
        ax.plot(lam.real, lam.imag, "x", color=BLACK)
    ax.set_xlabel("Re λ̂ (right of the line: grows)")
    ax.set_ylabel("Im λ̂")
    for verdict, colour in VERDICTS.items():
        ax.plot([], [], "o", color=colour, label=verdict)
    ax.plot([], [], "x", color=BLACK, label="truth")
    ax.legend()
    return ax


def rates(steps: Any, learned: Any, ax: Any = None) -> Any:
    """The real part of each learned eigenvalue during training; above the dashed line the model grows."""
    ax = axes(ax)
    ax.axhline(0.0, color=GREY, linestyle="--", linewidth=1)
    values = np.asarray(learned)
    for j in range(values.shape[1] if values.ndim == 2 else 0):
        ax.plot(steps, values[:, j].real, color=(BLUE, ORANGE, GREEN, VERMILION)[j % 4], label=f"λ̂ {j + 1}")
    ax.set_xlabel("training step")
    ax.set_ylabel("Re λ̂ (above the line: grows)")
    if values.ndim == 2 and values.shape[1]:
        ax.legend()
    return ax
