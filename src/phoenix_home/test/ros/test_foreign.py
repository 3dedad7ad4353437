"""Messages of robots: what the toy tells in them, and what it lets them ask for."""

import json

import pytest
from phoenix_msgs.msg import IntentDetected, Slot, Transcript

from phoenix_home.ros import foreign
from phoenix_home.ros.foreign import ActivityWish, ForeignError, SayWish


def test_words_so_far_are_incremental_and_whole_ones_final():
    partial = Transcript(kind=Transcript.PARTIAL, text='turn on')
    final = Transcript(kind=Transcript.FINAL, text='turn on the light')
    assert foreign.live_speech(partial, 'en') == {'incremental': 'turn on', 'locale': 'en'}
    assert foreign.live_speech(final, 'en')['final'] == 'turn on the light'


def test_slots_are_the_data_of_an_intent():
    slots = [Slot(name='color', value='grün')]
    told = foreign.intent(
        IntentDetected(name='light', slots=slots, confidence=0.5, text='x'), 'de'
    )
    assert (told['intent'], json.loads(told['data'])) == ('light', {'color': 'grün'})
    assert (told['confidence'], told['modality']) == (0.5, '__modality_speech__')


def test_what_is_not_understood_is_told_as_raw_input():
    fallback = IntentDetected(name=IntentDetected.FALLBACK, text='why is water wet')
    told = foreign.intent(fallback, 'en_GB')
    assert told['intent'] == '__raw_user_input__'
    assert json.loads(told['data']) == {'input': 'why is water wet', 'locale': 'en_GB'}


@pytest.mark.parametrize(
    ('language', 'country', 'locale'),
    [('en', '', 'en'), ('en', 'GB', 'en_GB'), ('de', 'at', 'de_AT'), ('de-CH', 'DE', 'de_CH')],
)
def test_a_locale_is_a_language_and_a_country(language, country, locale):
    assert foreign.locale(language, country) == locale


def test_others_may_ask_to_say_and_to_start_an_activity():
    assert foreign.wish(foreign.SAY, '{"object": " Hello. "}') == SayWish('Hello.')
    asked = foreign.wish(foreign.START_ACTIVITY, '{"object": "timer", "duration": 60}')
    assert asked == ActivityWish('timer', {'duration': '60'})


@pytest.mark.parametrize(
    ('name', 'data'),
    [
        ('__intent_move_to__', '{"object": "kitchen"}'),
        (foreign.SAY, ''),
        (foreign.SAY, '[]'),
        (foreign.SAY, '{}'),
        (foreign.SAY, '{"object": "  "}'),
        (foreign.SAY, '{"object": ["Hello"]}'),
        (foreign.SAY, '{"object": "a\\u0000b"}'),
        (foreign.SAY, json.dumps({'object': 'x' * 2001})),
        (foreign.SAY, '[' * 3000),
        (foreign.SAY, json.dumps({'object': 'x' * 5000})),
        (foreign.START_ACTIVITY, json.dumps({'object': 'x' * 65})),
        (foreign.START_ACTIVITY, '{"object": "timer", "": "1"}'),
        (foreign.START_ACTIVITY, json.dumps({'object': 'timer', 'a': 'x' * 1001})),
        (foreign.START_ACTIVITY, json.dumps({'object': 'a', **{f's{n}': 1 for n in range(11)}})),
    ],
)
def test_everything_else_is_refused_without_repeating_it(name, data):
    with pytest.raises(ForeignError) as refused:
        foreign.wish(name, data)
    assert 'Hello' not in str(refused.value) and 'kitchen' not in str(refused.value)
