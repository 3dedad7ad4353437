"""The activities and the manager between them, with a toy that only records."""

import random
from datetime import timedelta

import pytest
import yaml
from whole_toy import CONFIG, words_of

from phoenix_activities.activities.idle import LIVELY_S
from phoenix_activities.engine.activity import UserIntent
from phoenix_activities.engine.attention import MOST_FOLLOW_UPS
from phoenix_activities.engine.inputs import (
    ActivityRequested,
    Called,
    CapabilitiesLost,
    Touched,
)
from phoenix_activities.engine.requests import RequestRefusedError
from phoenix_activities.engine.toy_interface import Phase
from phoenix_activities.engine.turn import (
    EarEvent,
    PlaybackEnded,
    PlaybackStarted,
    ReplyEnded,
    ReplySentence,
    ReplyStarted,
)
from phoenix_activities.testing import DEADLINES_S
from phoenix_activities.words.words import Words
from phoenix_core.limits.limits import Limits
from phoenix_core.settings.config_file import ConfigFileError

ENGLISH = CONFIG / 'en'


def last_said(toy):
    return list(toy.said.values())[-1]


def hear(harness, intent, text='something', **slots):
    harness.hear(UserIntent(intent, text, slots))


def test_an_exchange_goes_through_its_phases_and_back_to_rest(harness, toy, manager):
    hear(harness, 'greeting')
    utterance = harness.unsaid[0]
    harness.handle(PlaybackStarted(utterance))
    harness.handle(PlaybackEnded(utterance))
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


def test_what_has_no_answer_goes_to_the_conversation_until_all_is_said(harness, toy, manager):
    hear(harness, 'fallback', 'why is the sky blue')
    assert ('request_reply', 'why is the sky blue') in toy.did
    harness.handle(ReplyStarted())
    harness.handle(ReplySentence('Because.', 'r1'))
    harness.handle(PlaybackStarted('r1'))
    harness.handle(PlaybackEnded('r1'))
    assert manager.current.name == 'conversation'  # the reply may go on
    harness.handle(ReplyEnded())
    assert harness.state == ('conversation', Phase.FOLLOWING_UP)  # without a new wake word
    harness.keep_silent()
    assert harness.state == ('idle', Phase.RESTING)


def test_an_ear_that_nobody_called_for_can_be_told_from_one_that_was(harness, toy, manager):
    hear(harness, 'riddle')
    harness.speak()
    assert harness.state == ('riddle', Phase.FOLLOWING_UP)
    harness.handle(EarEvent.OPENED)
    assert manager.phase == Phase.FOLLOWING_UP
    harness.handle(Called('touch'))
    harness.handle(EarEvent.OPENED)
    assert manager.phase == Phase.LISTENING
    harness.handle(EarEvent.NOTHING_HEARD)
    harness.speak()
    assert manager.phase == Phase.FOLLOWING_UP
    hear(harness, 'stop')
    harness.handle(EarEvent.OPENED)  # by a wake word, whose event comes later
    assert manager.phase == Phase.LISTENING


def reply(harness):
    for event in (ReplyStarted(), ReplySentence('Because.', 'r'), ReplyEnded()):
        harness.handle(event)
    harness.speak()


def overhear(harness, text='and now the weather', name='fallback', **slots):
    """Let somebody speak into the open ear."""
    harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.HEARD)
    harness.handle(UserIntent(name, text, slots))


def test_a_talk_does_not_go_on_for_ever_without_a_new_call(harness, toy, manager):
    """A television answers every reply."""
    hear(harness, 'fallback', 'why is the sky blue')
    for _ in range(MOST_FOLLOW_UPS):
        reply(harness)
        assert harness.state == ('conversation', Phase.FOLLOWING_UP)
        overhear(harness)
    reply(harness)
    assert harness.state == ('idle', Phase.RESTING)
    assert toy.did.count(('follow_up',)) == MOST_FOLLOW_UPS
    harness.handle(Called('touch'))
    assert harness.state == ('conversation', Phase.LISTENING)


