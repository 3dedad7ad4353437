"""A support bundle: what helps to help, and nothing that tells whose toy it is."""

import io
import json
import os
import re
import socket
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from phoenix_core.settings.node_settings import NodeSettings, is_recorded
from phoenix_core.settings.secrets import is_secret
from phoenix_tools.arguments import VERSION
from phoenix_tools.doctor.finding import Finding

REMOVED = '(removed)'
SHORTEST = 3  # letters of a word that is looked for: shorter ones are in everything
NAMES_DEVICES = ('sound',)  # findings that quote what people call their devices
WHO = ('HOME', 'USER', 'LOGNAME', 'SUDO_USER')
QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
ADDRESS = re.compile(
    r'\b(?!127\.)\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b'
    r'|\b[0-9a-f]{1,4}:[0-9a-f:]*:[0-9a-f]{1,4}(?:%\w+)?\b'
)
# Of a line of a log: that there was one, of whom, and the code of a fault; never its text.
LOG_LINE = re.compile(r'\[(WARN|ERROR|FATAL)\] \[(\d+)\.\d+\] \[([\w.]+)\]: (?:(\w+_\w+): )?')
EXPLAINED = """\
What phoenix doctor --bundle writes: versions, what the doctor found, settings that are numbers,
switches or choices, and of the logs how often which node warned of what. No sound, no words, no
names, no addresses, no keys. Look into it before you send it: tar -xzf FILE.
"""


class Redaction:
    """
    Takes out of texts what tells whose toy it is.

    :param words: that are personal for certain, such as the name of the user.
    """

    def __init__(self, words: Iterable[str]) -> None:
        long_ones = {word for word in words if len(word) >= SHORTEST}
        found = '|'.join(re.escape(word) for word in sorted(long_ones, key=len, reverse=True))
        self._words = re.compile(found or r'(?!)', re.IGNORECASE)

    def __call__(self, text: str) -> str:
        """Return a text without what is personal."""
        return ADDRESS.sub(REMOVED, QUOTED.sub(REMOVED, self._words.sub(REMOVED, text)))


def write(
    file: Path,
    findings: Iterable[Finding],
    settings: Mapping[str, NodeSettings],
    logs: Path,
    environ: Mapping[str, str] = os.environ,
    known: Sequence[str] = (),
) -> None:
    """
    Write a bundle.

    :param logs: folder of the log files.
    :param known: more words that are personal, such as the path of the profile.
    :raises OSError: the file cannot be written.
    """
    redact = Redaction([*known, *_personal(environ), *_texts(settings)])
    parts: dict[str, Any] = {
        'findings.json': [
            {
                'level': one.level.value,
                'subject': one.subject,
                'text': REMOVED if one.subject in NAMES_DEVICES else redact(one.text),
            }
            for one in findings
        ],
        'versions.json': {
            'phoenix': VERSION,
            **dict(sorted((one.name, one.version) for one in distributions())),
        },
        'settings.json': {node: _plain(own) for node, own in settings.items()},
        'log.json': [{**line, 'node': redact(line['node'])} for line in _counted(logs)],
    }
    with file.open('wb') as written, tarfile.open(fileobj=written, mode='w:gz') as bundle:
        _add(bundle, 'README', EXPLAINED)
        for name, content in parts.items():
            _add(bundle, name, json.dumps(content, indent=2, ensure_ascii=False) + '\n')


def _add(bundle: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(f'phoenix-bundle/{name}')  # without owner and time
    member.size = len(data)
    bundle.addfile(member, io.BytesIO(data))


def _personal(environ: Mapping[str, str]) -> Iterator[str]:
    yield socket.gethostname()
    for name, value in environ.items():
        if name in WHO or is_secret(name) or name.startswith('PHOENIX_'):
            yield value
            yield Path(value).name


def _texts(settings: Mapping[str, NodeSettings]) -> Iterator[str]:
    """Return all that was written as text into settings; it may be a name, or an address."""
    for own in settings.values():
        defaults = type(own)().flat()
        plain = _plain(own)
        for name, value in own.flat().items():
            if name in plain or value == defaults.get(name):
                continue
            yield from map(str, value if isinstance(value, list) else [value])


def _plain(own: NodeSettings) -> dict[str, Any]:
    """Return the settings that are numbers, switches, or choices of a few words."""
    values = own.model_dump()
    return {
        name: values[name]
        for name, field in type(own).model_fields.items()
        if is_recorded(field) and isinstance(values[name], int | float | bool)
    }


def _counted(logs: Path) -> Iterator[dict[str, Any]]:
    """Count the warnings and errors of all logs by node and code."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for path in sorted(logs.rglob('*.log')):
        for line in path.read_text(errors='replace').splitlines():
            if found := LOG_LINE.match(line):
                level, second, node, code = found.groups()
                counts.setdefault((level, node, code or ''), []).append(int(second))
    for (level, node, code), seconds in sorted(counts.items()):
        yield {
            'level': level,
            'node': node,
            'code': code,
            'count': len(seconds),
            'first': min(seconds),
            'last': max(seconds),
        }
