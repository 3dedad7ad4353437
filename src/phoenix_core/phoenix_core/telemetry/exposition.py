"""Combines the metrics of all nodes into one text for Prometheus."""

import re
import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

THERMAL = Path('/sys/class/thermal')
FAMILY = re.compile(r'^(?=# HELP )', re.MULTILINE)


class ToyMetrics:
    """
    The newest metrics of each node. Thread-safe.

    :param stale_s: age from which on the metrics of a node are left out.
    """

    def __init__(self, stale_s: float) -> None:
        self._stale_s = stale_s
        self._newest: dict[str, tuple[float, str]] = {}

    def feed(self, node: str, exposition: str) -> None:
        """Store the metrics of a node, in the text format of Prometheus."""
        self._newest[node] = time.monotonic(), exposition

    def exposition(self) -> str:
        """Return the metrics of all nodes, and the temperatures of the machine."""
        oldest_s = time.monotonic() - self._stale_s
        newest = [text for at_s, text in list(self._newest.values()) if at_s >= oldest_s]
        return merged([*newest, _temperatures()])


def merged(expositions: Iterable[str]) -> str:
    """
    Combine texts in the format of Prometheus; keep one copy of the series of a shared process.

    Works on text, because parsing and formatting the thousand series of a toy takes thirty times
    as long.
    """
    families: dict[str, dict[str, str]] = {}  # by # HELP and # TYPE, then by series: its line
    for exposition in expositions:
        for family in FAMILY.split(exposition)[1:]:
            text, *samples = family.splitlines()
            if not samples or not samples[0].startswith('# TYPE '):
                continue  # not of a node of Phoenix
            series = families.setdefault(f'{text}\n{samples.pop(0)}', {})
            for sample in samples:
                series.setdefault(sample.rpartition(' ')[0], sample)
    lines = (line for head, series in families.items() for line in (head, *series.values()))
    return '\n'.join(lines) + '\n'


def _temperatures() -> str:
    """Return the temperatures that Linux measures; on a Raspberry Pi that of the processor."""
    registry = CollectorRegistry()
    family = Gauge(
        'phoenix_temperature_celsius',
        'Temperature of the machine.',
        ['zone'],
        registry=registry,
    )
    for zone in sorted(THERMAL.glob('thermal_zone*')):
        try:
            name = (zone / 'type').read_text().strip()
            family.labels(name).set(int((zone / 'temp').read_text()) / 1000)
        except (OSError, ValueError):  # the sensor is switched off
            continue
    return generate_latest(registry).decode()
