"""Figures in matplotlib, in colours that colour-blind readers tell apart (Okabe & Ito)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BLACK, ORANGE, BLUE, GREEN, VERMILION, GREY = "#000000", "#E69F00", "#0072B2", "#009E73", "#D55E00", "#999999"
VERDICTS = {"faithful": GREEN, "distorted": ORANGE, "artifact": VERMILION}


def axes(ax: Any) -> Any:
    """The axes given, or new ones."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots()[1]


def plane(
    title: str, lam: NDArray[np.complex128], learned: NDArray[np.complex128], principal: NDArray[np.complex128], ax: Any = None
) -> Any:
    """λ and every λ̂ in the complex plane; what lies right of the dashed line grows."""
    ax = axes(ax)
    finite = learned[np.isfinite(learned)]
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    ax.plot(finite.real, finite.imag, "o", color=ORANGE, label="other branches")
    ax.plot(principal.real.ravel(), principal.imag.ravel(), "o", color=BLUE, label="principal branch")
    ax.plot(lam.real.ravel(), lam.imag.ravel(), "x", color=BLACK, label="truth")
    ax.set_xlabel("Re λ̂ (right of the line: grows)")
    ax.set_ylabel("Im λ̂")
    ax.set_title(title)
    ax.legend()
    return ax


def turned(before: list[complex], after: list[complex], names: tuple[str, str], title: str, ax: Any = None) -> Any:
    """Eigenvalues before and after, each joined to the one that becomes of it; right of the dashed line is growth."""
    ax = axes(ax)
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    for one, other in zip(before, after):
        ax.plot([one.real, other.real], [one.imag, other.imag], color=GREY, linewidth=0.8)
    ax.plot(np.real(before), np.imag(before), "o", color=VERMILION, label=names[0])
    ax.plot(np.real(after), np.imag(after), "o", color=BLUE, label=names[1])
    ax.set(xlabel="real part (right of the line: grows)", ylabel="imaginary part", title=title)
    ax.legend()
    return ax


def prediction(rows: list[dict[str, Any]], ax: Any = None) -> Any:
    """True modes and what each method learns on its principal branch; the colour is the verdict."""
    ax = axes(ax)
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    placed = [row for row in rows if row["learned"] is not None and np.isfinite(row["learned"])]
    for row in placed:
        ax.plot(row["learned"].real, row["learned"].imag, "o", color=VERDICTS.get(row["verdict"], GREY))
    for at, names in _neighbours([(row["learned"], row["method"]) for row in placed]):
        ax.annotate(names, (at.real, at.imag), textcoords="offset points", xytext=(4, 4), fontsize=8)
    for lam in {row["lam"] for row in rows}:
        ax.plot(lam.real, lam.imag, "x", color=BLACK)
    ax.set_xlabel("Re λ̂ (right of the line: grows)")
    ax.set_ylabel("Im λ̂")
    for verdict, colour in VERDICTS.items():
        ax.plot([], [], "o", color=colour, label=verdict)
    ax.plot([], [], "x", color=BLACK, label="truth")
    ax.legend()
    return ax


