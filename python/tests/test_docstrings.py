"""Every public name says what it takes, gives and raises, in numpy's style, with an example that runs as a doctest."""

import inspect
import re

import pytest

import lambdahat

PUBLIC = [name for name in lambdahat.__all__ if name != "__version__"]
#: What computes mathematics names its source.
FROM_A_SOURCE = {"Loop", "Method", "audit", "basins", "branches", "check", "fit", "map", "modified", "predict", "region", "repair", "verify"}
#: Exceptions are raised for the user, not called.
RAISED = {"LambdahatError", "ForkedThreadsError"}


def sections(text):
    """The names of the underlined headings, and the text of each."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", inspect.cleandoc(text or ""), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def parameters(function):
    return [p for p in inspect.signature(function).parameters.values() if p.name not in ("self", "cls")]


def lacking(name, thing, *, with_example):
    """What the docstring of a function lacks."""
    doc = inspect.getdoc(thing) or ""
    found, out = sections(doc), []
    if not doc.strip():
        return [f"{name}: no docstring"]
    signature = inspect.signature(thing)
    entries = re.findall(r"^(\S.*)$", found.get("Parameters", ""), flags=re.M)
    told = {word.strip(" *\\") for entry in entries for word in entry.split(" : ")[0].split(",")}
    out += [f"{name}: parameter {p.name} is not told" for p in parameters(thing) if p.name not in told]
    if "->" in str(signature) and signature.return_annotation not in (None, "None", inspect.Signature.empty) and "Returns" not in found:
        one_line = len(parameters(thing)) == 0 and len(doc.splitlines()) <= 3
        if not one_line:
            out.append(f"{name}: no Returns")
    if with_example:
        out += [f"{name}: no {section}" for section in ("Examples", "Raises") if section not in found and (parameters(thing) or section == "Examples")]
        if ">>> " not in found.get("Examples", ""):
            out.append(f"{name}: no runnable example")
    return out


def faults(name):
    thing = getattr(lambdahat, name)
    doc = thing.__doc__ or ""
    out = [] if name not in FROM_A_SOURCE or "References" in sections(doc) else [f"{name}: no References"]
    if inspect.isfunction(thing):
        return out + lacking(name, thing, with_example=True)
    if not inspect.isclass(thing):
        return out + ([] if ">>> " in doc else [f"{name}: no example"])
    if not doc.strip():
        out.append(f"{name}: no docstring")
    if name in RAISED:
        return out
    if ">>> " not in sections(doc).get("Examples", ""):
        out.append(f"{name}: no runnable example")
    told = {word.strip() for line in re.findall(r"^(\S.*)$", sections(doc).get("Attributes", ""), flags=re.M) for word in line.split(" : ")[0].split(",")}
    for attribute in getattr(thing, "__dataclass_fields__", {}):
        if attribute not in told and not attribute.startswith("_"):
            out.append(f"{name}: attribute {attribute} is not told")
    for member, value in vars(thing).items():
        if member.startswith("_"):
            continue
        if isinstance(value, property):
            out += [] if (value.__doc__ or "").strip() else [f"{name}.{member}: no docstring"]
            continue
        function = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        if inspect.isfunction(function):
            out += lacking(f"{name}.{member}", function, with_example=False)
    return out


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_documented(name):
    assert faults(name) == []
