"""
A scripted child goes through every activity, with interruptions; each ends where it should. The
script is a file per language.
"""

import pytest
import yaml
from hassil import parse_sentence, sample_expression

from child import ROOT, Child, matcher
from phoenix_activities.engine.installed import installed_activities

SCRIPTS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / 'tests' / 'scripted_child').glob('*.yaml'))
}
CASES = [(language, name) for language, script in SCRIPTS.items() for name in script]


@pytest.mark.parametrize(('language', 'name'), CASES)
def test_the_child_plays(language, name):
    child = Child(language)
    for number, step in enumerate(SCRIPTS[language][name], 1):
        for _ in range(step.get('times', 1)):
            child.do(step)
        where = f'{language}, {name}, step {number} {step}: heard {child.heard}'
        activity, phase = child.harness.state
        assert f'{activity}, {phase.name.lower()}' == step['then'], where
        heard = ' '.join(child.heard)
        for text in step.get('hears', []):
            assert text in heard, where
        for text in step.get('misses', []):
            assert text not in heard, where
        assert 'late' not in [did[0] for did in child.toy.did], where
        if 'shows' in step:
            assert step['shows'] in [did[1] for did in child.toy.did if did[0] == 'show'], where


@pytest.mark.parametrize('language', SCRIPTS)
def test_the_script_leaves_no_activity_out(language):
    visited = {
        step['then'].split(',')[0] for script in SCRIPTS[language].values() for step in script
    }
    missing = {activity.name for activity in installed_activities()} - visited
    # These speak, and are over at once.
    assert missing <= {'volume', 'light', 'limits'}, missing
    text = (ROOT / f'tests/scripted_child/{language}.yaml').read_text()
    assert all(f'# {name}' in text for name in missing)


@pytest.mark.parametrize('language', SCRIPTS)
def test_every_answer_that_is_ever_expected_is_of_sound_templates_and_alone(language):
    """Each sentence of a choice chooses it, whatever the others are."""
    words = Child(language).harness.words
    open_questions = [
        {name: choice.answers for name, choice in scene.choices.items()}
        for story in words.stories
        for scene in story.scenes.values()
        if scene.ask
    ]
    for name in ('quiz', 'riddle'):
        activity = words.of_activity(name)
        open_questions += [
            {'right': question.answers, **activity.answers} for question in activity.questions
        ]
    for answers in open_questions:
        matcher(language).expect(answers)
        for name, sentences in answers.items():
            for sentence in sentences:
                said = next(iter(sample_expression(parse_sentence(sentence).expression)))
                found = matcher(language).match(said)
                assert found is not None, said
                assert found.slots.get('answer') == name, (said, found)
