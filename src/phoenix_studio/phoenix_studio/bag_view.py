"""
Prints what a browser is told of a recorded session; a program of its own.

Reading bags needs much memory, which the studio does not keep. The arguments are what (session,
picture, sound) and the path of the bag.
"""

import io
import json
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phoenix_core import events
from phoenix_core.settings.node_settings import installed_config
from phoenix_studio.turn_view import drawn
from phoenix_tools.bags.bag import BagError
from phoenix_tools.bags.picture import draw
from phoenix_tools.bags.session import load_session
from phoenix_tools.traces.interaction import of_session
from phoenix_tools.traces.stages import load_stages, stage_times


def session(path: Path) -> bytes:
    """Return the interactions of a bag as JSON, and whether it holds sound."""
    found = load_session(path)
    stages = load_stages(installed_config())
    turns = [drawn(one, stage_times(one, stages)) for one in of_session(found) if one.start]
    sounds = any(one.event is events.AUDIO_INPUT for one in found.events)
    return json.dumps({'turns': turns, 'sound': sounds}).encode()


def picture(path: Path) -> bytes:
    """Return a bag as a drawing over time, as SVG."""
    return draw(load_session(path).events).encode()


def sound(path: Path) -> bytes:
    """
    Return what the microphone heard, as a WAV file.

    :raises BagError: the bag holds no sound.
    """
    found = load_session(path).events
    frames: list[Any] = [one.message for one in found if one.event is events.AUDIO_INPUT]
    if not frames:
        raise BagError(f'{path}: holds no sound')
    file = io.BytesIO()
    with wave.open(file, 'wb') as wav:
        wav.setparams((1, 2, frames[0].sample_rate, 0, 'NONE', ''))
        wav.writeframes(b''.join(frame.samples.tobytes() for frame in frames))
    return file.getvalue()


VIEWS: dict[str, Callable[[Path], bytes]] = {
    'session': session,
    'picture': picture,
    'sound': sound,
}


def main() -> None:
    """Print one view of one bag; the reason and exit code 1 when there is none."""
    what, path = sys.argv[1:]
    try:
        sys.stdout.buffer.write(VIEWS[what](Path(path)))
    except BagError as error:
        sys.exit(str(error))


if __name__ == '__main__':
    main()
