"""The book answers what children ask, in other words too, and does not guess."""

import asyncio
import random
from pathlib import Path

import pytest

from phoenix_speech.conversation.book import Book, Certainty
from phoenix_speech.conversation.chat_model import NothingToSayError
from phoenix_speech.conversation.providers.book import BookChat
from phoenix_speech.conversation.spoken_text import is_rubbish, spoken
from phoenix_speech.safety.sentence_encoder import sentence_encoder
from phoenix_speech.sentences import SpeechRules

CONFIG = Path(__file__).parents[4] / 'config'
BOOKS = {}


def book(language):
    if language not in BOOKS:
        path = CONFIG / language / 'book.yaml'
        BOOKS[language] = Book.load(path, sentence_encoder().encode)
    return BOOKS[language]


@pytest.mark.parametrize('language', ['en', 'de'])
def test_each_question_is_asked_once_and_answered_in_words_that_can_be_said(language):
    entries, rules = book(language).file.entries, SpeechRules.load(CONFIG, language)
    assert len(entries) >= 600
    asked = [ask for entry in entries for ask in entry.ask]
    assert len(set(asked)) == len(asked)
    for entry in entries:
        assert len(entry.say.split()) <= 45, entry.say
        assert not is_rubbish(entry.say)
        assert spoken(entry.say, 'Phoenix', rules) == entry.say


@pytest.mark.parametrize('language', ['en', 'de'])
def test_a_question_of_the_book_gets_its_answer(language):
    for entry in book(language).file.entries[::9]:
        found = book(language).find(entry.ask[-1])
        assert (found.answer, found.certainty) == (entry.say, Certainty.SURE)


@pytest.mark.parametrize(
    ('language', 'text', 'question'),
    [
        ('en', 'How come my pee is yellow?', 'why is my pee yellow'),
        ('en', 'how does chocolate get made', 'how is chocolate made'),
        ('en', 'is the whale really not a fish', 'why is a whale not a fish'),
        ('en', 'how come grandpas hair is white', 'why does grandma have white hair'),
        ('en', 'do spiders belong to the insects', 'are spiders insects'),
        ('de', 'Warum müssen alle Leute pupsen?', 'warum muss ich pupsen'),
        ('de', 'wer war zuerst da henne oder ei', 'war zuerst die henne oder das ei da'),
        ('de', 'mein apfel wird ganz braun warum', 'warum wird der apfel braun'),
    ],
)
def test_other_words_for_it_find_it(language, text, question):
    entries = book(language).file.entries
    (entry,) = [entry for entry in entries if question in entry.ask]
    assert book(language).find(text).answer == entry.say


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        ('en', 'how many teeth does a crocodile have'),
        ('en', 'why do dogs have no tail'),
        ('en', 'what is a shadow puppet'),
        ('en', 'why do leaves rustle'),
        ('de', 'was ist ein schattentheater mit puppen'),
        ('de', 'wie viele zähne hat ein krokodil'),
    ],
)
def test_what_is_only_like_a_question_of_the_book_is_not_taken_for_it(language, text):
    found = book(language).find(text)
    assert found is None or found.certainty is Certainty.PERHAPS


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        ('en', 'what is a fjord'),
        ('en', 'how do you tie a bow tie'),
        ('en', 'who won the match yesterday'),
        ('en', ''),
        ('en', '...'),
        ('de', 'was ist ein schrebergarten'),
        ('de', 'wie bindet man eine krawatte'),
    ],
)
def test_what_is_not_in_the_book_is_not_found(language, text):
    assert book(language).find(text) is None


def answer(text, language='en'):
    async def collect():
        chat = BookChat(book(language), chance=random.Random(1))
        return ''.join([part async for part in chat.stream([{'role': 'user', 'content': text}])])

    return asyncio.run(collect())


def test_what_is_perhaps_meant_is_said_with_the_answer():
    text = 'how many teeth does a crocodile have'
    assert book('en').find(text).certainty is Certainty.PERHAPS
    found = book('en').find(text)
    assert answer(text) == f'Perhaps you ask: {found.question}? {found.answer}'


@pytest.mark.parametrize(
    ('text', 'language'), [('what is a fjord', 'en'), ('Ein Fjord?', 'de'), ('a fjord?', 'en')]
)
def test_a_question_that_is_not_in_the_book_gets_an_honest_answer(text, language):
    assert answer(text, language) in book(language).file.unknown


def test_what_is_no_question_is_left_to_the_next():
    with pytest.raises(NothingToSayError):
        answer('i had spaghetti today')
