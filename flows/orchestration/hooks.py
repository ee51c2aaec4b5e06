"""Functions of the user, named as ``module:function``, that are called when a run has failed."""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flows.errors import UsageError, described

Hook = Callable[[Mapping[str, Any]], object]


def load(name: str) -> Hook:
    """Return the function of a name; modules of the current folder are found too.

    Raises:
        UsageError: there is no such function.

    >>> load("json:dumps")({"run": "1"})
    '{"run": "1"}'
    """
    module, _, function = name.partition(":")
    here = str(Path.cwd())
    sys.path.append(here)
    try:
        hook = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"{name} names no function ({error}); write module:function, both as Python finds them"
        raise UsageError(message) from error
    finally:
        sys.path.remove(here)
    if not callable(hook):
        message = f"{name} is no function; name one that takes the failure, a dictionary"
        raise UsageError(message)
    return hook  # type: ignore[no-any-return]  # whatever it takes, it is called with the failure


def call(name: str, failure: Mapping[str, Any]) -> str | None:
    """Call the function of a name.

    Args:
        name: the function.
        failure: what it is told; JSON could hold it.

    Returns:
        What went wrong with it, as a sentence; None where nothing did.
    """
    try:
        load(name)(json.loads(json.dumps(failure)))
    except Exception as error:  # it is not ours, and must not hide the failure that it is called for
        return f"the hook {name} failed itself ({described(error)}); repair it"
    return None
