"""The toy in a full-screen terminal: LED ring, state, log, and a line to type to it."""

from collections import deque
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import FormattedText, StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.shortcuts import print_formatted_text
from prompt_toolkit.widgets import TextArea

from phoenix_core import events
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType
from phoenix_tools.led_colors import screen_colors
from phoenix_tools.run.console import Console

HELP = ' type to talk · F2 touch head · F3 touch belly · F4 talk button · F5 mute · Ctrl-C ends '
LONGEST_SENTENCE = 500  # characters; nobody speaks longer without a pause
COLORS = {
    'wake word': 'ansibrightyellow',
    'heard': 'ansibrightgreen',
    'typed': 'ansibrightgreen',
    'intent': 'ansibrightmagenta',
    'says': 'ansibrightcyan bold',
    'fault': 'ansibrightred',
}


class Screen:
    """A full-screen application on the event loop; nothing is shown before run."""

    def __init__(self) -> None:
        self._lines: deque[tuple[str, str]] = deque(maxlen=500)
        self._pixels = b''
        self._state = 'starting'
        self._muted = False
        self._application: Application[None] | None = None

    async def run(self, console: Console) -> None:
        """Show the toy until Ctrl-C or Ctrl-D, and leave behind what was shown last."""

        def accept(buffer: Any) -> bool:
            for line in filter(None, map(str.strip, buffer.text.splitlines())):
                console.type_sentence(line[:LONGEST_SENTENCE])
            return False

        keys = KeyBindings()

        @keys.add('c-c')
        @keys.add('c-d')
        def _(event: KeyPressEvent) -> None:
            event.app.exit()

        keys.add('f2')(lambda event: console.touch('head'))
        keys.add('f3')(lambda event: console.touch('belly'))
        keys.add('f4')(lambda event: console.press('talk'))
        keys.add('f5')(lambda event: console.mute(not self._muted))

        prompt = TextArea(
            height=1, prompt='you> ', multiline=False, wrap_lines=False, accept_handler=accept
        )
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
        try:
            await self._application.run_async(handle_sigint=False)
        finally:
            last: StyleAndTextTuples = [*self._ring(), ('', '\n'), *self._log()]
            print_formatted_text(FormattedText(last), end='')

    def on_event(self, event: EventType, message: Any) -> None:
        """Update what is shown."""
        if event is events.LED_FRAME:
            self._pixels = bytes(message.rgb)
        elif event is events.ACTIVITY_STATE:
            self._state = f'{message.activity}, {words_of(message, "phase")}'
        elif event is events.MICROPHONE_MUTE:
            self._muted = message.muted
        self._redraw()

    def add_line(self, label: str, text: str) -> None:
        """Add a line to the log."""
        self._lines.append((label, text))
        self._redraw()

    def _redraw(self) -> None:
        if self._application is not None:
            self._application.invalidate()

    def _ring(self) -> StyleAndTextTuples:
        """Draw the LED ring as a row of dots, and the state."""
        row: StyleAndTextTuples = [('', ' ')]
        row += [(f'fg:{color}', '● ') for color in screen_colors(self._pixels)]
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
