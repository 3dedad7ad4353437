"""The activities and the director between them, with a toy that only remembers."""

import random
from datetime import datetime, time, timedelta

import pytest
import yaml
from whole_toy import CONFIG, words_of

from phoenix_activities.activities.conversation import MOST_SENTENCES
from phoenix_activities.activities.idle import LIVELY_S
from phoenix_activities.activities.timer import next_time
from phoenix_activities.engine.activity import Intent
from phoenix_activities.engine.quiet_hours import QuietHours
from phoenix_activities.engine.toy import Phase
from phoenix_activities.testing import DEADLINES_S
from phoenix_activities.words.words import Words
from phoenix_core.settings.config_file import ConfigFileError

ENGLISH = CONFIG / 'en'


def last_said(toy):
    return list(toy.said.values())[-1]


def hear(scene, intent, text='something', **slots):
    scene.hear(Intent(intent, text, slots))


def test_an_exchange_goes_through_its_phases_and_back_to_rest(scene, toy, director):
    hear(scene, 'greeting')
    utterance = director.unsaid[0]
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


def test_what_has_no_answer_goes_to_the_conversation_until_all_is_said(scene, toy, director):
    hear(scene, 'fallback', 'why is the sky blue')
    assert ('converse', 'why is the sky blue') in toy.did
    director.on_reply(begun=True)
    director.on_reply(text='Because.', utterance='r1')
    director.on_playback('r1', sounding=True)
    director.on_playback('r1', sounding=False)
    assert director.current.name == 'conversation'  # the reply may go on
    director.on_reply(ended=True)
    assert scene.state == ('conversation', Phase.FOLLOWING_UP)  # without a new wake word
    scene.keep_silent()
    assert scene.state == ('idle', Phase.RESTING)


def test_an_ear_that_nobody_called_for_can_be_told_from_one_that_was(scene, toy, director):
    hear(scene, 'riddle')
    scene.speak()
    assert scene.state == ('riddle', Phase.FOLLOWING_UP)
    director.on_ear(opened=True)
    assert director.phase == Phase.FOLLOWING_UP
    director.on_attention('touch')
    director.on_ear(opened=True)
    assert director.phase == Phase.LISTENING
    director.on_ear()
    scene.speak()
    assert director.phase == Phase.FOLLOWING_UP
    hear(scene, 'stop')
    director.on_ear(opened=True)  # by a wake word, whose event comes later
    assert director.phase == Phase.LISTENING


def reply(scene):
    for step in ({'begun': True}, {'text': 'Because.', 'utterance': 'r'}, {'ended': True}):
        scene.director.on_reply(**step)
    scene.speak()


def test_a_talk_does_not_go_on_for_ever_without_a_new_call(scene, director):
    """A television answers every reply."""
    hear(scene, 'fallback', 'why is the sky blue')
    for _ in range(MOST_SENTENCES - 1):
        reply(scene)
        assert scene.state == ('conversation', Phase.FOLLOWING_UP)
        director.on_ear(heard=True)
        director.on_intent(Intent('fallback', 'and now the weather'))
    reply(scene)
    assert scene.state == ('idle', Phase.RESTING)


def test_the_end_of_an_earlier_reply_does_not_end_the_new_one(scene, toy, director):
    hear(scene, 'fallback', 'why is the sky blue')
    director.on_reply(begun=True)
    hear(scene, 'fallback', 'and why is grass green')
    director.on_reply(ended=True)  # of the first one, which was cancelled
    assert director.phase == Phase.THINKING


def test_nothing_heard_is_asked_once_again(scene, toy, director):
    director.on_attention('touch')
    assert ('listen',) in toy.did
    director.on_ear(opened=True)
    director.on_ear()
    assert len(scene.speak()) == 1
    assert toy.did.count(('listen',)) == 2
    director.on_ear(opened=True)
    director.on_ear()
    assert director.current.name == 'idle'
    assert len(toy.said) == 1