def test_a_talk_ends_a_minute_after_the_last_call(harness, toy, manager):
    hear(harness, 'fallback', 'why is the sky blue')
    reply(harness)
    toy.pass_time(20)
    overhear(harness)
    toy.pass_time(15)
    for event in (ReplyStarted(), ReplySentence('Because.', 'r'), ReplyEnded()):
        harness.handle(event)
    harness.begin_to_speak()
    toy.pass_time(50)  # its ear is closed while it speaks
    harness.end_speaking()
    assert harness.state == ('conversation', Phase.FOLLOWING_UP)
    overhear(harness)
    toy.pass_time(25)
    reply(harness)
    assert harness.state == ('idle', Phase.RESTING)


def test_what_was_not_meant_for_the_toy_ends_a_talk(harness, toy, manager):
    hear(harness, 'fallback', 'why is the sky blue')
    reply(harness)
    harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.NOT_ADDRESSED)
    assert harness.state == ('idle', Phase.RESTING)


@pytest.mark.parametrize('activity', ['quiz', 'riddle', 'guess_animal', 'story', 'parrot'])
def test_no_game_listens_more_than_three_times_to_a_television(harness, toy, manager, activity):
    hear(harness, activity)
    for _ in range(50):
        harness.speak()
        if manager.phase is not Phase.FOLLOWING_UP:
            break
        overhear(harness, 'the weather')
    harness.speak()
    toy.pass_time(600)
    harness.speak()
    assert 1 < toy.did.count(('follow_up',)) <= MOST_FOLLOW_UPS
    assert manager.phase is not Phase.FOLLOWING_UP


def test_a_game_goes_on_as_long_as_its_questions_are_answered(harness, toy, manager):
    hear(harness, 'guess_animal')
    for _ in range(2 * MOST_FOLLOW_UPS):
        harness.speak()
        assert harness.state == ('guess_animal', Phase.FOLLOWING_UP)
        toy.pass_time(10)
        overhear(harness, 'i do not know', 'answer', answer='unsure')
        toy.pass_time(10)


def test_a_game_that_is_typed_needs_no_call(harness, toy, manager):
    hear(harness, 'parrot')
    for _ in range(MOST_FOLLOW_UPS + 3):
        harness.speak()
        assert harness.state == ('parrot', Phase.FOLLOWING_UP)
        harness.handle(UserIntent('fallback', 'hello'))


def test_the_end_of_an_earlier_reply_does_not_end_the_new_one(harness, toy, manager):
    hear(harness, 'fallback', 'why is the sky blue')
    harness.handle(ReplyStarted())
    hear(harness, 'fallback', 'and why is grass green')
    harness.handle(ReplyEnded())  # of the first one, which was cancelled
    assert manager.phase == Phase.THINKING


def test_nothing_heard_is_asked_once_again(harness, toy, manager):
    harness.handle(Called('touch'))
    assert ('listen',) in toy.did
    harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.NOTHING_HEARD)
    assert len(harness.speak()) == 1
    assert ('follow_up',) in toy.did
    harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.NOTHING_HEARD)
    assert manager.current.name == 'idle'
    assert len(toy.said) == 1


def test_speech_without_words_counts_as_nothing_heard(harness, toy, manager):
    harness.handle(Called('wake_word', ear_opens=True))
    harness.handle(EarEvent.HEARD)
    harness.handle(EarEvent.NOTHING_HEARD)
    assert len(harness.speak()) == 1
    assert manager.phase == Phase.FOLLOWING_UP


def test_the_wake_word_stops_speech_and_does_not_close_the_ear_it_opened(harness, toy, manager):
    hear(harness, 'joke')
    toy.did.clear()
    harness.handle(Called('wake_word', ear_opens=True))
    assert ('stop_speaking', 'wake_word') in toy.did
    assert ('stop_listening',) not in toy.did
    harness.handle(Called('wake_word', ear_opens=True))
    assert ('stop_listening',) not in toy.did


