"""Convert the duties of LEDs to the colors of a screen."""

import numpy as np
import numpy.typing as npt

GAMMA = 2.2  # LEDs are linear, eyes are not


def screen_colors(rgb: npt.ArrayLike) -> list[str]:
    """Return the color of each pixel as #rrggbb, of duties from 0 to 255: r, g, b, r, g, ..."""
    duties = np.frombuffer(bytes(rgb), np.uint8).reshape(-1, 3)  # type: ignore[arg-type]
    levels = np.rint(255 * (duties / 255) ** (1 / GAMMA)).astype(np.uint8)
    return [f'#{pixel.tobytes().hex()}' for pixel in levels]
