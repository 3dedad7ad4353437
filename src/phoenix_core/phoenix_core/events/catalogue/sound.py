"""Events of sound: from the microphone, to the speaker and as played."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import InRange, NotEmpty, OneOf, Rule, constant_of

_FORMAT: dict[str, Rule] = {'sample_rate': InRange(8000, 192000), 'channels': OneOf((1,))}


AUDIO_INPUT = EventType(
    'AUDIO_INPUT',
    'audio/input',
    msg.AudioFrame,
    qos.STREAM,
    'Sound from the microphone.',
    privacy=Privacy.AUDIO,
    role=Role.SOUND,
    rules={**_FORMAT, 'samples': NotEmpty()},
    compare=IGNORE,  # an input of the replay
    rate_hz=25,  # 640 samples at 16 kHz, see the microphone's settings
    traced=False,
    meter='microphone',
    drawn='microphone',
)
AUDIO_OUTPUT = EventType(
    'AUDIO_OUTPUT',
    'audio/output',
    msg.AudioFrame,
    qos.STREAM,
    'Sound for the speaker to play.',
    privacy=Privacy.AUDIO,
    rules={'stream_id': NotEmpty(), **_FORMAT},
    compare=IGNORE,  # SAY_REQUEST, with the words, is compared instead
    rate_hz=25,  # on average: what is played in the next second comes at once
    meter='voice',
)
AUDIO_PLAYED = EventType(
    'AUDIO_PLAYED',
    'audio/played',
    msg.AudioFrame,
    qos.STREAM,
    'Sound as the speaker plays it, at its volume, stamped with the time at which it is audible.',
    privacy=Privacy.AUDIO,
    rules={'stream_id': NotEmpty(), **_FORMAT, 'samples': NotEmpty()},
    compare=IGNORE,  # SAY_REQUEST, with the words, is compared instead
    rate_hz=50,
    traced=False,
)
AUDIO_PLAYBACK = EventType(
    'AUDIO_PLAYBACK',
    'audio/playback',
    msg.PlaybackEvent,
    qos.EVENT,
    'The speaker started, finished or interrupted an utterance.',
    privacy=Privacy.NONE,
    rules={
        'kind': constant_of(msg.PlaybackEvent),
        'utterance_id': NotEmpty(),
        'position_s': InRange(0),
    },
    compare={'utterance_id': IGNORE, 'position_s': within(0.5)},
    summary=lambda event: Summary('speaker', f'{words_of(event)} at {event.position_s:.1f} s'),
    drawn='toy says',
)
EARCON = EventType(
    'EARCON',
    'audio/earcon',
    msg.Earcon,
    qos.EVENT,
    'Requests a short sound that replaces words.',
    privacy=Privacy.NONE,
    rules={'earcon': NotEmpty()},
    compare={'utterance_id': IGNORE},
    summary=lambda earcon: Summary('sound', earcon.earcon),
)

VOLUME = EventType(
    'VOLUME',
    'audio/volume',
    msg.Volume,
    qos.STATE,
    'The volume of the speaker.',
    privacy=Privacy.NONE,
    rules={'level': InRange(0, 1)},
    summary=lambda state: Summary('volume', 'muted' if state.muted else f'{state.level:.0%}'),
)
