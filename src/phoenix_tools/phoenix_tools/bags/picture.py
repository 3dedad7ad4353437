"""One picture of a session: sound, speech, words, states and lights over time, as SVG."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from phoenix_msgs.msg import ActivityState, PlaybackEvent, Transcript, UserSpeech

from phoenix_core import events
from phoenix_core.clock.units import NANOSECONDS_PER_SECOND
from phoenix_tools.bags.session import SessionEvent
from phoenix_tools.event_lines import PHASES

LEFT, RIGHT, TOP = 110, 120, 30  # what is written at the end needs room
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
    """Draws rows over a common time; the unit is a pixel."""

    def __init__(self, start_ns: int, end_ns: int) -> None:
        """Begin with the time axis."""
        self._start_ns = start_ns
        self.length_s = max(1.0, (end_ns - start_ns) / NANOSECONDS_PER_SECOND)
        width = min(WIDEST, max(NARROWEST, PIXELS_PER_SECOND * self.length_s))
        self._scale = width / self.length_s
        self._width = LEFT + width + RIGHT
        self._y = TOP
        self._parts: list[str] = []

    def x(self, time_ns: int) -> float:
        """Return where a time is."""
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
        """Write a text."""
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
        x = round(self.x(begin_ns), 1)  # where the box before ends, to leave no gap
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

    def mark(self, time_ns: int, top: float, label: str, line: int = 0) -> None:
        """Draw a moment with a text."""
        x = self.x(time_ns)
        self._parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + ROW}" stroke="#c1121f"/>'
        )
        self.text(x + 3, top + 14 + 15 * line, label)

    def wave(self, top: float, times_ns: Sequence[int], levels: Sequence[float]) -> None:
        """Draw levels, 0 to 1, as a band around the middle of a row."""
        middle = top + ROW / 2
        upper = [
            f'{self.x(at):.1f},{middle - level * ROW / 2:.1f}'
            for at, level in zip(times_ns, levels, strict=True)
        ]
        lower = [
            f'{self.x(at):.1f},{middle + level * ROW / 2:.1f}'
            for at, level in zip(reversed(times_ns), reversed(levels), strict=True)
        ]
        self._parts.append(f'<polygon points="{" ".join(upper + lower)}" fill="#457b9d"/>')

    def curve(self, top: float, times_ns: Sequence[int], values: Sequence[float]) -> None:
        """Draw values, 0 to 1, as a line from the bottom of a row to its top."""
        points = ' '.join(
            f'{self.x(at):.1f},{top + (1 - value) * ROW:.1f}'
            for at, value in zip(times_ns, values, strict=True)
        )
        self._parts.append(f'<polyline points="{points}" fill="none" stroke="#457b9d"/>')

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


def draw(happened: Sequence[SessionEvent]) -> str:
    """Draw what happened; what was not recorded has no row."""
    start_ns, end_ns = happened[0].time_ns, happened[-1].time_ns
    picture = Picture(start_ns, end_ns)
    of = {event: [e for e in happened if e.event is event] for event in events.ALL}
    if frames := of[events.AUDIO_INPUT]:
        top = picture.row('microphone')
        levels = [_loudness(frame.message.samples) for frame in frames]
        picture.wave(top, [frame.stamp_ns for frame in frames], levels)
    scores = of[events.WAKE_WORD_SCORE]
    if scores or of[events.WAKE_WORD_DETECTED]:
        top = picture.row('wake word')
        for phrase in dict.fromkeys(score.message.phrase for score in scores):
            curve = [score for score in scores if score.message.phrase == phrase]
            times_ns = [score.stamp_ns for score in curve]
            picture.curve(top, times_ns, [score.message.score for score in curve])
        for event in of[events.WAKE_WORD_DETECTED]:
            text = f'{event.message.phrase} {event.message.score:.2f}'
            picture.mark(event.stamp_ns, top, text)
    touched = [*of[events.TOUCH], *of[events.BUTTON], *of[events.MOTION]]
    if touched:
        top = picture.row('touch')
        for line, event in enumerate(touched):
            name = getattr(event.message, 'pad', '') or getattr(event.message, 'button', '')
            if event.message.kind == 1:
                picture.mark(event.time_ns, top, name or 'motion', line % 2)
    if of[events.USER_SPEECH] or of[events.TRANSCRIPT]:
        top = picture.row('person')
        _speech(picture, top, of[events.USER_SPEECH], of[events.TRANSCRIPT])
    if of[events.INTENT_DETECTED]:
        top = picture.row('intent')
        for event in of[events.INTENT_DETECTED]:
            picture.mark(
                event.time_ns, top, f'{event.message.name} {event.message.confidence:.2f}'
            )
    if of[events.SAY_REQUEST]:
        top = picture.row('toy says')
        _utterances(picture, top, of[events.SAY_REQUEST], of[events.AUDIO_PLAYBACK], end_ns)
    states = of[events.ACTIVITY_STATE]
    if states:
        top = picture.row('state')
        for state, ends_ns in zip(states, [*(s.time_ns for s in states[1:]), end_ns], strict=True):
            phase = state.message.phase
            label = f'{state.message.activity}, {PHASES.get(phase, "?")}'
            picture.box(state.time_ns, ends_ns, top, COLORS.get(phase, '#eee'), label)
    if of[events.LED_FRAME]:
        _lights(picture, picture.row('LEDs'), of[events.LED_FRAME], end_ns)
    if of[events.LED_COMMAND]:
        top = picture.row('LED command')
        for line, event in enumerate(of[events.LED_COMMAND]):
            picture.mark(event.time_ns, top, event.message.animation or '(end)', line % 2)
    if of[events.FAULT]:
        top = picture.row('fault')
        for line, event in enumerate(of[events.FAULT]):
            picture.mark(
                event.time_ns, top, f'{event.message.node}: {event.message.code}', line % 2
            )
    return picture.svg()


def _loudness(samples: Iterable[int]) -> float:
    """Return a level of 0 to 1, so that -60 dB is 0 and full scale 1."""
    sound = np.asarray(samples, np.float64)
    rms = float(np.sqrt(np.mean(sound**2))) / 32768 if sound.size else 0.0
    return float(np.clip(1 + 20 * np.log10(max(rms, 1e-6)) / 60, 0, 1))


def _speech(
    picture: Picture,
    top: float,
    speech: Sequence[SessionEvent],
    transcripts: Sequence[SessionEvent],
) -> None:
    began: int | None = None
    for event in speech:
        if event.message.kind == UserSpeech.STARTED:
            began = event.stamp_ns
        elif began is not None:
            picture.box(began, event.stamp_ns, top, '#ffb4a2')
            began = None
    for line, event in enumerate(e for e in transcripts if e.message.kind == Transcript.FINAL):
        picture.mark(event.time_ns, top, event.message.text, line % 2)


def _utterances(
    picture: Picture,
    top: float,
    said: Sequence[SessionEvent],
    playbacks: Sequence[SessionEvent],
    end_ns: int,
) -> None:
    texts = {event.message.utterance_id: event.message.text for event in said}
    began: dict[str, int] = {}
    for event in playbacks:
        utterance = event.message.utterance_id
        if event.message.kind == PlaybackEvent.STARTED:
            began[utterance] = event.time_ns
        elif utterance in began:
            cut = ' ✂' if event.message.kind == PlaybackEvent.INTERRUPTED else ''
            label = f'{texts.get(utterance, "")}{cut}'
            picture.box(began.pop(utterance), event.time_ns, top, '#b7e4c7', label)
    for utterance, start_ns in began.items():
        picture.box(start_ns, end_ns, top, '#b7e4c7', texts.get(utterance, ''))


def _lights(picture: Picture, top: float, frames: Sequence[SessionEvent], end_ns: int) -> None:
    """Draw each pixel of the ring as a line of its color; at most a few frames per second."""
    chosen: list[SessionEvent] = []
    for frame in frames:
        if not chosen or frame.time_ns - chosen[-1].time_ns >= NANOSECONDS_PER_SECOND // 8:
            chosen.append(frame)
    for frame, ends_ns in zip(chosen, [*(f.time_ns for f in chosen[1:]), end_ns], strict=True):
        pixels = np.asarray(frame.message.rgb, np.uint8).reshape(-1, 3)
        height = ROW / len(pixels)
        for number, (red, green, blue) in enumerate(_visible(pixels)):
            color = f'#{red:02x}{green:02x}{blue:02x}'
            picture.box(frame.time_ns, ends_ns, top + number * height, color, height=height)


def _visible(duty: np.ndarray) -> np.ndarray:
    """Turn duties into a screen's levels: LEDs are linear, screens have a gamma of 2.2."""
    return np.rint(255 * (duty / 255) ** (1 / 2.2)).astype(int)
