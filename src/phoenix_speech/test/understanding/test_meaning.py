"""Meaning is kept, or nothing is done: what was said is done as said, asked about, or left."""

from pathlib import Path

import pytest

from phoenix_speech.understanding.intent_matcher import IntentMatcher
from phoenix_speech.understanding.requests import QuestionKind

CONFIG = Path(__file__).parents[4] / 'config'
MATCHERS: dict[str, IntentMatcher] = {}


def matcher(language: str) -> IntentMatcher:
    if language not in MATCHERS:
        MATCHERS[language] = IntentMatcher([CONFIG / language])
    MATCHERS[language].expect({})
    return MATCHERS[language]


def wanted(language: str, text: str) -> list[tuple[str, dict[str, str]]]:
    return [(one.name, one.slots) for one in matcher(language).understand(text).requests]


@pytest.mark.parametrize(
    ('text', 'name', 'slots'),
    [
        ('set a timer for 2.5 hours', 'timer_set', {'duration': '9000'}),
        ('set a timer for three quarters of an hour', 'timer_set', {'duration': '2700'}),
        ('set a timer for two hours and a half', 'timer_set', {'duration': '9000'}),
        ('set a timer for 1 hour 30 seconds', 'timer_set', {'duration': '3630'}),
        ('set a timer for a thousand minutes', 'timer_set', {'duration': '60000'}),
        ('cancel the 10 minute timer', 'timer_cancel', {'of': '600'}),
        ('cancel 5 minutes timer', 'timer_cancel', {'of': '300'}),
        ('cancel the timer for five minutes', 'timer_cancel', {'of': '300'}),
        ('1 hour timer status', 'timer_remaining', {'of': '3600'}),
        ('how long is left on the one hour timer', 'timer_remaining', {'of': '3600'}),
        ('cancel the second timer', 'timer_cancel', {'which': '2'}),
        ('cancel the last timer', 'timer_cancel', {'which': 'last'}),
        ('cancel all timers', 'timer_cancel', {'which': 'all'}),
        ('wake me up on 24 december at 7', 'alarm_set', {'day': '12-24', 'hour': '7'}),
        ('wake me on december 24th at 7', 'alarm_set', {'day': '12-24', 'hour': '7'}),
        ('set an alarm for the twenty fourth of december at 7 a.m.', 'alarm_set',
         {'day': '12-24', 'hour': '7', 'day_part': 'am'}),
        ('wake me up in three days at 7', 'alarm_set', {'day': '+3', 'hour': '7'}),
        ('wake me up in a week at 7', 'alarm_set', {'day': '+7', 'hour': '7'}),
        ('wake me up next friday at 7', 'alarm_set', {'day': 'next_friday', 'hour': '7'}),
        ('remind me on may 2nd at noon to call grandma', 'reminder_set',
         {'day': '05-02', 'hour': '12', 'day_part': 'pm', 'what': 'call grandma'}),
        ('cancel all-timers', 'timer_cancel', {'which': 'all'}),
        ('cancel the pizza-timer', 'timer_cancel', {'name': 'pizza'}),
        ('cancel the 10-minute timer', 'timer_cancel', {'of': '600'}),
        ('cancel the timer', 'timer_cancel', {}),
        ('cancel the alarm', 'alarm_cancel', {}),
        ("cancel my seven o'clock alarm", 'alarm_cancel', {'hour': '7'}),
        ('cancel the reminder', 'reminder_cancel', {}),
        ('resume timer', 'timer_resume', {}),
        ('pause timer', 'timer_pause', {}),
        ('pause the pizza timer', 'timer_pause', {'name': 'pizza'}),
        ('add five minutes to the timer', 'timer_extend', {'duration': '300'}),
        ('add five minutes to the ten minute timer', 'timer_extend',
         {'duration': '300', 'of': '600'}),
        ('increase the timer by five minutes', 'timer_extend', {'duration': '300'}),
        ('put five more minutes on the timer', 'timer_extend', {'duration': '300'}),
        ('one more minute', 'timer_extend', {'duration': '60'}),
        ('remove five minutes from the timer', 'timer_shorten', {'duration': '300'}),
        ('decrease the timer by five minutes', 'timer_shorten', {'duration': '300'}),
        ('set a pizza timer', 'timer_set', {'name': 'pizza'}),
        ('set a ten minute pizza timer', 'timer_set', {'duration': '600', 'name': 'pizza'}),
        ('set a timer called egg for an hour', 'timer_set', {'duration': '3600', 'name': 'egg'}),
        ('how long is left on the pizza timer', 'timer_remaining', {'name': 'pizza'}),
        ('wake me up every day at 7', 'alarm_set', {'repeat': 'daily', 'hour': '7'}),
        ('wake me at seven every weekday', 'alarm_set', {'repeat': 'weekdays', 'hour': '7'}),
        ('set an alarm for tomorrow at 7', 'alarm_set', {'day': '+1', 'hour': '7'}),
        ('set an alarm for noon', 'alarm_set', {'hour': '12', 'day_part': 'pm'}),
        ('set an alarm for midnight', 'alarm_set', {'hour': '0', 'day_part': 'am'}),
        ('wake me at six oh five', 'alarm_set', {'hour': '6', 'minute': '5'}),
        ('turn on the kitchen light', 'light_on', {'room': 'kitchen'}),
        ('turn off the light in the kitchen', 'light_off', {'room': 'kitchen'}),
        ('turn on the light', 'light_on', {}),
        ('what time is it in tokyo', 'time', {'place': 'Asia/Tokyo', 'where': 'Tokyo'}),
        ('what time is it in narnia', 'time', {'where': 'narnia'}),
        ("what's the date tomorrow", 'date', {'day': '+1'}),
        ('stop stop stop', 'stop', {}),
        ('louder louder', 'volume_up', {}),
        ("what's 7 times 8", 'sum', {'sum': '7 * 8', 'result': '56'}),
        ('two plus three', 'sum', {'sum': '2 + 3', 'result': '5'}),
        ('snooze', 'snooze', {}),
        ('snooze for ten minutes', 'snooze', {'duration': '600'}),
        ('what timers do i have', 'timer_list', {}),
        ('when is my alarm', 'alarm_list', {}),
        ('remind me tomorrow at eight to pack', 'reminder_set',
         {'day': '+1', 'hour': '8', 'what': 'pack'}),
    ],
)  # fmt: skip
def test_as_said(text: str, name: str, slots: dict[str, str]) -> None:
    assert wanted('en', text) == [(name, slots)]