def test_speech_without_words_counts_as_nothing_heard(scene, toy, director):
    director.on_attention('wake_word', ear_opens=True)
    director.on_ear(heard=True)
    director.on_ear()
    assert len(scene.speak()) == 1
    assert director.phase == Phase.FOLLOWING_UP


def test_the_wake_word_stops_speech_and_does_not_close_the_ear_it_opened(scene, toy, director):
    hear(scene, 'joke')
    toy.did.clear()
    director.on_attention('wake_word', ear_opens=True)
    assert ('silence', 'wake_word') in toy.did
    assert ('stop_listening',) not in toy.did
    director.on_attention('wake_word', ear_opens=True)
    assert ('stop_listening',) not in toy.did


@pytest.mark.parametrize('running', ['story', 'joke', 'fallback'])
def test_stop_ends_everything(scene, director, running):
    hear(scene, running)
    hear(scene, 'stop')
    assert director.current.name == 'idle'
    assert director.phase == Phase.RESTING
    assert not director.unsaid


def test_every_step_has_a_deadline(scene, toy, director):
    hear(scene, 'greeting')
    toy.pass_time(29)
    assert director.phase == Phase.THINKING
    toy.pass_time(2)
    assert ('late', Phase.THINKING) in toy.did
    assert (director.current.name, director.phase) == ('idle', Phase.RESTING)


def test_each_phase_has_a_deadline_of_its_own(scene, toy, director):
    hear(scene, 'greeting')
    toy.pass_time(DEADLINES_S[Phase.THINKING] - 1)
    director.on_playback(director.unsaid[0], sounding=True)
    toy.pass_time(DEADLINES_S[Phase.SPEAKING] - 1)
    assert director.phase is Phase.SPEAKING
    toy.pass_time(2)
    assert ('late', Phase.SPEAKING) in toy.did


def test_a_late_reply_is_no_longer_followed(scene, toy, director):
    hear(scene, 'fallback')
    hear(scene, 'stop')
    director.on_reply(text='Late.', utterance='r1')
    assert director.phase == Phase.RESTING


def test_a_story_goes_where_the_listener_chooses(scene, toy, director):
    hear(scene, 'story', topic='a dragon')
    story = next(story for story in director.words.stories if 'dragon' in story.topics)
    scenes = story.scenes
    assert scene.speak() == [*scenes['mountain'].tell, scenes['mountain'].ask]
    assert set(toy.expected) == {'cave', 'village'}
    assert scene.state == ('story', Phase.FOLLOWING_UP)
    hear(scene, 'answer', answer='village')
    assert scene.speak() == [*scenes['village'].tell, scenes['village'].ask]
    assert set(toy.expected) == {'bubbles', 'fire'}
    hear(scene, 'answer', answer='fire')
    assert scene.speak() == scenes['sparks'].tell
    assert (scene.state, toy.expected) == (('idle', Phase.RESTING), {})


def test_whoever_only_listens_hears_a_story_to_its_end(scene, toy, director):
    hear(scene, 'story', topic='dragon')
    told = scene.speak()
    while director.current.name == 'story':
        scene.keep_silent()
        told += scene.speak()
    assert told[-1].endswith('The end.')


def test_a_story_goes_on_after_an_interruption_without_words(scene, toy, director):
    hear(scene, 'story')
    utterance = director.unsaid[0]
    director.on_playback(utterance, sounding=True)
    first = toy.said[utterance]
    director.on_attention('touch')
    director.on_ear(opened=True)
    director.on_ear()
    assert last_said(toy) == first


def test_next_tells_another_story_and_repeat_the_same(scene, toy, director):
    hear(scene, 'story')
    first = last_said(toy)
    hear(scene, 'repeat')
    assert last_said(toy) == first
    hear(scene, 'next')
    assert last_said(toy) != first


def test_sleep_only_ends_when_somebody_wakes_the_toy(scene, toy, director):
    hear(scene, 'sleep')
    scene.speak()
    assert (director.current.name, director.phase) == ('sleep', Phase.RESTING)
    director.on_intent(Intent('stop'))
    assert director.current.name == 'sleep'
    director.on_attention('touch')
    assert (director.current.name, director.phase) == ('conversation', Phase.LISTENING)


