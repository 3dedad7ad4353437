"""Draw a session over time as SVG: sound, speech, words, states and lights."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript, UserSpeech

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType
from phoenix_tools.bags.session import SessionEvent
from phoenix_tools.led_colors import screen_colors
from phoenix_tools.sound_level import QUIETEST_DB, level_db

LEFT, RIGHT, TOP = 110, 120, 30  # a text at the end needs room
ROW, GAP = 46, 10
PIXELS_PER_SECOND = 60
WIDE_LETTER = 7.3  # pixels
NARROWEST, WIDEST = 600, 6000
COLORS = {
    ActivityState.RESTING: '#d8dde3',
    ActivityState.LISTENING: '#8ecae6',
    ActivityState.THINKING: '#ffd166',
    ActivityState.SPEAKING: '#95d5b2',
    ActivityState.FOLLOWING_UP: '#bde0fe',
}


class Picture:
    """Rows over a common time axis; the unit is a pixel."""

    def __init__(self, start_ns: int, end_ns: int) -> None:
        self.end_ns = end_ns
        self._start_ns = start_ns
        self.length_s = max(1.0, (end_ns - start_ns) / NANOSECONDS_PER_SECOND)
        width = min(WIDEST, max(NARROWEST, PIXELS_PER_SECOND * self.length_s))
        self._scale = width / self.length_s
        self._width = LEFT + width + RIGHT
        self._y = TOP
        self._parts: list[str] = []

    def x(self, time_ns: int) -> float:
        """Return the position of a time."""
        return LEFT + (time_ns - self._start_ns) / NANOSECONDS_PER_SECOND * self._scale

    def row(self, label: str) -> float:
        """Begin a row and return its top."""
        top = self._y
        self._y += ROW + GAP
        self.text(8, top + ROW / 2 + 4, label, color='#555')
        self._parts.append(
            f'<line x1="{LEFT}" x2="{self._width - RIGHT:.1f}" y1="{top + ROW + GAP / 2}" '
            f'y2="{top + ROW + GAP / 2}" stroke="#eee"/>'
        )
        return top

    def text(self, x: float, y: float, text: str, *, color: str = '#222') -> None:
        """Draw a text."""
        self._parts.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}">{escape(text)}</text>')

    def box(
        self,
        begin_ns: int,
        end_ns: int,
        top: float,
        color: str,
        label: str = '',
        height: float = ROW,
    ) -> None:
        """Draw an interval, with a text that is cut where the box ends."""
        x = round(self.x(begin_ns), 1)  # where the box before ends, without a gap
        width = max(1.0, round(self.x(end_ns), 1) - x)
        self._parts.append(
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'shape-rendering="crispEdges" fill={quoteattr(color)}'
            f'{" stroke=" + quoteattr("white") if label else ""}>'
            f'<title>{escape(label)}</title></rect>'
        )
        letters = int(width / WIDE_LETTER)
        if label and letters > 2:
            cut = label if len(label) <= letters else f'{label[: letters - 1]}…'
            self.text(x + 3, top + height / 2 + 4, cut)

    def marks(self, top: float, moments: Iterable[tuple[int, str]]) -> None:
        """Draw moments with their texts, on two lines by turns."""
        for number, (time_ns, label) in enumerate(moments):
            x = self.x(time_ns)
            self._parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + ROW}" stroke="#c1121f"/>'
            )
            self.text(x + 3, top + 14 + 15 * (number % 2), label)

    def with_ends(self, drawn: Sequence[SessionEvent]) -> Iterator[tuple[SessionEvent, int]]:
        """Yield events with the time of the next one, or of the end."""
        return zip(drawn, [*(one.time_ns for one in drawn[1:]), self.end_ns], strict=True)

    def wave(self, top: float, times_ns: Sequence[int], levels: Sequence[float]) -> None:
        """Draw levels, 0 to 1, as a band around the middle of a row."""
        middle = top + ROW / 2
        upper = self._points(times_ns, [middle - level * ROW / 2 for level in levels])
        lower = self._points(times_ns, [middle + level * ROW / 2 for level in levels])
        points = ' '.join([*upper, *reversed(lower)])
        self._parts.append(f'<polygon points="{points}" fill="#457b9d"/>')

    def curve(self, top: float, times_ns: Sequence[int], values: Sequence[float]) -> None:
        """Draw values, 0 to 1, as a line from the bottom of a row to its top."""
        points = ' '.join(self._points(times_ns, [top + (1 - value) * ROW for value in values]))
        self._parts.append(f'<polyline points="{points}" fill="none" stroke="#457b9d"/>')

    def _points(self, times_ns: Sequence[int], ys: Sequence[float]) -> list[str]:
        return [f'{self.x(at):.1f},{y:.1f}' for at, y in zip(times_ns, ys, strict=True)]

    def svg(self) -> str:
        """Return the picture."""
        height = self._y + 20
        step_s = next(s for s in (1, 2, 5, 10, 30, 60, 300, 1800) if self.length_s / s <= 40)
        axis = []
        for tick in range(0, int(self.length_s) + 1, step_s):
            x = LEFT + tick * self._scale
            axis.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 20}" '
                f'stroke="#f0f0f0"/><text x="{x:.1f}" y="16" fill="#555">{tick} s</text>'
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width:.0f}" '
            f'height="{height}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(axis)}'
            f'{"".join(self._parts)}</svg>'
        )


def draw(session_events: Sequence[SessionEvent]) -> str:
    """Draw events in the rows that the catalogue names; a row without events is left out."""
    picture = Picture(session_events[0].time_ns, session_events[-1].time_ns)
    rows: dict[str, list[SessionEvent]] = {event.drawn: [] for event in events.ALL if event.drawn}
    for event in session_events:
        if event.event.drawn:
            rows[event.event.drawn].append(event)
    for label, drawn in rows.items():
        if drawn:
            _ROWS.get(label, _summaries)(picture, picture.row(label), drawn)
    return picture.svg()


def _of(drawn: Sequence[SessionEvent], event: EventType) -> list[SessionEvent]:
    return [one for one in drawn if one.event is event]


def _summaries(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    """Draw each event that has a summary as a moment with its text."""
    summaries = [(one, one.event.summarize(one.message)) for one in drawn]
    picture.marks(top, [(one.time_ns, summary.text) for one, summary in summaries if summary])


def _sound(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    levels = [1 - level_db(frame.message) / QUIETEST_DB for frame in drawn]
    picture.wave(top, [frame.stamp_ns for frame in drawn], levels)


def _wake_word(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    """Draw the score of each phrase as a curve, and the detections."""
    scores = _of(drawn, events.WAKE_WORD_SCORE)
    for phrase in dict.fromkeys(score.message.phrase for score in scores):
        curve = [score for score in scores if score.message.phrase == phrase]
        times_ns = [score.stamp_ns for score in curve]
        picture.curve(top, times_ns, [score.message.score for score in curve])
    _summaries(picture, top, _of(drawn, events.WAKE_WORD_DETECTED))


def _states(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    for state, ends_ns in picture.with_ends(drawn):
        label = f'{state.message.activity}, {words_of(state.message, "phase")}'
        color = COLORS.get(state.message.phase, '#eee')
        picture.box(state.time_ns, ends_ns, top, color, label)


def _commands(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    picture.marks(top, [(one.time_ns, one.message.animation or '(end)') for one in drawn])


def _speech(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    """Draw when a person spoke, and the final transcripts."""
    began_ns: int | None = None
    for event in _of(drawn, events.USER_SPEECH):
        if event.message.kind == UserSpeech.STARTED:
            began_ns = event.stamp_ns
        elif began_ns is not None:
            picture.box(began_ns, event.stamp_ns, top, '#ffb4a2')
            began_ns = None
    final = [e for e in _of(drawn, events.TRANSCRIPT) if e.message.kind == Transcript.FINAL]
    picture.marks(top, [(event.time_ns, event.message.text) for event in final])


def _utterances(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    """Draw each utterance while it is played."""
    requests = _of(drawn, events.SAY_REQUEST)
    texts = {event.message.utterance_id: event.message.text for event in requests}
    began: dict[str, int] = {}
    for event in _of(drawn, events.AUDIO_PLAYBACK):
        utterance = event.message.utterance_id
        if event.message.kind == PlaybackEvent.STARTED:
            began[utterance] = event.time_ns
        elif utterance in began:
            cut = ' ✂' if event.message.kind == PlaybackEvent.INTERRUPTED else ''
            label = f'{texts.get(utterance, "")}{cut}'
            picture.box(began.pop(utterance), event.time_ns, top, '#b7e4c7', label)
    for utterance, start_ns in began.items():
        picture.box(start_ns, picture.end_ns, top, '#b7e4c7', texts.get(utterance, ''))


def _lights(picture: Picture, top: float, drawn: Sequence[SessionEvent]) -> None:
    """Draw each pixel of the ring as a line of its color; at most 8 frames per second."""
    chosen: list[SessionEvent] = []
    for frame in drawn:
        if not chosen or frame.time_ns - chosen[-1].time_ns >= NANOSECONDS_PER_SECOND // 8:
            chosen.append(frame)
    for frame, ends_ns in picture.with_ends(chosen):
        colors = screen_colors(frame.message.rgb)
        height = ROW / len(colors)
        for number, color in enumerate(colors):
            picture.box(frame.time_ns, ends_ns, top + number * height, color, height=height)


# Rows that need more than the summaries of their events.
_ROWS: Mapping[str, Callable[[Picture, float, Sequence[SessionEvent]], None]] = {
    events.AUDIO_INPUT.drawn: _sound,
    events.WAKE_WORD_DETECTED.drawn: _wake_word,
    events.TRANSCRIPT.drawn: _speech,
    events.SAY_REQUEST.drawn: _utterances,
    events.ACTIVITY_STATE.drawn: _states,
    events.LED_FRAME.drawn: _lights,
    events.LED_COMMAND.drawn: _commands,
}
