"""
Tells what the toy would understand of a sentence; a program of its own.

The models that it takes need much memory, which the studio does not keep. Each line of its input
is a sentence with the settings of the intent node, and each line of its output what was found, as
JSON. It ends with its input.
"""

import itertools
import json
import os
import sys
from typing import Any

from phoenix_core.settings.config_file import ConfigFileError
from phoenix_core.settings.node_settings import NodeSettings
from phoenix_speech.safety.care_check import PAUSE_S, CareVerdict
from phoenix_speech.understanding.sentence_judge import SentenceJudge

NICENESS = 10  # reading the models must not delay the toy


class SentenceTrials:
    """Judges sentences, each as the first of a conversation."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._given: dict[str, Any] | None = None
        self._judge: SentenceJudge | None = None
        self._failures: list[str] = []
        self._times = itertools.count(step=PAUSE_S)

    def found(self, sentence: str, given: dict[str, Any]) -> dict[str, Any]:
        """
        Return what is found in a sentence.

        :param given: settings of the intent node.
        :raises ConfigFileError: the words are broken.
        """
        if self._judge is None or given != self._given:
            settings = NodeSettings(**given)
            self._judge = SentenceJudge(settings, self._fail)
            self._given = given
        self._failures.clear()
        self._judge.forget_question()
        found = self._judge.judge(sentence, next(self._times))
        return {
            'care': _care(found) if isinstance(found, CareVerdict) else None,
            'intents': [
                {'name': name, 'slots': dict(slots), 'confidence': round(confidence, 2)}
                for name, slots, confidence in self._judge.intents(found)
            ],
            'failures': [*self._failures],
        }

    def _fail(self, code: str, message: str) -> None:
        self._failures.append(f'{code}: {message}')


def _care(verdict: CareVerdict) -> dict[str, Any]:
    return {
        'category': verdict.category.value if verdict.category else '',
        'level': verdict.level.value,
        'words': verdict.words,
    }


def main() -> None:
    """Answer each line with a line."""
    os.nice(NICENESS)
    trials = SentenceTrials()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = trials.found(request['sentence'], request['settings'])
        except ConfigFileError as error:
            answer = {'problem': str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == '__main__':
    main()
