"""Starts the toy that the chaos harness tests: on a sound server, with a language server."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chat_server import ChatServer
from fragile_toy import FragileToy, requests_of
from room import QuietRoom
from settable_clock import SystemTime

from chaos_harness import ROOT
from chaos_harness.language_server import LanguageServer
from phoenix_core.testing import keep_awake


@dataclass(frozen=True)
class ToyUnderTest:
    """A running toy and its surroundings."""

    toy: FragileToy
    room: QuietRoom
    language: LanguageServer
    requests: list[Path]  # recordings that the toy can answer
    system_time: SystemTime


@contextmanager
def start_toy(layout: str, seed: int) -> Iterator[ToyUnderTest]:
    """
    Start a toy; it ends with the context.

    :param layout: of its processes.
    :param seed: of the language server, which answers badly at random.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        keep_awake(folder)
        language = LanguageServer(random.Random(seed))
        chat = stack.enter_context(ChatServer(language))
        room = QuietRoom(folder)
        stack.callback(room.die)
        system_time = SystemTime(folder)
        environ = {
            **room.env,
            **system_time.environ,
            'PHOENIX_ACTIVITIES_STATE_FILE': str(folder / 'toy.sqlite3'),
            'XDG_STATE_HOME': str(folder),  # with limits and mute of its own
            'PHOENIX_CONVERSATION_PROVIDERS': '[openai, scripted]',
            'PHOENIX_CONVERSATION_OPENAI_BASE_URL': chat.url,
        }
        toy = stack.enter_context(FragileToy(layout, environ, tolerated=['conversation']))
        requests = requests_of(ROOT / 'samples', folder)
        yield ToyUnderTest(toy, room, language, requests, system_time)
