"""Draws sentences of the templates of config/<language>/intents.yaml, as a person says them."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)
from hassil.intents import Intents, RangeSlotList, TextSlotList

from phoenix_speech.understanding.intents_file import load_intents
from phoenix_speech.understanding.quantities.reader import Kind

CONFIG = Path(__file__).parents[4] / 'config'
QUANTITIES = {
    'en': {Kind.DURATION: 'five minutes', Kind.CLOCK: "seven o'clock", Kind.DAY: 'tomorrow',
           Kind.CITY: 'tokyo', Kind.SUM: 'two plus three'},
    'de': {Kind.DURATION: 'fünf minuten', Kind.CLOCK: 'sieben uhr', Kind.DAY: 'übermorgen',
           Kind.CITY: 'tokio', Kind.SUM: 'zwei plus drei'},
}  # fmt: skip
ANY_WORDS = {'timer_name': 'pizza', 'somewhere': 'narnia', 'what': 'wash hands', 'topic': 'horses'}
USUAL_NUMBER = 7


def template_sentences(language: str, each: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """
    Yield intents and sentences of theirs.

    :param each: how many are drawn of each template; those that are the same are left out.
    """
    intents, chance = load_intents([CONFIG / language / 'intents.yaml']), random.Random(seed)
    for name, intent in intents.intents.items():
        for data in intent.data:
            for template in data.sentences:
                drawn = (_drawn(template.expression, intents, chance) for _ in range(each))
                for text in dict.fromkeys(_filled(one, language) for one in drawn):
                    yield name, text


def _drawn(part: Expression, intents: Intents, chance: random.Random) -> str:
    """Return one of the texts that an expression stands for; each alternative is as likely."""
    if isinstance(part, TextChunk):
        return part.original_text
    if isinstance(part, RuleReference):
        return _drawn(intents.expansion_rules[part.rule_name].expression, intents, chance)
    if isinstance(part, ListReference):
        values = intents.slot_lists[part.list_name]
        if isinstance(values, TextSlotList):
            return _drawn(chance.choice(values.values).text_in, intents, chance)
        if isinstance(values, RangeSlotList):
            return str(max(USUAL_NUMBER, values.start))
        return ANY_WORDS.get(part.list_name, part.list_name.replace('_', ' '))
    assert isinstance(part, Group)
    if isinstance(part, Alternative):
        return _drawn(chance.choice(part.items), intents, chance)
    texts = [_drawn(item, intents, chance) for item in part.items]
    if isinstance(part, Permutation):
        chance.shuffle(texts)
    return ''.join(texts)


def _filled(text: str, language: str) -> str:
    for kind, said in QUANTITIES[language].items():
        text = re.sub(rf'\b{kind.value}mark[a-d]\b', said, text)
    return ' '.join(text.split())
