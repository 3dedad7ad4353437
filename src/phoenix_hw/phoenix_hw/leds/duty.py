"""From perceived levels to the duty of LEDs: gamma, and the current that may be drawn."""

import numpy as np
import numpy.typing as npt

GAMMA = 2.2
CHANNEL_MA = 20.0
DARK_MA = 1.0


def correct_gamma(levels: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return the duty of each LED, [0, 255], that is perceived as that level, [0, 1]."""
    duty: npt.NDArray[np.uint8] = np.rint(255 * np.clip(levels, 0, 1) ** GAMMA).astype(np.uint8)
    return duty


def limit_current(duty: npt.NDArray[np.uint8], budget_ma: float) -> npt.NDArray[np.uint8]:
    """
    Return the duty of each LED, dimmed as far as the budget requires.

    All LEDs are dimmed by the same factor, so colors stay. A channel draws 20 mA at full duty, and
    each LED 1 mA when dark, as WS2812B do.
    """
    lit_ma = duty.sum(dtype=np.int64) / 255 * CHANNEL_MA
    left_ma = max(budget_ma - len(duty) * DARK_MA, 0.0)
    if lit_ma <= left_ma:
        return duty
    return np.asarray(duty * (left_ma / lit_ma), np.uint8)  # downwards: never above the budget
