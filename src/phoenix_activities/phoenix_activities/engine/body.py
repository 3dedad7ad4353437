"""The body of the toy: its light and the volume of its voice, both kept over a crash."""

from collections.abc import Callable

from phoenix_activities.engine.toy_interface import ToyInterface
from phoenix_activities.state.safe_state import KeptByToy, KeptLight


class Body:
    """Shows animations and sets the volume for the activity that runs."""

    def __init__(
        self,
        toy: ToyInterface,
        kept: KeptByToy,
        first_volume: float,
        loudest: Callable[[], float],
    ) -> None:
        """
        Begin with what was kept.

        :param first_volume: until somebody changes it.
        :param loudest: the highest volume that is allowed now; the speaker keeps to it anyway.
        """
        self._toy = toy
        self._kept = kept
        self._first_volume = first_volume
        self.loudest = loudest

    def start(self) -> None:
        """Bring light and volume to what was kept."""
        self._toy.set_volume(self._wanted, self._kept.muted)
        if light := self._kept.light:
            self._toy.show(light.animation, light.color, light.brightness, 0.0)

    @property
    def volume(self) -> float:
        """The volume of the voice, 0 to 1."""
        return min(self._wanted, self.loudest())

    @property
    def _wanted(self) -> float:
        return self._first_volume if self._kept.volume is None else self._kept.volume

    def set_volume(self, level: float, muted: bool = False) -> None:
        """Set the volume of the voice, cut to what is allowed."""
        self._kept.volume, self._kept.muted = min(self.loudest(), max(0.0, level)), muted
        self._toy.set_volume(self.volume, muted)

    @property
    def light(self) -> KeptLight | None:
        """What the light shows until somebody changes it."""
        return self._kept.light

    def show(
        self,
        animation: str,
        *,
        color: str = '',
        brightness: float = 1.0,
        duration_s: float = 0.0,
        keep: bool = False,
    ) -> None:
        """
        Show an animation of leds.yaml.

        :param color: '#rrggbb', or empty for the animation's own.
        :param duration_s: 0: whenever the toy rests, until the next one.
        :param keep: show it again after a crash, until show_state.
        """
        if keep:
            self._kept.light = KeptLight(animation=animation, color=color, brightness=brightness)
        self._toy.show(animation, color, brightness, duration_s)

    def show_state(self) -> None:
        """Show the animation of the toy's state again."""
        self._kept.light = None
        self._toy.show('', '', 1.0, 0.0)
