"""
Measures what the book answers to questions of children: right, honestly not known, wrong.

The questions of bench/understanding/*.children.txt were written without sight of the book, each
with what a right answer has in it. When they were first asked, 80 % in English and 87 % in German
were answered, 13 and 7 % not known, 7 and 6 % wrong; since then the book has entries for what it
lacked, so this is no longer a blind measure.
"""

from collections import Counter
from pathlib import Path

from phoenix_speech.conversation.book import Book, Certainty
from phoenix_speech.safety.normalise import plain_words
from phoenix_speech.safety.sentence_encoder import sentence_encoder

ROOT = Path(__file__).parents[1]
WRONG_AT_MOST = 0.01
CHILDREN = '{}.children.txt'


def questions(language: str) -> list[tuple[str, list[str]]]:
    """Return each question, and the beginnings of words of which a right answer has one."""
    path = ROOT / 'bench' / 'understanding' / CHILDREN.format(language)
    lines = [line for line in path.read_text(encoding='utf-8').splitlines() if '|' in line]
    asked = (line.partition('|') for line in lines if not line.startswith('#'))
    return [
        (text.strip(), [word.strip() for word in words.split(',') if word.strip()])
        for text, _, words in asked
    ]


def judge(language: str, *, show: bool = False) -> bool:
    """Ask the questions of a language, print the shares, and return whether few are wrong."""
    book = Book.load(ROOT / 'config' / language / 'book.yaml', sentence_encoder().encode)
    counts: Counter[str] = Counter()
    some = questions(language)
    for text, beginnings in some:
        found = book.find(text)
        words = f' {" ".join(plain_words(found.answer))}' if found else ''
        kind = 'not known'
        if found:
            right = any(f' {word}' in words for word in beginnings)
            guess = ', as a guess' if found.certainty is Certainty.PERHAPS else ''
            kind = ('answered' if right else 'wrong') + guess
        counts[kind] += 1
        if show and found and kind.startswith('wrong'):
            print(f'    {kind}: {text} > {found.question}: {found.answer}')
    figures = ', '.join(f'{kind} {n} ({n / len(some):.1%})' for kind, n in sorted(counts.items()))
    print(f'  {"children":34} {len(some):5}: {figures}', flush=True)
    wrong = sum(n for kind, n in counts.items() if kind.startswith('wrong'))
    return wrong <= WRONG_AT_MOST * len(some)


if __name__ == '__main__':
    raise SystemExit(not all(tuple(judge(language, show=True) for language in ('en', 'de'))))