@pytest.mark.parametrize(
    ('text', 'name', 'slots'),
    [
        ('stell einen timer auf anderthalb stunden', 'timer_set', {'duration': '5400'}),
        ('lösch den zehn minuten timer', 'timer_cancel', {'of': '600'}),
        ('lösch den zweiten timer', 'timer_cancel', {'which': '2'}),
        ('lösch alle timer', 'timer_cancel', {'which': 'all'}),
        ('lösch den wecker', 'alarm_cancel', {}),
        ('stopp den pizza timer', 'timer_cancel', {'name': 'pizza'}),
        ('verlängere den timer um fünf minuten', 'timer_extend', {'duration': '300'}),
        ('zieh vom timer fünf minuten ab', 'timer_shorten', {'duration': '300'}),
        ('halte den timer an', 'timer_pause', {}),
        ('lass den timer weiterlaufen', 'timer_resume', {}),
        ('weck mich um halb acht', 'alarm_set', {'hour': '7', 'minute': '30'}),
        ('weck mich um viertel vor acht', 'alarm_set', {'hour': '7', 'minute': '45'}),
        ('weck mich jeden tag um sieben', 'alarm_set', {'repeat': 'daily', 'hour': '7'}),
        ('weck mich morgen früh um sieben', 'alarm_set',
         {'day': '+1', 'day_part': 'am', 'hour': '7'}),
        ('mach das licht in der küche an', 'light_on', {'room': 'küche'}),
        ('wie spät ist es in tokio', 'time', {'place': 'Asia/Tokyo', 'where': 'Tokio'}),
        ('welcher tag ist morgen', 'date', {'day': '+1'}),
        ('was ist sieben mal acht', 'sum', {'sum': '7 * 8', 'result': '56'}),
        ('stopp stopp stopp', 'stop', {}),
        ('bis morgen', 'goodbye', {}),
        ('guten morgen', 'greeting', {}),
    ],
)  # fmt: skip
def test_as_said_in_german(text: str, name: str, slots: dict[str, str]) -> None:
    assert wanted('de', text) == [(name, slots)]


@pytest.mark.parametrize(
    ('language', 'text', 'requests'),
    [
        ('en', 'turn on the light and set a timer for five minutes', ['light_on', 'timer_set']),
        ('en', 'set a five minute timer and a ten minute timer', ['timer_set', 'timer_set']),
        ('en', 'tell me a joke and then sing a song', ['joke', 'song']),
        ('en', 'light on, louder and tell me a joke', ['light_on', 'volume_up', 'joke']),
        ('en', 'tell me a story about a dragon and turn off the light', ['story', 'light_off']),
        ('en', 'tell me a story about bread and butter', ['story']),
        ('en', 'remind me to wash my hands and set the table at noon', ['reminder_set']),
        ('en', 'set a timer for one hour and thirty seconds', ['timer_set']),
        ('en', 'turn on the light and paint the wall', []),
        ('en', "turn on the light and don't sing", []),
        ('en', 'joke and song and dance and quiz', []),
        ('de', 'mach das licht an und stell einen timer auf fünf minuten',
         ['light_on', 'timer_set']),
        ('de', 'erzähl mir eine geschichte von hund und katze', ['story']),
    ],
)  # fmt: skip
def test_several_requests(language: str, text: str, requests: list[str]) -> None:
    assert [name for name, _ in wanted(language, text)] == requests


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        *(
            ('en', text)
            for text in (
                "don't tell me a story",
                'do not set a timer',
                "please don't turn off the light",
                "i don't want to stop",
                'never cancel the timer',
                'tell me no story',
                'cancel the pizza',
                'set the table for five',
                'add five eggs to the dough',
                'turn on the oven light',
                'pause the film',
                'wake up my brother',
                'how long is left on the bus',
                'my sister set a timer for five minutes',
                'the second timer is red',
                'set seven timers',
                'volume three bananas',
                'what is two plus banana',
            )
        ),
        *(
            ('de', text)
            for text in (
                'erzähl mir keine geschichte',
                'stell keinen timer',
                'mach das licht nicht aus',
                'ich will nicht aufhören',
                'mach den ofen an',
            )
        ),
    ],
)
def test_what_was_not_asked_for_is_not_done(language: str, text: str) -> None:
    assert wanted(language, text) == []


