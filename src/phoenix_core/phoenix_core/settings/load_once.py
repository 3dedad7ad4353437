"""Keeps what was loaded from files until one changes: nodes share it, and come back sooner."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias, TypeVar

MOST = 4  # kept of one function: two languages, of a care check and of a guard

Params = ParamSpec('Params')
Loaded = TypeVar('Loaded')
Version: TypeAlias = tuple[int, int, int] | None


def load_once(load: Callable[Params, Loaded]) -> Callable[Params, Loaded]:
    """
    Make a function return what it returned before, while the files it was given are the same.

    Each Path among the arguments, or in a list of them, is such a file. What is returned is
    shared: nobody may change it.
    """
    kept: OrderedDict[Any, tuple[list[Version], Loaded]] = OrderedDict()
    lock = threading.Lock()

    @wraps(load)
    def loaded(*args: Params.args, **kwargs: Params.kwargs) -> Loaded:
        given = (*args, *kwargs.values())
        key = *map(_hashable, given), *kwargs
        versions = [_version(path) for path in _paths(given)]
        with lock:
            if key in kept and kept[key][0] == versions:
                kept.move_to_end(key)
                return kept[key][1]
            found = load(*args, **kwargs)
            kept[key] = versions, found
            kept.move_to_end(key)
            while len(kept) > MOST:
                kept.popitem(last=False)
            return found

    return loaded


def _hashable(argument: object) -> object:
    return tuple(argument) if isinstance(argument, list) else argument


def _paths(arguments: Iterable[object]) -> Iterator[Path]:
    for argument in arguments:
        if isinstance(argument, Path):
            yield argument
        elif isinstance(argument, list):
            yield from _paths(argument)


def _version(path: Path) -> Version:
    try:
        status = path.stat()
    except OSError:  # loading says why
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
