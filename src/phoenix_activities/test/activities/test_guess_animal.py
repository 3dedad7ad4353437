import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.activities.guess_animal import MOST_QUESTIONS
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.testing import ActivityHarness

ANIMALS = words_of('en').of_activity('guess_animal').animals


@pytest.fixture
def harness():
    harness = ActivityHarness(words_of('en'), ACTIVITIES)
    harness.hear(UserIntent('guess_animal'))
    return harness


def play(harness, answer):
    """Answer every question; return how many there were and whether the animal was found."""
    words = harness.manager.words.of_activity('guess_animal')
    traits = {question: trait for trait, question in words.questions.items()}
    questions = 0
    while harness.manager.current.name == 'guess_animal':
        *_, question = harness.speak()
        if harness.manager.phase not in (Phase.LISTENING, Phase.FOLLOWING_UP):
            break
        questions += 1
        guess = next((animal for animal in words.animals if f'it {animal}?' in question), '')
        harness.hear(UserIntent(answer(traits.get(question, ''), guess)))
    return questions, ('show', 'happy', '', 1.0, 4.0) in harness.toy.did


@pytest.mark.parametrize('animal', ANIMALS)
def test_every_animal_is_found_by_honest_answers(harness, animal):
    def honest(trait, guess):
        return 'yes' if guess == animal or trait in ANIMALS[animal] else 'no'

    questions, found = play(harness, honest)
    assert found
    assert questions <= MOST_QUESTIONS


def test_a_doubt_costs_a_question_and_not_the_animal(harness):
    def doubtful(trait, guess):
        if guess:
            return 'yes' if guess == 'a frog' else 'no'
        return 'unsure' if trait == 'jumps' else 'yes' if trait in ANIMALS['a frog'] else 'no'

    assert play(harness, doubtful)[1]


def test_an_animal_that_it_does_not_know_is_given_up(harness):
    assert not play(harness, lambda trait, guess: 'no')[1]
    assert harness.state == ('idle', Phase.RESTING)