@pytest.mark.parametrize(
    ('language', 'text', 'kind', 'first'),
    [
        ('en', 'five minutes', QuestionKind.TIMER, '300'),
        ('en', 'half an hour please', QuestionKind.TIMER, '1800'),
        ('en', "seven o'clock", QuestionKind.ALARM, '7:00'),
        ('en', 'set a timer for 1:30', QuestionKind.LENGTH, '90'),
        ('en', "set a timer for seven o'clock", QuestionKind.ALARM, '7:00'),
        ('en', 'counsel the ten minute timer', QuestionKind.SAID, 'cancel the ten minute timer'),
        ('de', 'fünf minuten', QuestionKind.TIMER, '300'),
        ('de', 'stell einen timer auf 1:30', QuestionKind.LENGTH, '90'),
    ],
)
def test_what_is_unclear_is_asked(
    language: str, text: str, kind: QuestionKind, first: str
) -> None:
    understood = matcher(language).understand(text)
    assert understood.question is not None
    assert understood.requests == ()
    assert (understood.question.kind, understood.question.choices[0].text) == (kind, first)


def test_a_length_of_time_below_nothing_is_asked_for_anew() -> None:
    assert wanted('en', 'set a timer for minus five minutes') == [('timer_set', {})]
    assert wanted('en', 'set a timer for zero minutes') == [('timer_set', {})]
    assert wanted('en', 'cancel the minus five minute timer') == []


def test_yes_is_the_request_that_was_meant() -> None:
    matcher('en').understand('five minutes')
    assert wanted('en', 'yes please') == [('timer_set', {'duration': '300'})]
    assert wanted('en', 'yes please') == [('yes', {})]  # and only once


def test_no_is_no() -> None:
    matcher('en').understand('five minutes')
    assert wanted('en', 'no') == [('no', {})]
    assert wanted('en', 'yes') == [('yes', {})]


@pytest.mark.parametrize(
    ('said', 'seconds'),
    [
        ('the first one', '90'),
        ('the second', '5400'),
        ('hours', '5400'),
        ('one minute and thirty seconds', '90'),
        ('one and a half hours', '5400'),
    ],
)
def test_a_choice_is_the_request_that_was_meant(said: str, seconds: str) -> None:
    one = matcher('en')
    one.understand('set a timer for 1:30')
    one.expect(
        {
            'first': ['[the] first [one]', 'minute[s]'],
            'second': ['[the] second [one]', 'hour[s]'],
            'length': ['[for] <duration>'],
        }
    )
    (request,) = one.understand(said).requests
    assert (request.name, request.slots) == ('timer_set', {'duration': seconds})


def test_a_question_stays_open_for_an_answer_that_is_not_understood() -> None:
    matcher('en').understand('five minutes')
    assert wanted('en', 'gobbledygook') == []
    assert wanted('en', 'yes') == [('timer_set', {'duration': '300'})]


def test_another_wish_ends_a_question() -> None:
    matcher('en').understand('five minutes')
    assert wanted('en', 'tell me a joke') == [('joke', {})]
    assert wanted('en', 'yes') == [('yes', {})]


@pytest.mark.parametrize(
    ('said', 'meant'),
    [
        ('trun on the light', 'light_on'),
        ('tell me a stroy', 'story'),
        ('set a timer for five mintues', 'timer_set'),
        ('set a timer for fiev minutes', 'timer_set'),
        ('set a timer four five minutes', 'timer_set'),
        ('turn of the light', 'light_off'),
        ('make the light blew', 'light_color'),
        ('what thyme is it', 'time'),
    ],
)
def test_typing_mistakes_and_words_that_sound_the_same(said: str, meant: str) -> None:
    assert [name for name, _ in wanted('en', said)] == [meant]


def test_little_words_alone_change_nothing() -> None:
    assert wanted('en', 'tell me their joke') == [('joke', {})]
    assert wanted('en', 'tell me any story about dragons') == [('story', {'topic': 'dragons'})]
    assert wanted('en', 'cancel their dinner') == []


def test_a_number_is_not_corrected_into_another() -> None:
    for text in ('set a timer for fife minutes', 'set a timer for hive minutes'):
        assert all('duration' not in slots for _, slots in wanted('en', text))
