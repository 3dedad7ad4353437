"""The sound of what was said last: in memory for a moment, and given out once it is judged."""

from collections import deque

from phoenix_msgs.msg import UserSpeech

SECOND = 1_000_000_000
BEFORE = 2 * SECOND  # that speech has begun is told later than it did
MARGIN = SECOND // 4  # around the speech
LONGEST = 30 * SECOND
KEPT = 10 * SECOND  # after the end of speech
GOES_ON = 2 * SECOND  # after a pause it is the same request


class HeardSound:
    """Keeps frames of int16 samples; all times are those of the header, in nanoseconds."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, bytes]] = deque()
        self._trace_id = ''
        self._started = self._ended = 0  # 0: nobody spoke
        self._passed = False  # its words have passed the care check

    def add(self, at: int, samples: bytes) -> None:
        """Keep a frame that begins then, and drop those that nobody asks for any more."""
        if self._ended and at > self._ended + KEPT:
            self._started = self._ended = 0
        self._frames.append((at, samples))
        since = self._started - MARGIN if self._started else at - BEFORE
        since = max(since, at - LONGEST)
        while self._frames and not since <= self._frames[0][0] <= at:  # later: the clock was set
            self._frames.popleft()

    def on_speech(self, kind: int, at: int, trace_id: str) -> None:
        """Note when somebody began or stopped to speak, and in which interaction."""
        self._passed = False
        if kind == UserSpeech.ENDED:
            self._ended = at
            return
        same = trace_id == self._trace_id and self._ended and at < self._ended + GOES_ON
        if not same:
            self._started, self._trace_id = at, trace_id
        self._ended = 0

    def on_judged(self, trace_id: str, passed: bool) -> None:
        """Note how the words were judged; what has not passed is forgotten at once."""
        if trace_id == self._trace_id and self._ended:
            self._passed = passed
            if not passed:
                self.forget()

    def of(self, trace_id: str) -> bytes:
        """Return what was said in an interaction; empty: nothing that is known and has passed."""
        if trace_id != self._trace_id or not self._ended or not self._passed:
            return b''
        since, until = self._started - MARGIN, self._ended + MARGIN
        return b''.join(samples for at, samples in self._frames if since <= at < until)

    def forget(self) -> None:
        """Forget all."""
        self._frames.clear()
        self._started = self._ended = 0
        self._passed = False
