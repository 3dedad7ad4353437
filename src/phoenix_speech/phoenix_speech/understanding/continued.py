"""What a person wants who went on, after the first words were taken for all and done."""

from dataclasses import dataclass, field

from phoenix_speech.understanding.alignment import split_words
from phoenix_speech.understanding.requests import IntentMatch, Understood

CHANGES = {'timer_set': 'timer_change'}  # what sets something to what changes the newest


@dataclass(frozen=True)
class Said:
    """A sentence, in which interaction it was said, and what was understood."""

    text: str = ''
    trace_id: str = ''
    understood: Understood = field(default_factory=Understood)

    def begins(self, other: 'Said') -> bool:
        """Return whether the other sentence is this one with more behind it."""
        own, words = split_words(self.text), split_words(other.text)
        same = bool(own) and self.trace_id == other.trace_id
        return same and len(words) > len(own) and words[: len(own)] == own


def left_to_do(done: Understood, wanted: Understood) -> Understood:
    """
    Return what is still to be done of a sentence, after the beginning of it was.

    Of 'a timer for ten minutes and thirty seconds' the one of ten minutes is changed; of 'a timer
    for ten minutes and one for an hour' only the second is set.
    """
    requests = list(wanted.requests)
    for before in done.requests:
        if not requests or requests[0].name != before.name:
            break
        if len(requests) > 1 and requests[0].slots == before.slots:
            del requests[0]
        else:
            if 'duration' in before.slots:  # otherwise it was asked for, and nothing is set
                requests[0] = _change_of(requests[0])
            break
    return Understood(tuple(requests), wanted.question)


def _change_of(request: IntentMatch) -> IntentMatch:
    """Return the request that changes what was set; others may be done once more."""
    name, length = CHANGES.get(request.name), request.slots.get('duration')
    if name is None or length is None or 'what' in request.slots:
        return request
    return IntentMatch(name, {'duration': length, 'which': 'last'}, request.confidence)