def test_a_timer_rings_and_a_touch_stops_it(scene, toy, director):
    hear(scene, 'timer_set', duration='90')
    assert '1 minute and 30 seconds' in scene.speak()[0]
    assert director.current.name == 'idle'
    toy.pass_time(89)
    assert director.current.name == 'idle'
    toy.pass_time(1)
    assert director.current.name == 'alarm'
    assert ('show', 'alarm', '', 1.0, 20.0) in toy.did
    scene.speak()
    rings = len(toy.said)
    toy.pass_time(4)
    assert len(toy.said) == rings + 1
    director.on_touch('head')
    assert ('show', '', '', 1.0, 0.0) in toy.did
    assert toy.kept == {}
    toy.pass_time(1)
    assert director.current.name == 'idle'
    toy.pass_time(100)
    assert len(toy.said) == rings + 1


@pytest.mark.parametrize('clicks', [2, 5])
@pytest.mark.parametrize('running', ['', 'story'])
def test_who_clicks_at_a_ringing_alarm_more_than_once_stops_it_once(
    scene, toy, director, clicks, running
):
    hear(scene, 'timer_set', duration='20')
    scene.speak()
    if running:
        hear(scene, running)
        scene.begin_to_speak()
    toy.pass_time(20)
    scene.begin_to_speak()
    toy.did.clear()
    for _ in range(clicks):
        director.on_attention('button')
        toy.pass_time(0.3)
    director.on_intent(Intent('repeat'))  # as a double click says
    toy.pass_time(1)
    assert director.current.name == (running or 'idle')
    assert ('listen',) not in toy.did
    assert len(scene.speak()) > 1 if running else scene.speak() == []


def test_an_alarm_pauses_a_story_which_goes_on_where_it_was(scene, toy, director):
    hear(scene, 'timer_set', duration='20')
    scene.speak()
    hear(scene, 'story', topic='dragon')
    scene.speak(most=1)
    second = scene.begin_to_speak()
    toy.pass_time(20)
    assert (director.current.name, director.paused) == ('alarm', ('idle', 'story'))
    assert ('silence', 'alarm') in toy.did
    assert scene.begin_to_speak() != second
    director.on_intent(Intent('stop'))
    assert director.current.name == 'story'
    told = scene.speak()
    assert told[1] == second  # after a word about going on
    assert set(toy.expected) == {'cave', 'village'}


def test_an_alarm_in_a_question_is_followed_by_the_question(scene, toy, director):
    hear(scene, 'timer_set', duration='20')
    scene.speak()
    hear(scene, 'story', topic='dragon')
    question = scene.speak()[-1]
    toy.pass_time(20)
    assert toy.expected == {}
    director.on_touch('head')
    toy.pass_time(1)
    assert scene.speak()[-1] == question
    assert set(toy.expected) == {'cave', 'village'}


def test_a_short_answer_pauses_a_story_and_another_play_ends_it(scene, toy, director):
    hear(scene, 'story')
    first = scene.begin_to_speak()
    hear(scene, 'time')
    assert (director.current.name, director.paused) == ('conversation', ('idle', 'story'))
    assert scene.speak(most=3)[2] == first
    hear(scene, 'quiz')
    assert (director.current.name, director.paused) == ('quiz', ('idle',))
    hear(scene, 'stop')
    assert (director.current.name, director.paused) == ('idle', ())


def test_two_timers_ring_together(scene, toy, director):
    for seconds in ('10', '11'):
        hear(scene, 'timer_set', duration=seconds)
        scene.speak()
    toy.pass_time(11)
    assert len(director.unsaid) == 2
    scene.speak()
    hear(scene, 'stop')
    assert scene.state == ('idle', Phase.RESTING)


def test_a_ringing_timer_ends_by_itself(scene, toy, director):
    hear(scene, 'timer_set', duration='10')
    scene.speak()
    for _ in range(20):
        toy.pass_time(4)
        scene.speak()
    assert director.current.name == 'idle'


