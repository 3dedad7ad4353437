"""Sentences with words that nothing else contains, and the search for them."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from front_door import Phoenix
from phoenix_msgs.msg import Transcript

from phoenix_core import events
from phoenix_core.testing import Probe, TestGraph

MEMORY = ('/dev/shm', '/run')  # of file systems in memory; / is searched without others
SENTENCES = (
    'tell me about {}',
    'i saw a {} today',
    'say after me {}',
    'tell me a story about {}',
    'why is the sky {}',
    'what is a {}',
    '{}',
)


def type_rare_words(graph: TestGraph, probe: Probe, count: int) -> list[str]:
    """Type sentences to a toy, each when the one before was understood; return the words."""
    words = []
    for number in range(count):
        word = ''.join(random.choice('bdfgklmnpt') + random.choice('aeiou') for _ in range(6))
        text = SENTENCES[number % len(SENTENCES)].format(word)
        graph.call(lambda text=text: type_sentence(probe, text))
        probe.expect_count(events.INTENT_DETECTED, number + 1)
        words.append(word)
    return words


def type_sentence(probe: Probe, text: str) -> None:
    """Type a sentence to a toy."""
    probe.publish(events.TRANSCRIPT, kind=Transcript.FINAL, source=Transcript.TYPED, text=text)


@contextmanager
def ending(toy: Phoenix) -> Iterator[None]:
    """Read what a toy prints, which would wait otherwise, and press Ctrl-C at the end."""
    reader = threading.Thread(target=toy.end)
    reader.start()
    try:
        yield
    finally:
        os.killpg(toy.process.pid, signal.SIGINT)
        reader.join()


def found_in(content: bytes | str, words: Iterable[str]) -> set[str]:
    """Return which of the words are in a text, in whatever case and encoding of one byte."""
    text = content if isinstance(content, str) else content.decode('latin-1')
    lower = text.lower()
    return {word for word in words if word in lower}


def written_since(marker: Path) -> Iterator[Path]:
    """Yield all files of this machine that were changed since a file was."""
    command = ['find', '/', *MEMORY, '-xdev', '-type', 'f', '-newer', str(marker), '-print0']
    told = subprocess.run(command, capture_output=True, check=False).stdout
    yield from (Path(os.fsdecode(name)) for name in told.split(b'\0') if name)
