"""
Notices a second toy of the same name: on this machine the lock refuses one, elsewhere nobody does.

Only one node of a toy publishes its condition, so that more publishers of it are another toy, or
the rest of a supervisor that was killed, which DDS believes alive for a while.
"""

REST_S = 30.0  # Fast DDS believes in a participant for 20 s
FAULT = 'another_toy'
REMEDY = 'end one, or start one with another ROS_DOMAIN_ID or namespace:=NAME'


class OtherToy:
    """What is known of a second toy of the same name."""

    def __init__(self) -> None:
        self._since: float | None = None

    def is_news(self, publishers: int, now_s: float) -> bool:
        """
        Return whether there is one for certain, again after some time when it stays.

        :param publishers: of the condition of a toy of this name, the own one included.
        :param now_s: of a clock that nobody sets.
        """
        if publishers <= 1:
            self._since = None
            return False
        if self._since is None:
            self._since = now_s
        if now_s - self._since < REST_S:
            return False
        self._since = now_s
        return True