def test_a_cancelled_timer_does_not_ring(scene, toy, director):
    hear(scene, 'timer_set', duration='10')
    scene.speak()
    hear(scene, 'timer_remaining')
    assert '10 seconds' in scene.speak()[0]
    hear(scene, 'timer_cancel')
    scene.speak()
    toy.pass_time(20)
    assert director.current.name == 'idle'
    assert ('show', 'alarm', '', 1.0, 20.0) not in toy.did


def test_a_reminder_says_what_it_is_about(scene, toy, director):
    hear(scene, 'reminder_set', duration='60', what='brush my teeth')
    scene.speak()
    toy.pass_time(60)
    assert 'brush my teeth' in last_said(toy)


def test_volume_goes_up_and_down_within_its_limits(scene, toy, director):
    for _ in range(4):
        hear(scene, 'volume_up')
    assert toy.did[-1] == ('set_volume', 1.0, False)
    hear(scene, 'volume_set', level='30')
    assert ('set_volume', 0.3, False) in toy.did
    hear(scene, 'mute')
    assert ('set_volume', 0.3, True) in toy.did


def test_the_light_takes_the_color_that_was_asked_for(scene, toy, director):
    hear(scene, 'light_color', color='blue')
    assert ('show', 'solid', director.words.colors['blue'], 1.0, 0.0) in toy.did


def test_the_child_is_called_by_its_name_and_told_the_time(scene, toy, director):
    hear(scene, 'set_child_name', name='Mia')
    assert 'Mia' in last_said(toy)
    hear(scene, 'time')
    assert '3:30 PM' in last_said(toy)


def test_repeat_says_the_last_thing_again(scene, toy, director):
    hear(scene, 'joke')
    joke = scene.speak()
    hear(scene, 'repeat')
    assert scene.speak() == joke


def test_an_activity_that_a_program_asks_for(scene, toy, director):
    director.on_request('story', {'topic': 'firefly'})
    assert 'Flora' in scene.begin_to_speak()
    with pytest.raises(KeyError, match=r'no activity .* known: alarm, bedtime'):
        director.on_request('homework', {})


def test_every_intent_is_understood_by_somebody(director):
    """An intent in the templates that nobody answers would be a dead end."""
    intents = yaml.safe_load((ENGLISH / 'intents.yaml').read_text())['intents']
    entering = {name for one in director.activities.values() for name in one.intents}
    assert set(intents) - {*director.words.answers, *entering} == {'stop', 'conversation'}


@pytest.mark.parametrize(
    ('slots', 'due'),
    [
        ({'hour': '7'}, '01 19:00'),
        ({'hour': '7', 'day_part': 'am'}, '02 07:00'),
        ({'hour': '7', 'day_part': 'pm'}, '01 19:00'),
        ({'hour': '3', 'minute': '30'}, '02 03:30'),
        ({'hour': '7', 'offset': '-15'}, '01 18:45'),
        ({'hour': '16'}, '01 16:00'),
        ({'hour': '15'}, '02 15:00'),
        ({'hour': '12', 'day_part': 'am'}, '02 00:00'),
        ({'hour': '24'}, '02 00:00'),
    ],
)
def test_a_time_of_the_day_is_the_next_one(slots, due):
    now = datetime(2026, 3, 1, 15, 30)
    assert next_time(now, slots).strftime('%d %H:%M') == due


