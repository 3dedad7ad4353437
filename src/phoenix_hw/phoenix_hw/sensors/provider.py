"""The interface of a sensor board: touch pads, buttons, motion and a mute switch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from phoenix_msgs.msg import SimulatedSensor

from phoenix_core.events.constants import constants


class SensorBoardError(RuntimeError):
    """The sensors cannot be used; the message says why."""


# Its constants name the kinds of sensors, of real ones too: a new kind is declared once.
SensorKind = SimulatedSensor


def kind_name(kind: int) -> str:
    """Return the name of a kind, like touch."""
    return constants(SensorKind)[kind].lower()


@dataclass(frozen=True)
class Reading:
    """
    The state of a sensor now.

    :param kind: a constant of SensorKind.
    :param name: of the pad or button; empty for the others.
    :param value: 1 when touched, pressed, moving or muted, otherwise 0; of the battery the charge,
        0 to 1.
    """

    kind: int
    name: str
    value: float


class SensorBoard(Protocol):
    """The sensors of the toy. `on_reading` may be called from any thread, also during start."""

    @property
    def has_mute_switch(self) -> bool:
        """Whether there is a mute switch; a real one is read at each start."""

    def start(self, on_reading: Callable[[Reading], None]) -> None:
        """
        Start to report changes.

        :raises SensorBoardError: the devices cannot be used.
        """

    def stop(self) -> None:
        """Stop the reports and free the devices; may be called when not started."""
