"""Turn the duties of LEDs into the levels of a screen."""

import numpy as np
import numpy.typing as npt

GAMMA = 2.2


def visible_levels(duties: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return screen levels, 0 to 255, of LED duties, 0 to 255: LEDs are linear, eyes are not."""
    return np.rint(255 * (np.asarray(duties) / 255) ** (1 / GAMMA)).astype(np.int64)