@pytest.mark.parametrize('running', ['story', 'joke', 'fallback'])
def test_stop_ends_everything(harness, manager, running):
    hear(harness, running)
    hear(harness, 'stop')
    assert manager.current.name == 'idle'
    assert manager.phase == Phase.RESTING
    assert not harness.unsaid


def test_every_step_has_a_deadline(harness, toy, manager):
    hear(harness, 'greeting')
    toy.pass_time(29)
    assert manager.phase == Phase.THINKING
    toy.pass_time(2)
    assert ('late', Phase.THINKING) in toy.did
    assert (manager.current.name, manager.phase) == ('idle', Phase.RESTING)


def test_each_phase_has_a_deadline_of_its_own(harness, toy, manager):
    hear(harness, 'greeting')
    toy.pass_time(DEADLINES_S[Phase.THINKING] - 1)
    harness.handle(PlaybackStarted(harness.unsaid[0]))
    toy.pass_time(DEADLINES_S[Phase.SPEAKING] - 1)
    assert manager.phase is Phase.SPEAKING
    toy.pass_time(2)
    assert ('late', Phase.SPEAKING) in toy.did


def test_a_late_reply_is_no_longer_followed(harness, toy, manager):
    hear(harness, 'fallback')
    hear(harness, 'stop')
    harness.handle(ReplySentence('Late.', 'r1'))
    assert manager.phase == Phase.RESTING


def test_a_story_goes_where_the_listener_chooses(harness, toy, manager):
    hear(harness, 'story', topic='a dragon')
    story = next(story for story in manager.words.stories if 'dragon' in story.topics)
    scenes = story.scenes
    assert harness.speak() == [*scenes['mountain'].tell, scenes['mountain'].ask]
    assert set(toy.expected) == {'cave', 'village'}
    assert harness.state == ('story', Phase.FOLLOWING_UP)
    hear(harness, 'answer', answer='village')
    assert harness.speak() == [*scenes['village'].tell, scenes['village'].ask]
    assert set(toy.expected) == {'bubbles', 'fire'}
    hear(harness, 'answer', answer='fire')
    assert harness.speak() == scenes['sparks'].tell
    assert (harness.state, toy.expected) == (('idle', Phase.RESTING), {})


def test_whoever_only_listens_hears_a_story_to_its_end(harness, toy, manager):
    hear(harness, 'story', topic='dragon')
    told = harness.speak()
    while manager.current.name == 'story':
        harness.keep_silent()
        told += harness.speak()
    assert told[-1].endswith('The end.')


def test_a_story_goes_on_after_an_interruption_without_words(harness, toy, manager):
    hear(harness, 'story')
    utterance = harness.unsaid[0]
    harness.handle(PlaybackStarted(utterance))
    first = toy.said[utterance]
    harness.handle(Called('touch'))
    harness.handle(EarEvent.OPENED)
    harness.handle(EarEvent.NOTHING_HEARD)
    assert last_said(toy) == first


def test_next_tells_another_story_and_repeat_the_same(harness, toy, manager):
    hear(harness, 'story')
    first = last_said(toy)
    hear(harness, 'repeat')
    assert last_said(toy) == first
    hear(harness, 'next')
    assert last_said(toy) != first


def test_sleep_only_ends_when_somebody_wakes_the_toy(harness, toy, manager):
    hear(harness, 'sleep')
    harness.speak()
    assert (manager.current.name, manager.phase) == ('sleep', Phase.RESTING)
    harness.handle(UserIntent('stop'))
    assert manager.current.name == 'sleep'
    harness.handle(Called('touch'))
    assert (manager.current.name, manager.phase) == ('conversation', Phase.LISTENING)


