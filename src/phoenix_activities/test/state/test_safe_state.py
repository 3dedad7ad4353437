"""What the toy keeps over a crash: its person, its volume, timers, and where a story was."""

from datetime import datetime

import pytest
from whole_toy import ACTIVITIES, words_of

from phoenix_activities.engine.activity import Intent
from phoenix_activities.engine.quiet_hours import QuietHours
from phoenix_activities.engine.toy import Phase
from phoenix_activities.testing import Scene

MINUTE = 60.0
HOUR = 3600.0


def hear(scene, intent, **slots):
    scene.hear(Intent(intent, 'some words', slots))


def told(scene, intent, **slots):
    """Say something and return all that is answered."""
    hear(scene, intent, **slots)
    return ' '.join(scene.speak())


def test_a_toy_that_was_told_nothing_keeps_nothing(scene):
    told(scene, 'joke')
    told(scene, 'timer_set', duration='5')
    scene.toy.pass_time(5)
    hear(scene, 'stop')
    assert scene.toy.kept == {}


def test_it_remembers_the_child_and_how_loud_to_speak(scene):
    told(scene, 'set_child_name', name='mia')
    told(scene, 'set_favorite', thing='animal', favorite='polar bear')
    told(scene, 'volume_set', level='30')
    told(scene, 'mute')
    scene.crash()
    assert scene.toy.did[0] == ('set_volume', 0.3, True)
    assert 'Mia' in told(scene, 'my_name')
    assert 'polar bear' in told(scene, 'my_favorite', thing='animal')
    told(scene, 'unmute')
    scene.crash()
    assert scene.toy.did[0] == ('set_volume', 0.3, False)


def test_a_light_to_sleep_with_is_lit_again_until_it_is_put_out(scene):
    told(scene, 'light_color', color='blue')
    blue = ('show', 'solid', scene.director.words.colors['blue'], 1.0, 0.0)
    assert blue in scene.toy.did
    scene.crash()
    assert blue in scene.toy.did
    told(scene, 'light_off')
    scene.crash()
    assert ('show', 'off', '', 1.0, 0.0) in scene.toy.did
    hear(scene, 'sleep')  # which ends it
    scene.crash()
    assert 'show' not in [did[0] for did in scene.toy.did]


def test_the_light_of_a_game_is_not_lit_again(scene):
    hear(scene, 'simon_says')
    scene.speak()
    assert 'solid' in [did[1] for did in scene.toy.did if did[0] == 'show']
    scene.crash()
    assert 'show' not in [did[0] for did in scene.toy.did]


def test_each_change_is_kept_at_once_and_only_changes_are(scene, monkeypatch):
    kept = []
    monkeypatch.setattr(scene.toy, 'keep', kept.append)
    told(scene, 'joke')
    assert kept == []
    hear(scene, 'set_child_name', name='mia')
    assert kept == [{'toy': {'told': {'child_name': 'Mia'}}}]
    scene.speak()
    assert len(kept) == 1
    scene.director.set_volume(0.5)  # by a key
    assert kept[1:] == [{'toy': {'told': {'child_name': 'Mia'}, 'volume': 0.5}}]


def test_a_timer_counts_on(scene):
    told(scene, 'reminder_set', duration='600', what='feed the cat')
    scene.toy.pass_time(4 * MINUTE)
    scene.crash(off_s=2 * MINUTE)
    assert '4 minutes' in told(scene, 'timer_remaining')
    scene.toy.pass_time(4 * MINUTE)
    assert scene.director.current.name == 'alarm'
    assert 'feed the cat' in scene.begin_to_speak()
    hear(scene, 'stop')
    assert scene.toy.kept == {}


def test_a_cancelled_timer_is_forgotten(scene):
    told(scene, 'timer_set', duration='600')
    scene.crash()
    told(scene, 'timer_cancel')
    scene.crash()
    assert scene.director.activities['timer'].kept.running == []
    scene.toy.pass_time(HOUR)
    assert ('idle', 'alarm') not in [t[:2] for t in scene.toy.transitions]


def test_what_was_due_a_moment_ago_rings_at_the_start(scene):
    told(scene, 'timer_set', duration='600')
    scene.crash(off_s=15 * MINUTE)
    assert scene.state == ('alarm', Phase.THINKING)
    phrases = scene.director.activities['alarm'].words.phrases
    assert scene.speak()[0] in phrases['timer']
    scene.toy.pass_time(4)
    assert scene.begin_to_speak() in phrases['timer']


def test_what_was_due_long_ago_is_told_once(scene):
    told(scene, 'reminder_set', duration='600', what='feed the cat')
    told(scene, 'timer_set', duration='1200')
    scene.crash(off_s=2 * HOUR)
    first, second = scene.speak()
    assert 'feed the cat' in first
    assert '3:40 PM' in first
    assert '3:50 PM' in second
    assert scene.state == ('idle', Phase.RESTING)
    assert scene.toy.kept == {}