def _neighbours(points: list[tuple[complex, str]]) -> list[tuple[complex, str]]:
    """One label for points that lie too close together for two: the first names, and how many more."""
    groups: list[tuple[complex, list[str]]] = []
    span = max((abs(a - b) for a, _ in points for b, _ in points), default=0.0)
    for at, name in points:
        near = next((names for place, names in groups if abs(place - at) <= 0.06 * span), None)
        if near is None:
            groups.append((at, [name]))
        elif name not in near:
            near.append(name)
    return [(at, ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")) for at, names in groups]


def rates(steps: Any, learned: Any, ax: Any = None) -> Any:
    """The real part of each learned eigenvalue during training; above the dashed line the model grows."""
    ax = axes(ax)
    ax.axhline(0.0, color=GREY, linestyle="--", linewidth=1)
    values = np.asarray(learned)
    for j in range(values.shape[1] if values.ndim == 2 else 0):
        ax.plot(steps, np.real(values[:, j]), color=(BLUE, ORANGE, GREEN, VERMILION)[j % 4], label=f"λ̂ {j + 1}")
    ax.set_xlabel("training step")
    ax.set_ylabel("Re λ̂ (above the line: grows)")
    if values.ndim == 2 and values.shape[1]:
        ax.legend()
    return ax


def panels(figure: dict[str, Any], ax: Any = None) -> Any:
    """A figure's panels, each from its description: areas, lines, dots and words in the panel's own coordinates."""
    shown = figure["panels"]
    if ax is None:
        import matplotlib.pyplot as plt

        columns = max(1, figure["columns"])
        rows = -(-len(shown) // columns)
        drawn, places = plt.subplots(rows, columns, squeeze=False, figsize=(5.2 * columns, 4.2 * rows), layout="constrained")
        drawn.suptitle(figure["title"])
        for spare in places.ravel()[len(shown) :]:
            spare.set_axis_off()
    else:
        places = np.atleast_1d(np.asarray(ax, dtype=object))
    for panel, place in zip(shown, places.ravel()):
        _panel(panel, place)
    if ax is not None:
        return ax
    return places.ravel()[0] if len(shown) == 1 else places


#: The inks of this project's figures.
INKS = {
    "black": BLACK,
    "orange": ORANGE,
    "sky": "#56B4E9",
    "green": GREEN,
    "yellow": "#F0E442",
    "blue": BLUE,
    "red": VERMILION,
    "purple": "#CC79A7",
    "grey": "#6B6B6B",
    "pale": "#D9D9D9",
}


def _panel(panel: dict[str, Any], ax: Any) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    labelled = False
    for mark in panel["marks"]:
        kind, what = next(iter(mark.items()))
        colour, label = INKS.get(what["ink"], GREY), what.get("label") or None
        labelled = labelled or label is not None
        if kind == "area":
            loops = [np.asarray(one, dtype=float) for one in what["loops"] if len(one) > 2]
            if loops:
                # One path for all polygons: where they overlap an even number of times there is a hole.
                parts = [Path(np.vstack([one, one[:1]]), closed=True) for one in loops]
                ax.add_patch(PathPatch(Path.make_compound_path(*parts), facecolor=colour, edgecolor="none", alpha=what["opacity"], label=label))
        elif kind == "line":
            points = np.asarray(what["points"], dtype=float).reshape(-1, 2)
            ax.plot(points[:, 0], points[:, 1], color=colour, linewidth=0.75 * what["width"], linestyle="--" if what["dashed"] else "-", label=label)
        elif kind == "dots":
            points = np.asarray(what["points"], dtype=float).reshape(-1, 2)
            face = colour if what["filled"] else "none"
            ax.plot(points[:, 0], points[:, 1], "o", color=colour, markerfacecolor=face, markersize=1.5 * what["radius"], label=label)
        elif kind == "text":
            ax.annotate(what["text"], what["at"], color=colour, fontsize=8)
    ax.set(xlabel=panel["x"]["label"], ylabel=panel["y"]["label"], xlim=panel["x"]["range"], ylim=panel["y"]["range"], title=panel["title"])
    for axis, description in ((ax.xaxis, panel["x"]), (ax.yaxis, panel["y"])):
        if description.get("kinds"):
            axis.set_ticks([at for at, _ in description["kinds"]], [word for _, word in description["kinds"]])
    if panel["equal"]:
        ax.set_aspect("equal")
    if labelled:
        ax.legend(fontsize=8)


def streams(before: Any, after: Any, variables: list[str], h: float, across: tuple[float, float], up: tuple[float, float], ax: Any = None) -> Any:
    """Streamlines of a field and of its expansion at h."""
    ax = axes(ax)
    x, y = np.linspace(*across, 40), np.linspace(*up, 40)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    for field, colour, label in ((before, BLACK, "f"), (after, VERMILION, f"h = {h:g}")):
        value = field(points)
        ax.streamplot(x, y, value[..., 0], value[..., 1], color=colour, linewidth=0.8, density=0.9)
        ax.plot([], [], color=colour, label=label)
    ax.set(xlabel=variables[0], ylabel=variables[1])
    ax.legend()
    return ax


def trajectories(paths: list[Any], interval: float, title: str, ax: Any = None) -> Any:
    """Trajectories in the plane of the two components, or all components against time."""
    ax = axes(ax)
    for k, path in enumerate(paths):
        colour = (BLUE, ORANGE, GREEN, VERMILION)[k % 4]
        if path.shape[1] == 2:
            ax.plot(path[:, 0], path[:, 1], color=colour)
        else:
            ax.plot(interval * np.arange(len(path)), path, color=colour, linewidth=0.8)
    ax.set(title=title, xlabel="x1" if paths and paths[0].shape[1] == 2 else "t", ylabel="x2" if paths and paths[0].shape[1] == 2 else "x")
    return ax


def history(losses: Any, title: str, ax: Any = None) -> Any:
    """A loss against the iteration."""
    ax = axes(ax)
    ax.semilogy(np.arange(1, len(losses) + 1), losses, color=BLUE)
    ax.set(xlabel="iteration", ylabel="loss", title=title)
    return ax


def checked(predicted: list[tuple[complex, complex]], learned: list[complex], ax: Any = None) -> Any:
    """Predicted branches as circles, learned eigenvalues as dots, the true modes as crosses."""
    ax = axes(ax)
    ax.axvline(0.0, color=GREY, linestyle="--", linewidth=1)
    branches = np.array([branch for _, branch in predicted])
    truth = np.array(list({lam for lam, _ in predicted}))
    found = np.array(learned, dtype=complex)
    ax.plot(np.real(branches), np.imag(branches), "o", color=BLUE, markerfacecolor="none", markersize=11, label="predicted")
    ax.plot(np.real(found), np.imag(found), "o", color=VERMILION, markersize=4, label="learned")
    ax.plot(np.real(truth), np.imag(truth), "x", color=BLACK, label="truth")
    ax.set(xlabel="Re λ̂ (right of the line: grows)", ylabel="Im λ̂")
    ax.legend()
    return ax
