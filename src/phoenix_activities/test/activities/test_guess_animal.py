import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.activities.guess_animal import MOST_QUESTIONS
from phoenix_activities.engine.activity import Intent
from phoenix_activities.engine.toy import Phase
from phoenix_activities.testing import Scene

ANIMALS = words_of('en').of_activity('guess_animal').animals


@pytest.fixture
def scene():
    scene = Scene(words_of('en'), ACTIVITIES)
    scene.hear(Intent('guess_animal'))
    return scene


def play(scene, answer):
    """Answer every question; return how many there were and whether the animal was found."""
    words = scene.director.words.of_activity('guess_animal')
    traits = {question: trait for trait, question in words.questions.items()}
    questions = 0
    while scene.director.current.name == 'guess_animal':
        *_, question = scene.speak()
        if scene.director.phase not in (Phase.LISTENING, Phase.FOLLOWING_UP):
            break
        questions += 1
        guess = next((animal for animal in words.animals if f'it {animal}?' in question), '')
        scene.hear(Intent(answer(traits.get(question, ''), guess)))
    return questions, ('show', 'happy', '', 1.0, 4.0) in scene.toy.did


@pytest.mark.parametrize('animal', ANIMALS)
def test_every_animal_is_found_by_honest_answers(scene, animal):
    def honest(trait, guess):
        return 'yes' if guess == animal or trait in ANIMALS[animal] else 'no'

    questions, found = play(scene, honest)
    assert found
    assert questions <= MOST_QUESTIONS


def test_a_doubt_costs_a_question_and_not_the_animal(scene):
    def doubtful(trait, guess):
        if guess:
            return 'yes' if guess == 'a frog' else 'no'
        return 'unsure' if trait == 'jumps' else 'yes' if trait in ANIMALS['a frog'] else 'no'

    assert play(scene, doubtful)[1]


def test_an_animal_that_it_does_not_know_is_given_up(scene):
    assert not play(scene, lambda trait, guess: 'no')[1]
    assert scene.state == ('idle', Phase.RESTING)
