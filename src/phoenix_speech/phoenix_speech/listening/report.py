"""How recognizers tell what is wrong with them, and what no longer is."""

from collections.abc import Callable
from typing import NamedTuple


class Report(NamedTuple):
    """
    Two functions, which may be called from any thread.

    :param impaired: called with the code of a fault, and why.
    :param healed: called with the code of a fault that is over.
    """

    impaired: Callable[[str, str], object]
    healed: Callable[[str], object]