def test_a_timer_rings_and_a_touch_stops_it(harness, toy, manager):
    hear(harness, 'timer_set', duration='90')
    assert '1 minute and 30 seconds' in harness.speak()[0]
    assert manager.current.name == 'idle'
    toy.pass_time(89)
    assert manager.current.name == 'idle'
    toy.pass_time(1)
    assert manager.current.name == 'alarm'
    assert ('show', 'alarm', '', 1.0, 20.0) in toy.did
    harness.speak()
    rings = len(toy.said)
    toy.pass_time(4)
    assert len(toy.said) == rings + 1
    harness.handle(Touched('head'))
    assert ('show', '', '', 1.0, 0.0) in toy.did
    assert toy.kept == {}
    toy.pass_time(1)
    assert manager.current.name == 'idle'
    toy.pass_time(100)
    assert len(toy.said) == rings + 1


@pytest.mark.parametrize('clicks', [2, 5])
@pytest.mark.parametrize('running', ['', 'story'])
def test_who_clicks_at_a_ringing_alarm_more_than_once_stops_it_once(
    harness, toy, manager, clicks, running
):
    hear(harness, 'timer_set', duration='20')
    harness.speak()
    if running:
        hear(harness, running)
        harness.begin_to_speak()
    toy.pass_time(20)
    harness.begin_to_speak()
    toy.did.clear()
    for _ in range(clicks):
        harness.handle(Called('button'))
        toy.pass_time(0.3)
    harness.handle(UserIntent('repeat'))  # as a double click says
    toy.pass_time(1)
    assert manager.current.name == (running or 'idle')
    assert ('listen',) not in toy.did
    assert len(harness.speak()) > 1 if running else harness.speak() == []


def test_an_alarm_pauses_a_story_which_goes_on_where_it_was(harness, toy, manager):
    hear(harness, 'timer_set', duration='20')
    harness.speak()
    hear(harness, 'story', topic='dragon')
    harness.speak(most=1)
    second = harness.begin_to_speak()
    toy.pass_time(20)
    assert (manager.current.name, manager.stack.paused) == ('alarm', ('idle', 'story'))
    assert ('stop_speaking', 'alarm') in toy.did
    assert harness.begin_to_speak() != second
    harness.handle(UserIntent('stop'))
    assert manager.current.name == 'story'
    told = harness.speak()
    assert told[1] == second  # after a word about going on
    assert set(toy.expected) == {'cave', 'village'}


def test_an_alarm_in_a_question_is_followed_by_the_question(harness, toy, manager):
    hear(harness, 'timer_set', duration='20')
    harness.speak()
    hear(harness, 'story', topic='dragon')
    question = harness.speak()[-1]
    toy.pass_time(20)
    assert toy.expected == {}
    harness.handle(Touched('head'))
    toy.pass_time(1)
    assert harness.speak()[-1] == question
    assert set(toy.expected) == {'cave', 'village'}


def test_a_short_answer_pauses_a_story_and_another_play_ends_it(harness, toy, manager):
    hear(harness, 'story')
    first = harness.begin_to_speak()
    hear(harness, 'time')
    assert (manager.current.name, manager.stack.paused) == ('conversation', ('idle', 'story'))
    assert harness.speak(most=3)[2] == first
    hear(harness, 'quiz')
    assert (manager.current.name, manager.stack.paused) == ('quiz', ('idle',))
    hear(harness, 'stop')
    assert (manager.current.name, manager.stack.paused) == ('idle', ())


def test_two_timers_ring_together(harness, toy, manager):
    for seconds in ('10', '11'):
        hear(harness, 'timer_set', duration=seconds)
        harness.speak()
    toy.pass_time(11)
    assert len(harness.unsaid) == 2
    harness.speak()
    hear(harness, 'stop')
    assert harness.state == ('idle', Phase.RESTING)


def test_a_ringing_timer_ends_by_itself(harness, toy, manager):
    hear(harness, 'timer_set', duration='10')
    harness.speak()
    for _ in range(20):
        toy.pass_time(4)
        harness.speak()
    assert manager.current.name == 'idle'


