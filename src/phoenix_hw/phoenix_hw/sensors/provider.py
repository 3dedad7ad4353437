"""The interface of a sensor board: touch pads, buttons, motion and a mute switch."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class SensorBoardError(RuntimeError):
    """The sensors cannot be used; the message says why."""


class SensorKind(Enum):
    """The kind of a sensor; the members are named as in the event SimulatedSensor."""

    TOUCH = 'touch'
    BUTTON = 'button'
    MOTION = 'motion'
    BATTERY = 'battery'
    MUTE = 'mute'


@dataclass(frozen=True)
class Reading:
    """
    The state of a sensor now.

    :param name: of the pad or button; empty for the others.
    :param value: 1 when touched, pressed, moving or muted, otherwise 0; of the battery the charge,
        0 to 1.
    """

    kind: SensorKind
    name: str
    value: float


class SensorBoard(Protocol):
    """The sensors of the toy. `on_reading` may be called from any thread, also during start."""

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """
        Start to report changes.

        :raises SensorBoardError: the devices cannot be used.
        """

    def stop(self) -> None:
        """Stop the reports and free the devices; may be called when not started."""
