"""Words of one's own are changed in the browser while the toy runs."""

import re
import shutil

import pytest
from browser import browser, serious_faults, studio_toy
from front_door import ROOT

READERS = ('INTENT', 'ACTIVITIES', 'CONVERSATION', 'VOICE', 'LISTENER')
NAMES = "['I am Phoenix. I am a small bird made of light.', 'My name is Phoenix!']"
REST_MS = 45_000  # until the toy rests again, whatever it was told before
RESTARTED_MS = 90_000  # models are read anew


def answer_to(page, question):
    """Ask the toy, and return what it says."""
    page.goto(f'{page.url.split("#")[0]}#toy')
    page.locator('[data-phase=resting]').wait_for(timeout=REST_MS)
    before = page.locator('[data-who=toy]').count()
    page.get_by_label('Type to the toy').fill(question)
    page.keyboard.press('Enter')
    page.locator('[data-who=toy]').nth(before).wait_for()
    return page.locator('[data-who=toy]').nth(before).text_content()


def change(page, name, before, after):
    """Change a file on the screen, and let the toy have it."""
    page.goto(f'{page.url.split("#")[0]}#words')
    page.get_by_role('button', name=re.compile(name)).click()
    page.get_by_role('button', name='Change it').click()
    words = page.get_by_label('Words of the file')
    words.fill(words.input_value().replace(before, after))
    page.get_by_role('button', name='See the difference').click()
    page.locator('[data-difference]', has_text=after).wait_for()
    assert serious_faults(page) == []
    page.get_by_role('button', name='Apply to the toy').click()


@pytest.mark.long
def test_words_are_changed_refused_and_taken_back(tmp_path):
    own = tmp_path / 'words'
    shutil.copytree(ROOT / 'config', own)
    answers = own / 'en' / 'answers.yaml'
    before = answers.read_text()
    assert NAMES in before
    environment = {f'PHOENIX_{name}_CONFIG_DIR': str(own) for name in READERS}
    with studio_toy(tmp_path / 'state', **environment) as toy, browser(toy) as web:
        page = web.open('/')
        change(page, '^answers.yaml', NAMES, "['I am Ember.']")
        page.get_by_text('with these words now').wait_for(timeout=RESTARTED_MS)
        assert 'I am Ember.' in answer_to(page, 'what is your name')
        with_ember = answers.read_text()

        change(page, '^answers.yaml', 'answers:', 'ansers:')
        refused = page.get_by_role('alert')
        refused.wait_for(timeout=RESTARTED_MS)
        assert 'ansers' in refused.text_content()
        assert answers.read_text() == with_ember
        page.get_by_role('button', name='Cancel').click()
        page.get_by_role('button', name='Undo the change of answers.yaml').click()
        page.get_by_text('with these words now').wait_for(timeout=RESTARTED_MS)
        assert answers.read_text() == before
        assert 'Phoenix' in answer_to(page, 'what is your name')
        assert web.close() == []
