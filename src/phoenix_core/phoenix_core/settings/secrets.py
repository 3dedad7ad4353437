"""
Secrets in the environment: for the process that uses them, not for those that it starts.

A secret is a variable whose name ends like one, or the headers that a telemetry receiver is sent.
A file can hold it instead, see `from_file`.
"""

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

KEYS = re.compile(r'(^|_)(KEY|TOKEN|SECRET|PASSWORD)$')  # of servers that are asked
HEADERS = re.compile(r'^OTEL_EXPORTER_OTLP_.*HEADERS$')  # of those that get spans
_withheld: dict[str, str] = {}


def is_secret(variable: str) -> bool:
    """Return whether an environment variable holds a secret."""
    return bool(KEYS.search(variable) or HEADERS.search(variable))


def withhold(environ: MutableMapping[str, str] = os.environ) -> None:
    """Remove the secrets from the environment; `secret` still returns them."""
    for name in filter(is_secret, list(environ)):
        _withheld[name] = environ.pop(name)


def secret(variable: str) -> str:
    """Return a secret of the environment; empty if there is none."""
    return os.environ.get(variable) or _withheld.get(variable, '')


def from_file(path: Path) -> str:
    """
    Return the secret in a file.

    :raises ValueError: it is unreadable, or others can read it, too.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise ValueError(f'{path}: others may read this secret; chmod 600 {path}')
        return path.read_text(encoding='utf-8').strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f'{path}: the secret cannot be read: {error}') from error
