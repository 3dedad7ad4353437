"""Sound: what is heard, what is to be played, what is played."""

from phoenix_msgs import msg

from phoenix_core.events import qos
from phoenix_core.events.comparison import IGNORE, within
from phoenix_core.events.constants import words_of
from phoenix_core.events.event_type import EventType, Privacy, Role, Summary
from phoenix_core.events.rules import in_range, not_empty, one_of


def _playback(event: msg.PlaybackEvent) -> Summary:
    return Summary('speaker', f'{words_of(event)} at {event.position_s:.1f} s')


def _volume(volume: msg.Volume) -> Summary:
    return Summary('volume', 'muted' if volume.muted else f'{volume.level:.0%}')


AUDIO_INPUT = EventType(
    'AUDIO_INPUT',
    'audio/input',
    msg.AudioFrame,
    qos.STREAM,
    'What the microphone hears.',
    privacy=Privacy.AUDIO,
    role=Role.SOUND,
    rules={'sample_rate': in_range(8000, 192000), 'channels': one_of(1), 'samples': not_empty},
    compare=IGNORE,  # what goes in is not compared but played
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
    'What the speaker is to play.',
    privacy=Privacy.AUDIO,
    rules={
        'stream_id': not_empty,
        'sample_rate': in_range(8000, 192000),
        'channels': one_of(1),
    },
    compare=IGNORE,  # the words are compared, in SAY_REQUEST
    meter='voice',
)
AUDIO_PLAYED = EventType(
    'AUDIO_PLAYED',
    'audio/played',
    msg.AudioFrame,
    qos.STREAM,
    'What the speaker plays, as loud as it plays it, stamped with the time at which it is heard.',
    privacy=Privacy.AUDIO,
    rules={
        'stream_id': not_empty,
        'sample_rate': in_range(8000, 192000),
        'channels': one_of(1),
        'samples': not_empty,
    },
    compare=IGNORE,  # the words are compared, in SAY_REQUEST
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
        'kind': one_of(
            msg.PlaybackEvent.STARTED, msg.PlaybackEvent.FINISHED, msg.PlaybackEvent.INTERRUPTED
        ),
        'utterance_id': not_empty,
        'position_s': in_range(0),
    },
    compare={'utterance_id': IGNORE, 'position_s': within(0.5)},
    summary=_playback,
    drawn='toy says',
)
EARCON = EventType(
    'EARCON',
    'audio/earcon',
    msg.Earcon,
    qos.EVENT,
    'A small sound that stands in for words.',
    privacy=Privacy.NONE,
    rules={'earcon': not_empty},
    compare={'utterance_id': IGNORE},
    summary=lambda earcon: Summary('sound', earcon.earcon),
)

VOLUME = EventType(
    'VOLUME',
    'audio/volume',
    msg.Volume,
    qos.STATE,
    'How loud the toy speaks.',
    privacy=Privacy.NONE,
    rules={'level': in_range(0, 1)},
    summary=_volume,
)
