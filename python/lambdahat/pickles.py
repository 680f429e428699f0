"""Pickles of objects that hold a model, which need not pickle by itself."""

from __future__ import annotations

import pickle
from typing import Any


def dumps(content: Any) -> bytes:
    """Pickled, with cloudpickle's help where a model has functions without a name of their own, as an MLP of Equinox has.

    Raises
    ------
    pickle.PicklingError
        Where plain pickle cannot, and cloudpickle is not installed.
    """
    try:
        return pickle.dumps(content)
    except (pickle.PicklingError, AttributeError, TypeError) as refused:
        try:
            import cloudpickle
        except ImportError:
            raise pickle.PicklingError(f"the model does not pickle by itself ({refused}); install cloudpickle, which can") from refused
        kept: bytes = cloudpickle.dumps(content)
        return kept


def loads(kept: bytes) -> Any:
    """What ``dumps`` was given."""
    return pickle.loads(kept)
