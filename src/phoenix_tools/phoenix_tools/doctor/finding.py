"""A finding: what was looked at, how it is, and what to do."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How bad it is."""

    OK = 'ok'
    WARNING = 'warning'  # the toy runs, with less
    FAULT = 'fault'  # it does not run, or is not safe


@dataclass(frozen=True)
class Finding:
    """One line of the doctor."""

    level: Level
    subject: str
    text: str
    remedy: str = ''  # of a warning or a fault: what to type or do


def ok(subject: str, text: str) -> Finding:
    """Return a finding of what is as it should be."""
    return Finding(Level.OK, subject, text)


def warning(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding of what makes the toy do less."""
    return Finding(Level.WARNING, subject, text, remedy)


def fault(subject: str, text: str, remedy: str) -> Finding:
    """Return a finding of what keeps the toy from running, or makes it unsafe."""
    return Finding(Level.FAULT, subject, text, remedy)
