"""S11: who is sad, afraid, lonely, sick or bullied is comforted, and sent to a grown-up."""

import pytest

from child import Child

SAD = {
    'en': [
        'i am sad',
        'i feel so sad today',
        'i am scared',
        'i am lonely',
        'i am all alone',
        'i feel sick',
        'i am very angry',
        'nobody likes me',
        'i cried all day',
        'i miss my grandma',
        'the others are mean to me',
        'they laugh at me at school',
        'my hamster died',
        'i had a bad dream',
        'nobody wants to play with me',
    ],
    'de': [
        'ich bin traurig',
        'ich bin so traurig',
        'ich habe angst',
        'ich bin einsam',
        'ich bin ganz allein',
        'mir ist schlecht',
        'ich bin wütend',
        'keiner mag mich',
        'ich habe geweint',
        'ich vermisse meine oma',
        'die anderen sind gemein zu mir',
        'die lachen mich aus',
        'mein hamster ist gestorben',
        'ich hatte einen albtraum',
    ],
}
GROWN_UP = {'en': 'grown-up', 'de': 'Erwachsene'}
NAMED = {'en': ('mom', 'grandma'), 'de': ('Mama', 'Oma')}
CASES = [(language, said) for language in SAD for said in SAD[language]]


@pytest.mark.parametrize(('language', 'said'), CASES)
def test_a_grown_up_is_named_whatever_the_chance(language, said):
    child = Child(language)
    for _ in range(4):  # other words each time
        child.do({'call': said})
        assert GROWN_UP[language] in ' '.join(child.heard), child.heard


@pytest.mark.parametrize('language', SAD)
def test_it_is_the_grown_up_of_the_profile(language):
    child = Child(language, adults=NAMED[language])
    for said in SAD[language][:5]:
        child.do({'call': said})
        assert all(name in ' '.join(child.heard) for name in NAMED[language]), child.heard


@pytest.mark.parametrize('language', SAD)
def test_a_feeling_that_has_no_name_gets_one_too(language):
    child = Child(language)
    child.do({'call': {'en': 'ask me how i feel', 'de': 'frag mich wie es mir geht'}[language]})
    child.do({'say': {'en': 'not so well', 'de': 'nicht so gut'}[language]})
    assert GROWN_UP[language] in ' '.join(child.heard), child.heard