@pytest.mark.parametrize(
    ('text', 'inside', 'outside'),
    [('20:00-06:30', ['20:00', '23:59', '06:29'], ['06:30', '19:59']),
     ('13:00-14:00', ['13:30'], ['12:59', '14:00'])],
)  # fmt: skip
def test_quiet_hours(text, inside, outside):
    hours = QuietHours.parse(text)
    assert all(hours.contains(time.fromisoformat(one)) for one in inside)
    assert not any(hours.contains(time.fromisoformat(one)) for one in outside)
    assert QuietHours.parse('') is None
    with pytest.raises(ValueError, match="'20:00-06:30'"):
        QuietHours.parse('late')


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [
        (0, '0 seconds'),
        (1, '1 second'),
        (90, '1 minute and 30 seconds'),
        (7325, '2 hours and 2 minutes'),
    ],
)
def test_lengths_of_time_in_words(seconds, words):
    assert words_of('en').forms.length(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('answers: {joke: {say: []}}\ncolors: {}', 'answers.joke.say'),
        ('answers: {joke: {tell: [a]}}\ncolors: {}', 'answers.joke'),
        ('colors: {}', 'answers: Field required'),
        ('[', 'not valid YAML'),
    ],
)
def test_a_broken_words_file_is_refused_by_name(tmp_path, text, problem):
    (tmp_path / 'en').mkdir()
    (tmp_path / 'en' / 'answers.yaml').write_text(text)
    with pytest.raises(ConfigFileError, match=rf'answers\.yaml: .*{problem}'):
        Words([tmp_path / 'en'], random.Random(1), {})


def test_a_sign_of_life_has_nothing_to_do_with_the_interaction_before(scene, toy):
    scene.hear(Intent('joke'))
    scene.speak()
    assert toy.interactions == 1
    toy.pass_time(LIVELY_S[1])
    assert ('show', 'twinkling', '', 1.0, 3.0) in toy.did
    assert toy.interactions == 2


def test_a_loss_does_not_put_off_the_deadline_of_what_is_under_way(scene, director, toy):
    scene.hear(Intent('joke'))
    toy.pass_time(20)
    director.on_lost({'speaking'})
    toy.pass_time(20)
    assert ('late', Phase.THINKING) in toy.did


def test_what_is_lost_is_told_once_and_again_when_it_is_lost_again(scene, director):
    texts = director.activities['idle'].words.phrases['lost_hearing']
    director.on_lost({'hearing', 'light'})
    (told,) = scene.speak()
    assert told in texts
    assert scene.state == ('idle', Phase.RESTING)
    director.on_lost({'hearing'})
    assert scene.speak() == []
    director.on_lost(())
    director.on_lost({'hearing'})
    assert scene.speak()[0] in texts


@pytest.mark.parametrize('before', ['', 'story'])
def test_who_touches_a_toy_that_cannot_hear_is_told_so_each_time(scene, director, before):
    texts = director.activities['idle'].words.phrases['lost_hearing']
    director.on_lost({'hearing'})
    scene.speak()
    if before:
        scene.hear(Intent(before))
    for _ in range(2):
        director.on_touch('head')
        assert scene.state == ('idle', Phase.THINKING)
        (told,) = scene.speak()
        assert told in texts
    director.on_lost(())
    director.on_touch('head')
    assert scene.state == ('conversation', Phase.LISTENING)


def test_who_touches_a_toy_that_cannot_hear_is_told_so_at_night_too(scene, director):
    director.quiet_hours = QuietHours.parse('00:00-23:59')
    director.on_lost({'hearing'})
    assert scene.speak() == []
    for _ in range(2):
        director.on_touch('head')
        (told,) = scene.speak()
        assert told in director.activities['idle'].words.phrases['lost_hearing']


def test_a_toy_that_cannot_hear_takes_a_touch_at_a_ringing_alarm_for_its_end(scene, toy, director):
    hear(scene, 'timer_set', duration='20')
    scene.speak()
    director.on_lost({'hearing'})
    scene.speak()
    hear(scene, 'story')
    scene.begin_to_speak()
    toy.pass_time(20)
    assert director.current.name == 'alarm'
    director.on_touch('head')
    toy.pass_time(1)
    assert director.current.name == 'story'
    assert not set(scene.speak()) & {*director.activities['idle'].words.phrases['lost_hearing']}


def test_what_is_lost_meanwhile_is_told_when_the_toy_rests_if_it_still_is(scene, director):
    scene.hear(Intent('joke'))
    director.on_lost({'hearing', 'attention'})
    director.on_lost({'hearing'})
    joke, told = scene.speak()
    assert joke not in (told, '')
    assert told in director.activities['idle'].words.phrases['lost_hearing']
