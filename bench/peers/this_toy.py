"""Phoenix, measured as its peers are."""

import asyncio
import time
from collections.abc import Sequence

import numpy as np
from figures import Figures, Reply, reply_of
from load import cpu_percent, memory_mb
from phoenix_msgs.msg import ActivityState, AudioFrame, PlaybackEvent
from recordings import Recording
from whole_toy import whole_toy

from phoenix_core import events
from phoenix_core.clock.units import seconds
from phoenix_core.testing import Probe
from phoenix_speech.audio_format import SAMPLE_RATE

PATIENCE_S = 20.0
PAUSE_S = 1.0  # between a reply and the next recording
FRAME = 640  # samples, as the microphone sends them
ROOM_NOISE = 4  # that the simulated microphone adds, at most
LOUDEST = 5  # frames by which a recording is found in what the microphone heard


async def measured(recordings: Sequence[Recording], settle_s: float, idle_s: float) -> Figures:
    """Return the figures of the composed toy; idle and heard by two toys, one after the other."""
    async with whole_toy('composed') as toy:
        await asyncio.sleep(settle_s)
        processes = [process for _, process in toy.processes().values()]
        idle_percent = await cpu_percent(processes, idle_s)
        figures = Figures('Phoenix', toy.ready_s, idle_percent, memory_mb(processes))
    async with whole_toy(
        'composed',
        publishes=[events.SIMULATED_SOUND],
        records=[
            events.AUDIO_INPUT,
            events.SAY_REQUEST,
            events.AUDIO_PLAYBACK,
            events.ACTIVITY_STATE,
        ],
    ) as toy:
        await asyncio.sleep(settle_s)
        for recording in recordings:
            figures.replies.append(await _reply(toy.probe, recording))
        figures.used_mb = memory_mb(process for _, process in toy.processes().values())
    return figures


async def _reply(probe: Probe, recording: Recording) -> Reply:
    heard, said = len(probe.recorded(events.AUDIO_INPUT)), len(probe.recorded(events.SAY_REQUEST))
    probe.publish(events.SIMULATED_SOUND, file=str(recording.path))
    until = time.time() + recording.length_s
    while time.time() < until or (not _is_resting(probe) and time.time() < until + PATIENCE_S):
        await asyncio.sleep(0.05)
    began_at = _began_at(probe.recorded(events.AUDIO_INPUT)[heard:], recording)
    requests = probe.recorded(events.SAY_REQUEST)[said:]
    decided_at = {one.utterance_id: seconds(one.header.stamp) for one in requests}
    replies = [
        (decided_at[one.utterance_id], seconds(one.header.stamp))
        for one in probe.recorded(events.AUDIO_PLAYBACK)
        if one.kind == PlaybackEvent.STARTED and one.utterance_id in decided_at
    ]
    await asyncio.sleep(PAUSE_S)
    words = ' '.join(one.text for one in requests)
    return reply_of(replies, began_at + recording.ends_s, words)


def _is_resting(probe: Probe) -> bool:
    state = probe.recorded(events.ACTIVITY_STATE)[-1]
    return bool(state.activity == 'idle' and state.phase == ActivityState.RESTING)


def _began_at(frames: Sequence[AudioFrame], recording: Recording) -> float:
    """Return when the microphone began to hear a recording [s]: its loudest frames tell."""
    whole = len(recording.samples) // FRAME
    parts = recording.samples[: whole * FRAME].reshape(whole, FRAME).astype(np.int32)
    for number in np.argsort(-np.abs(parts).sum(axis=1))[:LOUDEST]:
        for frame in frames:
            samples = np.asarray(frame.samples, np.int32)
            if len(samples) == FRAME and np.abs(samples - parts[number]).max() <= ROOM_NOISE:
                return seconds(frame.header.stamp) - int(number) * FRAME / SAMPLE_RATE
    raise AssertionError(f'{recording.path}: the microphone did not hear it')