def test_a_cancelled_timer_does_not_ring(harness, toy, manager):
    hear(harness, 'timer_set', duration='10')
    harness.speak()
    hear(harness, 'timer_remaining')
    assert '10 seconds' in harness.speak()[0]
    hear(harness, 'timer_cancel')
    harness.speak()
    toy.pass_time(20)
    assert manager.current.name == 'idle'
    assert ('show', 'alarm', '', 1.0, 20.0) not in toy.did


def test_a_reminder_says_what_it_is_about(harness, toy, manager):
    hear(harness, 'reminder_set', duration='60', what='brush my teeth')
    harness.speak()
    toy.pass_time(60)
    assert 'brush my teeth' in last_said(toy)


def test_volume_goes_up_and_down_within_its_limits(harness, toy, manager):
    for _ in range(4):
        hear(harness, 'volume_up')
    assert toy.did[-1] == ('set_volume', 1.0, False)
    hear(harness, 'volume_set', level='30')
    assert ('set_volume', 0.3, False) in toy.did
    hear(harness, 'mute')
    assert ('set_volume', 0.3, True) in toy.did


def test_the_light_takes_the_color_that_was_asked_for(harness, toy, manager):
    hear(harness, 'light_color', color='blue')
    assert ('show', 'solid', manager.words.colors['blue'], 1.0, 0.0) in toy.did


def test_the_child_is_called_by_its_name_and_told_the_time(harness, toy, manager):
    hear(harness, 'set_child_name', name='Mia')
    assert 'Mia' in last_said(toy)
    hear(harness, 'time')
    assert '3:30 PM' in last_said(toy)


def test_repeat_says_the_last_thing_again(harness, toy, manager):
    hear(harness, 'joke')
    joke = harness.speak()
    hear(harness, 'repeat')
    assert harness.speak() == joke


def test_an_activity_that_a_program_asks_for(harness, toy, manager):
    harness.handle(ActivityRequested('story', {'topic': 'firefly'}))
    assert 'Flora' in harness.begin_to_speak()
    with pytest.raises(RequestRefusedError, match=r'no activity .* known: alarm, bedtime'):
        harness.handle(ActivityRequested('homework', {}))


def test_a_program_begins_a_conversation_as_long_as_attention_lasts(harness, toy, manager):
    hear(harness, 'set_child_name', name='Mia')
    harness.speak()
    for _ in range(MOST_FOLLOW_UPS):
        harness.handle(ActivityRequested('conversation'))
        harness.handle(EarEvent.OPENED)
        assert harness.state == ('conversation', Phase.FOLLOWING_UP)
        harness.handle(EarEvent.NOTHING_HEARD)
        assert harness.state == ('idle', Phase.RESTING)
    harness.handle(ActivityRequested('conversation'))
    assert harness.state == ('idle', Phase.RESTING)
    assert toy.did.count(('follow_up',)) == MOST_FOLLOW_UPS


@pytest.mark.parametrize('somebody_was_there', [True, False])
def test_a_program_opens_no_ear_to_whom_nobody_talks(harness, toy, manager, somebody_was_there):
    if somebody_was_there:
        hear(harness, 'set_child_name', name='Mia')
        harness.speak()
        toy.time += timedelta(minutes=2)
    harness.handle(ActivityRequested('conversation'))
    assert harness.state == ('idle', Phase.RESTING)
    assert ('follow_up',) not in toy.did


def test_every_intent_is_understood_by_somebody(manager):
    """An intent in the templates that nobody answers would be a dead end."""
    intents = yaml.safe_load((ENGLISH / 'intents.yaml').read_text())['intents']
    entering = {name for one in manager.activities.values() for name in one.intents}
    nobodys = {'stop', 'conversation', 'moment'}
    assert set(intents) - {*manager.words.answers, *entering} == nobodys


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


