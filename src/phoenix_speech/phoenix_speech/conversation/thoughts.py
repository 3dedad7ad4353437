"""Leaves out what a model writes for itself before or between what it says."""

import re

_NAMES = ('thinking', 'think', 'thoughts', 'thought', 'reasoning', 'reflection')
_TAG = re.compile(
    rf'<(?P<end>/?)(?:{"|".join(_NAMES)})\b[^<>]*>|\[(?P<end2>/?)THINK\]|◁(?P<end3>/?)think▷',
    re.IGNORECASE,
)
_MAY_BE_TAG = re.compile(r'[<\[◁]/?([A-Za-z]{0,10})$|<[A-Za-z]{5,10}\s[^<>]{0,40}$')


class ThoughtFilter:
    """
    Takes the stream of a reply; blocks of thoughts may be nested, cut anywhere, and never end.

    :param inside: the reply begins in the middle of thoughts, as those of some servers do, and
        only the end of these is marked. Without that mark all of it is the reply.
    """

    def __init__(self, *, inside: bool = False) -> None:
        self._depth = int(inside)
        self._held = [''] if inside else None
        self._text = ''
        self.began_inside = False  # an end was seen without a beginning

    def feed(self, delta: str) -> str:
        """Add a piece; return what of it is said. Look at `began_inside` then."""
        self._text += delta
        said, at = '', 0
        for tag in _TAG.finditer(self._text):
            said += self._outside(self._text[at : tag.start()])
            at = tag.end()
            if not (tag['end'] or tag['end2'] or tag['end3']):
                self._depth += 1
            elif self._depth:
                self._depth -= 1
                self.began_inside = self.began_inside or self._held is not None
                self._held = None
            else:
                self.began_inside, said = True, ''
        rest = self._text[at:]
        cut = self._begins_tag(rest)
        self._text = rest[cut:]
        return said + self._outside(rest[:cut])

    def finish(self) -> str:
        """End the reply; return what is left of it."""
        held, self._held = self._held, None
        if held is not None:
            return ''.join(held) + self._text
        left, self._text = self._text, ''
        return '' if self._depth or len(left) > 2 else left

    def _outside(self, text: str) -> str:
        if self._held is not None:
            self._held.append(text)
        return '' if self._depth else text

    def _begins_tag(self, text: str) -> int:
        """Return where a tag may begin that is not complete yet."""
        found = _MAY_BE_TAG.search(text)
        letters = (found.group(1) or '').lower() if found else ''
        if found is None or not any(name.startswith(letters) for name in _NAMES):
            return len(text)
        return found.start()
