"""`import lambdahat` alone is cheap, and every public name is there for who asks, whatever was used before."""

import ast
import inspect
import pathlib
import pickle
import subprocess
import sys

import pytest

import lambdahat

HEAVY = ("numpy", "matplotlib", "pandas", "pyarrow", "scipy", "jax", "torch", "polars", "xarray", "concurrent.futures")


def fresh(code):
    """What a new Python prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout.split()


def test_nothing_heavy_is_imported_before_it_is_used():
    assert fresh(f"import sys, lambdahat; print(*[name for name in {HEAVY} if name in sys.modules])") == []
    # The command line has no use for numpy at all.
    assert fresh("import sys, lambdahat.__main__; print('numpy' in sys.modules)") == ["False"]


def test_what_checkers_of_types_see_is_what_there_is():
    tree = ast.parse(pathlib.Path(lambdahat.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    told = {alias.name: node.module for node in guarded.body for alias in node.names}
    assert told == {name: home for home, names in lambdahat._HOMES.items() for name in names}
    assert {*told, "LambdahatError", "__version__"} == set(lambdahat.__all__) and len(lambdahat.__all__) == len(set(lambdahat.__all__))
    for name, home in told.items():
        assert inspect.getmodule(getattr(lambdahat, name)).__name__ == f"lambdahat.{home}", name


def test_names_are_listed_and_found_in_any_order():
    assert set(lambdahat.__all__) <= set(dir(lambdahat))
    # `systems` after `System`, which share a module, and a star.
    assert fresh("import lambdahat; lambdahat.System('pendulum'); print(len(lambdahat.systems()) > 3, callable(lambdahat.systems))") == ["True", "True"]
    assert fresh("from lambdahat import *; print(callable(predict), map.__module__)") == ["True", "lambdahat.figures"]
    assert pickle.loads(pickle.dumps(lambdahat.predict)) is lambdahat.predict


def test_a_name_that_is_not_there_is_told():
    with pytest.raises(AttributeError, match="'lambdahat' has no attribute 'forecast'"):
        lambdahat.forecast  # noqa: B018