def test_what_was_due_long_ago_does_not_wake_anybody_at_night():
    hours = QuietHours.parse('20:00-06:30')
    scene = Scene(words_of('en'), ACTIVITIES, quiet_hours=hours)
    told(scene, 'timer_set', duration='600')
    scene.crash(off_s=8 * HOUR)  # at 23:30
    assert scene.state == ('idle', Phase.RESTING)
    scene.toy.pass_time(5 * HOUR)
    scene.crash()  # once more
    scene.toy.pass_time(2 * HOUR - 1)
    assert not scene.director.unsaid
    scene.toy.pass_time(1)
    assert 'While I was off' in scene.begin_to_speak()
    scene.end_speaking()
    assert scene.toy.kept == {}


@pytest.mark.parametrize(
    ('now', 'hours'), [('20:00', 10.5), ('23:59', 6.51666), ('00:00', 6.5), ('06:29', 1 / 60)]
)
def test_how_long_quiet_hours_last(now, hours):
    moment = datetime.fromisoformat(f'2026-03-01T{now}')
    left = QuietHours.parse('20:00-06:30').left(moment)
    assert left.total_seconds() == pytest.approx(hours * HOUR, abs=1)


def test_an_alarm_that_nobody_stopped_rings_again(scene):
    told(scene, 'reminder_set', duration='600', what='feed the cat')
    scene.toy.pass_time(10 * MINUTE)
    scene.begin_to_speak()
    scene.crash()
    assert scene.director.current.name == 'alarm'
    assert 'feed the cat' in scene.begin_to_speak()
    scene.director.on_touch('head')
    scene.crash()
    assert scene.director.current.name == 'idle'


def test_a_story_goes_on_where_the_crash_was(scene):
    hear(scene, 'story', topic='dragon')
    scene.speak(most=1)
    second = scene.begin_to_speak()
    scene.crash()
    assert scene.state == ('idle', Phase.RESTING)
    hear(scene, 'story_continue')
    assert scene.speak(most=2)[1] == second  # after a word about going on


def test_a_crash_in_the_question_is_followed_by_the_question(scene):
    hear(scene, 'story', topic='dragon')
    question = scene.speak()[-1]
    hear(scene, 'answer', answer='village')
    scene.speak()
    choices = set(scene.toy.expected)
    scene.crash()
    hear(scene, 'story_continue')
    assert scene.speak()[-1] != question
    assert set(scene.toy.expected) == choices
    assert scene.state == ('story', Phase.FOLLOWING_UP)


def test_a_story_that_was_stopped_goes_on_and_one_that_is_over_does_not(scene):
    hear(scene, 'story', topic='dragon')
    first = scene.begin_to_speak()
    hear(scene, 'stop')
    hear(scene, 'story_continue')
    assert scene.speak(most=2)[1] == first
    while scene.director.current.name == 'story':
        scene.keep_silent()
        scene.speak()
    scene.crash()
    hear(scene, 'story_continue')
    begun = scene.begin_to_speak()
    assert begun != first
    assert begun in {
        next(iter(story.scenes.values())).tell[0] for story in scene.director.words.stories
    }


def test_after_a_crash_it_still_tells_the_story_not_heard_for_longest(scene):
    heard = []
    for _ in scene.director.words.stories:
        hear(scene, 'story')
        heard.append(scene.begin_to_speak())
        hear(scene, 'stop')
        scene.crash()
    assert len(set(heard)) == len(heard)


@pytest.mark.parametrize(
    'story',
    [
        {'told': ['A story that is gone'], 'scene': 'cave', 'paragraph': 1},
        {'told': ['The small dragon'], 'scene': 'nowhere', 'paragraph': 1},
        {'told': ['The small dragon'], 'scene': 'mountain', 'paragraph': 99},
        {'scene': 'mountain'},
    ],
)
def test_a_place_in_a_story_that_is_no_more_does_no_harm(scene, story):
    scene.toy.kept = {'activity story': story}
    scene.crash()
    assert scene.director.state.refused == []
    hear(scene, 'story_continue')
    assert scene.speak()
    assert scene.state == ('story', Phase.FOLLOWING_UP)


def test_what_does_not_fit_is_refused_and_the_rest_is_kept(scene):
    scene.toy.kept = {
        'toy': {'told': {'child_name': 'Mia'}, 'something': 'new'},
        'activity story': {'told': 7},
        'activity timer': {'running': [{'due': 'soon'}]},
        'activity of a package that is away': {'number': 3},
    }
    scene.crash()
    assert scene.director.state.refused == ['activity story', 'activity timer']
    assert 'Mia' in told(scene, 'my_name')
    told(scene, 'volume_set', level='30')
    assert scene.toy.kept == {
        'toy': {'told': {'child_name': 'Mia'}, 'volume': 0.3},
        'activity of a package that is away': {'number': 3},
    }
