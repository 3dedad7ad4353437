"""Settings of the LED node, and the group of its providers."""

from typing import Annotated

from phoenix_core.settings.node_settings import NodeSettings, setting
from phoenix_core.settings.provider import ProviderGroup
from phoenix_hw.leds.provider import LedStrip

LED_STRIPS: ProviderGroup['LedsSettings', LedStrip] = ProviderGroup('phoenix.led_strips')


class LedsSettings(NodeSettings):
    """Settings of the LED node."""

    provider: Annotated[str, LED_STRIPS] = setting(
        'simulated', 'What drives the ring: an entry point of its group.', machine=True
    )
    pixels: int = setting(16, 'LEDs on the ring; one of them is the ear light.', ge=2, le=300)
    brightness: float = setting(
        0.4, 'Of everything shown; 1 on 16 LEDs draws 1 A.', runtime=True, ge=0, le=1
    )
    frame_rate: float = setting(25.0, 'Frames per second [Hz].', ge=1, le=60)
    current_limit_ma: float = setting(
        800.0, 'A frame that would draw more is dimmed to that [mA].', gt=0, le=60000
    )
