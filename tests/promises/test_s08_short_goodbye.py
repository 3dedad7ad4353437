"""S8: a goodbye is one short sentence, and nothing holds or calls a person back."""

import pytest

from child import Child
from phoenix_activities.activities.idle import COMPANY_S

GOODBYES = {
    'en': [
        'bye',
        'goodbye phoenix',
        'i have to go',
        'see you tomorrow',
        'i must go now',
        'mom says i have to go',
        'i am going to school now',
        'dad is here bye',
    ],
    'de': [
        'tschüss',
        'auf wiedersehen',
        'ich muss gehen',
        'bis morgen',
        'okay tschüss',
        'mama sagt ich muss gehen',
        'ich muss nach hause',
    ],
}
GOOD_NIGHTS = {'en': ['good night', 'go to sleep'], 'de': ['gute nacht', 'schlaf gut']}
PLAYS = ['story', 'quiz', 'guess_animal', 'parrot', 'dance', 'breathing']
ALL = [(one, said) for one in GOODBYES for said in GOODBYES[one] + GOOD_NIGHTS[one]]


def noises_in_half_an_hour(child):
    child.heard.clear()
    for _ in range(180):
        child.do({'wait': COMPANY_S / 180})
    return list(child.heard)


@pytest.mark.parametrize(('language', 'said'), ALL)
def test_it_is_one_short_sentence_without_a_question(language, said):
    child = Child(language)
    child.do({'call': said})
    (text,) = child.heard
    assert len(text.split()) <= 8
    assert '?' not in text
    assert child.harness.state[0] in ('idle', 'sleep')
    assert child.harness.state[1].name == 'RESTING'  # and the ear is shut


@pytest.mark.parametrize(('language', 'said'), ALL)
def test_no_sound_for_half_an_hour_afterwards(language, said):
    child = Child(language)
    child.do({'call': said})
    assert noises_in_half_an_hour(child) == []


@pytest.mark.parametrize('play', PLAYS)
def test_it_ends_what_runs_and_all_that_waits(play):
    child = Child('en')
    child.do({'request': play, 'interrupted_after': 0})
    child.do({'call': 'bye'})
    assert child.harness.state[0] == 'idle'
    assert len(child.heard) == 1
    assert noises_in_half_an_hour(child) == []


@pytest.mark.parametrize('said', ['leave me alone', 'go away', 'i do not want to play anymore'])
def test_who_has_had_enough_is_left_alone_without_a_word(said):
    child = Child('en')
    child.do({'request': 'quiz', 'interrupted_after': 0})
    child.do({'call': said})
    assert (child.harness.state[0], child.heard) == ('idle', [])
    assert noises_in_half_an_hour(child) == []


def test_without_a_goodbye_it_may_hum_but_never_at_night():
    child = Child('en')
    heard = {True: [], False: []}
    for _ in range(50):
        child.do({'call': 'what time is it'})
        heard[child.harness.manager.gate.is_quiet_time] += noises_in_half_an_hour(child)
    assert set(heard[False]) <= set(child.harness.words.of_activity('idle').phrases.noise.root)
    assert heard[False]
    assert heard[True] == []
