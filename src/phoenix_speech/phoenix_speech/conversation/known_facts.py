"""What the toy was told before, as lines of the prompt: a few words each in a fixed sentence."""

from collections.abc import Iterator, Mapping
from itertools import islice

from phoenix_core.events.short_text import FACT_WORDS, MOST_FAVORITES, name_of, short_text
from phoenix_speech.conversation.persona import FactTemplates

FAVORITE = 'favorite '  # begins the name of a slot, before the thing


def fact_lines(known: Mapping[str, str], templates: FactTemplates) -> str:
    """
    Return a line for each fact; what is none, or not of its form, is left out.

    :param known: the slots of a ConversationRequest: child_name, or 'favorite ' and the thing.
    """
    return ''.join(f'{line}\n' for line in islice(_lines(known, templates), 1 + MOST_FAVORITES))


def _lines(known: Mapping[str, str], templates: FactTemplates) -> Iterator[str]:
    for slot, text in known.items():
        value, thing = short_text(text, FACT_WORDS), slot.removeprefix(FAVORITE)
        if slot == 'child_name':
            if name := name_of(text):
                yield templates.child_name.format(value=name)
        elif value and thing and thing != slot and thing == short_text(thing, FACT_WORDS):
            yield templates.favorite.format(thing=thing, value=value)