def test_a_sign_of_life_has_nothing_to_do_with_the_interaction_before(harness, toy):
    harness.hear(UserIntent('joke'))
    harness.speak()
    assert toy.interactions == 1
    toy.pass_time(LIVELY_S[1])
    assert ('show', 'twinkling', '', 1.0, 3.0) in toy.did
    assert toy.interactions == 2


def test_a_loss_does_not_put_off_the_deadline_of_what_is_under_way(harness, manager, toy):
    harness.hear(UserIntent('joke'))
    toy.pass_time(20)
    harness.handle(CapabilitiesLost(frozenset({'speaking'})))
    toy.pass_time(20)
    assert ('late', Phase.THINKING) in toy.did


def test_what_is_lost_is_told_once_and_again_when_it_is_lost_again(harness, manager):
    texts = manager.activities['idle'].words.lost['hearing'].root
    harness.handle(CapabilitiesLost(frozenset({'hearing', 'light'})))
    (told,) = harness.speak()
    assert told in texts
    assert harness.state == ('idle', Phase.RESTING)
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    assert harness.speak() == []
    harness.handle(CapabilitiesLost())
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    assert harness.speak()[0] in texts


@pytest.mark.parametrize('before', ['', 'story'])
def test_who_touches_a_toy_that_cannot_hear_is_told_so_each_time(harness, manager, before):
    texts = manager.activities['idle'].words.lost['hearing'].root
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    harness.speak()
    if before:
        harness.hear(UserIntent(before))
    for _ in range(2):
        harness.handle(Touched('head'))
        assert harness.state == ('idle', Phase.THINKING)
        (told,) = harness.speak()
        assert told in texts
    harness.handle(CapabilitiesLost())
    harness.handle(Touched('head'))
    assert harness.state == ('conversation', Phase.LISTENING)


def test_who_has_called_a_toy_that_then_loses_its_hearing_is_told_so(harness, manager, toy):
    harness.limits = Limits(quiet_hours='00:00-23:59')
    harness.handle(Touched('head'))
    assert harness.state == ('conversation', Phase.LISTENING)
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    (told,) = harness.speak()
    assert told in manager.activities['idle'].words.lost['hearing'].root
    assert 'stop_listening' in str(toy.did)


def test_the_loss_of_anything_but_the_hearing_ends_no_call(harness, manager):
    harness.handle(CapabilitiesLost(frozenset({'light'})))
    harness.handle(Touched('head'))
    harness.handle(CapabilitiesLost(frozenset({'light', 'speaking'})))
    assert harness.state == ('conversation', Phase.LISTENING)


def test_who_touches_a_toy_that_cannot_hear_is_told_so_at_night_too(harness, manager):
    harness.limits = Limits(quiet_hours='00:00-23:59')
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    assert harness.speak() == []
    for _ in range(2):
        harness.handle(Touched('head'))
        (told,) = harness.speak()
        assert told in manager.activities['idle'].words.lost['hearing'].root


def test_a_toy_that_cannot_hear_lets_a_touch_end_a_ringing_alarm(harness, toy, manager):
    hear(harness, 'timer_set', duration='20')
    harness.speak()
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    harness.speak()
    hear(harness, 'story')
    harness.begin_to_speak()
    toy.pass_time(20)
    assert manager.current.name == 'alarm'
    harness.handle(Touched('head'))
    toy.pass_time(1)
    assert manager.current.name == 'story'
    assert not set(harness.speak()) & {*manager.activities['idle'].words.lost['hearing'].root}


def test_what_is_lost_meanwhile_is_told_when_the_toy_rests_if_it_still_is(harness, manager):
    harness.hear(UserIntent('joke'))
    harness.handle(CapabilitiesLost(frozenset({'hearing', 'attention'})))
    harness.handle(CapabilitiesLost(frozenset({'hearing'})))
    joke, told = harness.speak()
    assert joke not in (told, '')
    assert told in manager.activities['idle'].words.lost['hearing'].root
