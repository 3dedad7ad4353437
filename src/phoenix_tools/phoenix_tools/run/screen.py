"""The toy in a terminal: its light, its state, what it hears and says, a line to type to it."""

from collections import deque
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.widgets import TextArea

from phoenix_core import events
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType
from phoenix_tools.led_colors import visible_levels
from phoenix_tools.run.console import Console

HELP = ' type to talk · F2 touch head · F3 touch belly · F4 talk button · F5 mute · Ctrl-C ends '
COLORS = {
    'wake word': 'ansibrightyellow',
    'heard': 'ansibrightgreen',
    'typed': 'ansibrightgreen',
    'intent': 'ansibrightmagenta',
    'says': 'ansibrightcyan bold',
    'fault': 'ansibrightred',
}


class Screen:
    """A full-screen application; everything happens on the event loop."""

    def __init__(self) -> None:
        """Make the layout; nothing is shown before run."""
        self._lines: deque[tuple[str, str]] = deque(maxlen=500)
        self._pixels = b''
        self._state = 'starting'
        self._muted = False
        self._application: Application[None] | None = None

    async def run(self, console: Console) -> None:
        """Show the toy until Ctrl-C or Ctrl-D."""

        def accept(buffer: Any) -> bool:
            if buffer.text.strip():
                console.type_sentence(buffer.text.strip())
            return False

        keys = KeyBindings()

        @keys.add('c-c')
        @keys.add('c-d')
        def _(event: KeyPressEvent) -> None:
            event.app.exit()

        @keys.add('f2')
        def _(event: KeyPressEvent) -> None:
            console.touch('head')

        @keys.add('f3')
        def _(event: KeyPressEvent) -> None:
            console.touch('belly')

        @keys.add('f4')
        def _(event: KeyPressEvent) -> None:
            console.press('talk')

        @keys.add('f5')
        def _(event: KeyPressEvent) -> None:
            console.mute(not self._muted)

        prompt = TextArea(height=1, prompt='you> ', multiline=False, accept_handler=accept)
        self._application = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl(self._ring), height=1),
                        Window(FormattedTextControl(self._log), wrap_lines=True),
                        Window(FormattedTextControl(HELP), height=1, style='reverse'),
                        prompt,
                    ]
                ),
                focused_element=prompt,
            ),
            key_bindings=keys,
            full_screen=True,
            min_redraw_interval=0.05,
        )
        await self._application.run_async(handle_sigint=False)

    def on_event(self, event: EventType, message: Any) -> None:
        """Take what changes the picture."""
        if event is events.LED_FRAME:
            self._pixels = bytes(message.rgb)
        elif event is events.ACTIVITY_STATE:
            self._state = f'{message.activity}, {words_of(message, "phase")}'
        elif event is events.MICROPHONE_MUTE:
            self._muted = message.muted
        if self._application is not None:
            self._application.invalidate()

    def add_line(self, label: str, text: str) -> None:
        """Add a line to the log."""
        self._lines.append((label, text))
        if self._application is not None:
            self._application.invalidate()

    def _ring(self) -> StyleAndTextTuples:
        """Draw the LED ring as a row of dots, and the state."""
        row: StyleAndTextTuples = [('', ' ')]
        for start in range(0, len(self._pixels), 3):
            red, green, blue = visible_levels(list(self._pixels[start : start + 3])).tolist()
            row.append((f'fg:#{red:02x}{green:02x}{blue:02x}', '● '))
        row.append(('bold', f'  {self._state}' + (', microphone muted' if self._muted else '')))
        return row

    def _log(self) -> StyleAndTextTuples:
        """Draw the newest lines, as many as there is room for."""
        rows = 20
        if self._application is not None:
            rows = max(1, self._application.output.get_size().rows - 3)
        text: StyleAndTextTuples = []
        for label, content in list(self._lines)[-rows:]:
            text.append(('ansibrightblack', f'{label:>10}  '))
            text.append((COLORS.get(label, ''), f'{content}\n'))
        return text
