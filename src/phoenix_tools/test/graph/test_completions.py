"""What a shell offers after the beginning of a command."""

import shutil
import subprocess

import pytest

from phoenix_tools.arguments import COMPLETIONS, SHELLS, completion
from phoenix_tools.graph.completions import script

BASH = """
. {script}
COMP_WORDS=({words}); COMP_CWORD={last}
_shtab_phoenix 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def bash(*words: str) -> set[str]:
    text = BASH.format(
        script=COMPLETIONS / 'phoenix.bash',
        words=' '.join(f"'{word}'" for word in words),
        last=len(words) - 1,
    )
    ended = subprocess.run(['bash', '-c', text], capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


@pytest.mark.parametrize('shell', SHELLS)
def test_what_is_shown_is_what_the_parser_says(shell):
    assert completion(shell) == script(shell)


@pytest.mark.parametrize(
    ('words', 'offered'),
    [
        (['./phoenix', 'ru'], {'run'}),
        (['phoenix', 'list', ''], {'voices', 'wake-words', 'devices', 'languages'}),
        (['phoenix', 'bags', 'c'], {'check', 'cut', 'convert'}),
        (['phoenix', 'run', '--lay'], {'--layout'}),
        (['phoenix', 'record', '--profile', 's'], {'session'}),
    ],
)
def test_bash_offers_it(words, offered):
    assert bash(*words) == offered


@pytest.mark.skipif(shutil.which('fish') is None, reason='needs the shell fish')
def test_fish_offers_it():
    text = f'source {COMPLETIONS / "phoenix.fish"}; complete -C "phoenix list w"'
    ended = subprocess.run(['fish', '-c', text], capture_output=True, text=True, check=True)
    assert 'wake-words' in ended.stdout.split()
    assert 'voices' not in ended.stdout


@pytest.mark.skipif(shutil.which('zsh') is None, reason='needs the shell zsh')
def test_zsh_reads_it():
    text = f'autoload -U compinit; compinit -u -D; eval "$(<{COMPLETIONS / "phoenix.zsh"})"; '
    text += 'print $_comps[phoenix]'
    ended = subprocess.run(['zsh', '-fc', text], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, '_shtab_phoenix\n', '')
