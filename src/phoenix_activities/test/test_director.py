"""The activities and the director between them, with a toy that only remembers."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from phoenix_activities.activity import Intent
from phoenix_activities.conversation import Conversation
from phoenix_activities.director import Director
from phoenix_activities.idle import Idle
from phoenix_activities.sleep import Sleep
from phoenix_activities.story import Story
from phoenix_activities.timer import Timer, spoken
from phoenix_activities.toy import Phase
from phoenix_activities.words import Words
from phoenix_core.config_file import ConfigFileError

ENGLISH = Path(__file__).parents[3] / 'config' / 'en'


class Call:
    """A call that is due later."""

    def __init__(self, due, callback):
        self.due, self.callback = due, callback

    def cancel(self):
        self.callback = None


class FakeToy:
    """Remembers what it was made to do; time passes only by `pass_time`."""

    def __init__(self):
        self.time = datetime(2026, 3, 1, 15, 30)
        self.calls, self.did, self.said, self.transitions, self.states = [], [], {}, [], []

    def say(self, text):
        name = f'utterance {len(self.said)}'
        self.said[name] = text
        return name

    def __getattr__(self, name):
        return lambda *args: self.did.append((name, *args))

    def after(self, delay_s, callback, *, new_interaction=False):
        call = Call(self.time + timedelta(seconds=delay_s), callback)
        self.calls.append(call)
        return call

    def now(self):
        return self.time

    def entered(self, activity, left, reason):
        self.transitions.append((left, activity, reason))

    def state(self, activity, phase):
        self.states.append((activity, phase))

    def pass_time(self, seconds):
        end = self.time + timedelta(seconds=seconds)
        while due := [c for c in self.calls if c.callback and c.due <= end]:
            call = min(due, key=lambda c: c.due)
            self.time, callback = call.due, call.callback
            call.callback = None
            callback()
        self.time = end


@pytest.fixture
def toy():
    return FakeToy()


@pytest.fixture
def director(toy):
    words = Words(ENGLISH, random.Random(1))
    director = Director(toy, words, [Idle, Sleep, Conversation, Story, Timer])
    director.begin()
    return director


def last_said(toy):
    return list(toy.said.values())[-1]


def speak(director):
    """Play everything that is to be said, as the speaker would; return the texts."""
    spoken_texts = []
    while director._unsaid:
        utterance = director._unsaid[0]
        spoken_texts.append(director.toy.said.get(utterance, utterance))
        director.on_playback(utterance, sounding=True)
        director.on_playback(utterance, sounding=False)
    return spoken_texts


def hear(director, intent, text='something', **slots):
    director.on_attention('wake_word', ear_opens=True)
    director.on_ear(heard=True)
    director.on_intent(Intent(intent, text, slots))


def test_an_exchange_goes_through_its_phases_and_back_to_rest(toy, director):
    hear(director, 'greeting')
    utterance = director._unsaid[0]
    director.on_playback(utterance, sounding=True)
    director.on_playback(utterance, sounding=False)
    assert toy.states == [
        ('idle', Phase.RESTING),
        ('conversation', Phase.LISTENING),
        ('conversation', Phase.THINKING),
        ('conversation', Phase.SPEAKING),
        ('idle', Phase.RESTING),
    ]
    assert [t[1:] for t in toy.transitions] == [
        ('idle', 'start'),
        ('conversation', 'wake_word'),
        ('idle', 'done'),
    ]


def test_what_has_no_answer_goes_to_the_conversation_until_all_is_said(toy, director):
    hear(director, 'fallback', 'why is the sky blue')
    assert ('converse', 'why is the sky blue') in toy.did
    director.on_reply(begun=True)
    director.on_reply(text='Because.', utterance='r1')
    director.on_playback('r1', sounding=True)
    director.on_playback('r1', sounding=False)
    assert director.current.name == 'conversation'  # the reply may go on
    director.on_reply(ended=True)
    assert director.current.name == 'idle'


def test_the_end_of_an_earlier_reply_does_not_end_the_new_one(toy, director):
    hear(director, 'fallback', 'why is the sky blue')
    director.on_reply(begun=True)
    hear(director, 'fallback', 'and why is grass green')
    director.on_reply(ended=True)  # of the first one, which was cancelled
    assert director.phase == Phase.THINKING


def test_nothing_heard_is_asked_once_again(toy, director):
    director.on_attention('touch')
    assert ('listen',) in toy.did
    director.on_ear(opened=True)
    director.on_ear()
    assert len(speak(director)) == 1
    assert toy.did.count(('listen',)) == 2
    director.on_ear(opened=True)
    director.on_ear()
    assert director.current.name == 'idle'
    assert len(toy.said) == 1


def test_speech_without_words_counts_as_nothing_heard(toy, director):
    director.on_attention('wake_word', ear_opens=True)
    director.on_ear(heard=True)
    director.on_ear()
    assert len(speak(director)) == 1
    assert director.phase == Phase.LISTENING


def test_the_wake_word_stops_speech_and_does_not_close_the_ear_it_opened(toy, director):
    hear(director, 'joke')
    toy.did.clear()
    director.on_attention('wake_word', ear_opens=True)
    assert ('silence', 'wake_word') in toy.did
    assert ('stop_listening',) not in toy.did
    director.on_attention('wake_word', ear_opens=True)
    assert ('stop_listening',) not in toy.did


@pytest.mark.parametrize('running', ['story', 'joke', 'fallback'])
def test_stop_ends_everything(toy, director, running):
    hear(director, running)
    hear(director, 'stop')
    assert director.current.name == 'idle'
    assert director.phase == Phase.RESTING
    assert not director._unsaid


def test_every_step_has_a_deadline(toy, director):
    hear(director, 'greeting')
    toy.pass_time(29)
    assert director.phase == Phase.THINKING
    toy.pass_time(2)
    assert ('late', Phase.THINKING) in toy.did
    assert (director.current.name, director.phase) == ('idle', Phase.RESTING)


def test_a_late_reply_is_no_longer_followed(toy, director):
    hear(director, 'fallback')
    hear(director, 'stop')
    director.on_reply(text='Late.', utterance='r1')
    assert director.phase == Phase.RESTING


def test_a_story_is_told_to_its_end(toy, director):
    hear(director, 'story', topic='a dragon')
    told = speak(director)
    dragon = next(s for s in director.words.stories if 'dragon' in s.topics)
    assert told == dragon.paragraphs
    assert director.current.name == 'idle'


def test_a_story_goes_on_after_an_interruption_without_words(toy, director):
    hear(director, 'story')
    utterance = director._unsaid[0]
    director.on_playback(utterance, sounding=True)
    first = toy.said[utterance]
    director.on_attention('touch')
    director.on_ear(opened=True)
    director.on_ear()
    assert last_said(toy) == first


def test_next_tells_another_story_and_repeat_the_same(toy, director):
    hear(director, 'story')
    first = last_said(toy)
    hear(director, 'repeat')
    assert last_said(toy) == first
    hear(director, 'next')
    assert last_said(toy) != first


def test_sleep_only_ends_when_somebody_wakes_the_toy(toy, director):
    hear(director, 'sleep')
    speak(director)
    assert (director.current.name, director.phase) == ('sleep', Phase.RESTING)
    director.on_intent(Intent('stop'))
    assert director.current.name == 'sleep'
    director.on_attention('touch')
    assert (director.current.name, director.phase) == ('conversation', Phase.LISTENING)


def test_a_timer_rings_and_a_touch_stops_it(toy, director):
    hear(director, 'timer_set', duration='90')
    assert '1 minute and 30 seconds' in speak(director)[0]
    assert director.current.name == 'idle'
    toy.pass_time(89)
    assert director.current.name == 'idle'
    toy.pass_time(1)
    assert director.current.name == 'timer'
    assert ('show', 'alarm', '', 1.0, 20.0) in toy.did
    speak(director)
    rings = len(toy.said)
    toy.pass_time(4)
    assert len(toy.said) == rings + 1
    director.on_attention('touch')
    assert director.current.name == 'idle'
    assert ('show', '', '', 1.0, 0.0) in toy.did
    toy.pass_time(100)
    assert len(toy.said) == rings + 1


def test_a_ringing_timer_ends_by_itself(toy, director):
    hear(director, 'timer_set', duration='10')
    speak(director)
    for _ in range(20):
        toy.pass_time(4)
        speak(director)
    assert director.current.name == 'idle'


def test_a_cancelled_timer_does_not_ring(toy, director):
    hear(director, 'timer_set', duration='10')
    speak(director)
    hear(director, 'timer_remaining')
    assert '10 seconds' in speak(director)[0]
    hear(director, 'timer_cancel')
    speak(director)
    toy.pass_time(20)
    assert director.current.name == 'idle'
    assert ('show', 'alarm', '', 1.0, 20.0) not in toy.did


def test_a_reminder_says_what_it_is_about(toy, director):
    hear(director, 'reminder_set', duration='60', what='brush my teeth')
    speak(director)
    toy.pass_time(60)
    assert 'brush my teeth' in last_said(toy)


def test_volume_goes_up_and_down_within_its_limits(toy, director):
    for _ in range(4):
        hear(director, 'volume_up')
    assert toy.did[-1] == ('set_volume', 1.0, False)
    hear(director, 'volume_set', level='30')
    assert ('set_volume', 0.3, False) in toy.did
    hear(director, 'mute')
    assert ('set_volume', 0.3, True) in toy.did


def test_the_light_takes_the_color_that_was_asked_for(toy, director):
    hear(director, 'light_color', color='blue')
    assert ('show', 'solid', director.words.colors['blue'], 1.0, 0.0) in toy.did


def test_the_child_is_called_by_its_name_and_told_the_time(toy, director):
    hear(director, 'set_child_name', name='Mia')
    assert 'Mia' in last_said(toy)
    hear(director, 'time')
    assert '3:30 PM' in last_said(toy)


def test_repeat_says_the_last_thing_again(toy, director):
    hear(director, 'joke')
    joke = speak(director)
    hear(director, 'repeat')
    assert speak(director) == joke


def test_an_activity_that_a_program_asks_for(toy, director):
    director.on_request('story', {'topic': 'firefly'})
    assert 'Flora' in last_said(toy)
    with pytest.raises(KeyError, match=r'no activity .* known: conversation, idle'):
        director.on_request('homework', {})


def test_every_intent_is_understood_by_somebody(director):
    """An intent in the templates that nobody answers would be a dead end."""
    import yaml

    intents = yaml.safe_load((ENGLISH / 'intents.yaml').read_text())['intents']
    known = {*director.words.answers, *director._entered_by, 'stop', 'sleep', 'conversation'}
    assert set(intents) - known == set()


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [
        (0, 'no time'),
        (1, '1 second'),
        (90, '1 minute and 30 seconds'),
        (7325, '2 hours and 2 minutes'),
    ],
)
def test_lengths_of_time_in_words(seconds, words):
    assert spoken(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('answers: {joke: {say: []}}\nphrases: {}\ncolors: {}', 'answers.joke.say'),
        ('answers: {joke: {tell: [a]}}\nphrases: {}\ncolors: {}', 'answers.joke'),
        ('phrases: {}\ncolors: {}', 'answers: Field required'),
        ('[', 'not valid YAML'),
    ],
)
def test_a_broken_words_file_is_refused_by_name(tmp_path, text, problem):
    (tmp_path / 'answers.yaml').write_text(text)
    with pytest.raises(ConfigFileError, match=rf'answers\.yaml: .*{problem}'):
        Words(tmp_path, random.Random(1))
