"""Lengths of time, times, days, places and sums are read exactly, or not at all."""

from pathlib import Path

import pytest

from phoenix_speech.understanding.quantities.reader import QuantityReader

CONFIG = Path(__file__).parents[4] / 'config'
READERS = {
    language: QuantityReader(CONFIG / language / 'quantities.yaml', language)
    for language in ('en', 'de')
}


def read(language: str, text: str) -> dict[str, str]:
    """Return the slots of the one quantity that all words of a text are; else none."""
    marked = READERS[language].mark(text)
    return dict(next(iter(marked.quantities.values())).slots if ' ' not in marked.text else {})


@pytest.mark.parametrize(
    ('language', 'text', 'shape'),
    [
        ('en', 'seven thirty and eight', '{clock} and {clock}'),
        ('en', 'a hundred and five', 'a {clock}'),
        ('de', 'acht und dreißig', '{clock}'),
        ('en', 'on monday at seven', 'on {day} at {clock}'),
        ('en', 'for five minutes', 'for {duration}'),
        ('en', 'for a story', ''),
    ],
)
def test_shapes(language: str, text: str, shape: str) -> None:
    assert READERS[language].shape(text) == shape


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        ('five minutes', 300),
        ('5 mins', 300),
        ('5min', 300),
        ('2.5 hours', 9000),
        ('1.5 hours', 5400),
        ('0.5 hours', 1800),
        ('two point five hours', 9000),
        ('two and a half hours', 9000),
        ('two hours and a half', 9000),
        ('2 1/2 hours', 9000),
        ('three quarters of an hour', 2700),
        ('3/4 hour', 2700),
        ('1 1/2 hours', 5400),
        ('one and a half hours', 5400),
        ('an hour and a half', 5400),
        ('one hour and a quarter', 4500),
        ('one and three quarter hours', 6300),
        ('half an hour', 1800),
        ('a half hour', 1800),
        ('a quarter of an hour', 900),
        ('quarter of an hour', 900),
        ('a quarter hour', 900),
        ('half a minute', 30),
        ('1 hour 30 seconds', 3630),
        ('an hour and thirty seconds', 3630),
        ('one hour one minute and one second', 3661),
        ('a minute thirty', 90),
        ('two minutes thirty', 150),
        ('one hour thirty', 5400),
        ('a thousand minutes', 60000),
        ('a hundred seconds', 100),
        ('one hundred and twenty minutes', 7200),
        ('forty-five seconds', 45),
        ('twenty four minutes', 1440),
        ('a couple of minutes', 120),
        ('a dozen minutes', 720),
        ('five more minutes', 300),
        ('one more minute', 60),
        ('zero minutes', 0),
        ('minus five minutes', -300),
        ('-5 minutes', -300),
    ],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    slots = READERS['en'].mark(text).quantities['durationmarka'].slots
    assert slots == {'duration': str(seconds)}
    assert READERS['en'].mark(text).text in ('durationmarka', 'more durationmarka')


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        ('fünf minuten', 300),
        ('anderthalb stunden', 5400),
        ('eineinhalb stunden', 5400),
        ('zweieinhalb stunden', 9000),
        ('2,5 stunden', 9000),
        ('zwei komma fünf stunden', 9000),
        ('eine halbe stunde', 1800),
        ('eine viertelstunde', 900),
        ('eine dreiviertelstunde', 2700),
        ('drei viertel stunden', 2700),
        ('eine stunde und dreißig minuten', 5400),
        ('eine stunde dreißig', 5400),
        ('zwei stunden und eine halbe', 9000),
        ('fünfundvierzig sekunden', 45),
        ('einundzwanzig minuten', 1260),
        ('tausend minuten', 60000),
        ('minus fünf minuten', -300),
    ],
)
def test_lengths_of_time_in_german(text: str, seconds: int) -> None:
    assert read('de', text) == {'duration': str(seconds)}


@pytest.mark.parametrize(
    ('text', 'time'),
    [
        ("seven o'clock", '7:00'),
        ("seven o'clock in the evening", '7:00 pm'),
        ('7 am', '7:00 am'),
        ('7 p.m.', '7:00 pm'),
        ('7pm', '7:00 pm'),
        ('six oh five', '6:05'),
        ('six oh five pm', '6:05 pm'),
        ('6:05', '6:05'),
        ('six thirty', '6:30'),
        ('half past six', '6:30'),
        ('a quarter to seven', '6:45'),
        ('quarter past seven', '7:15'),
        ('a quarter to one', '12:45'),
        ('ten to eight', '7:50'),
        ('ten minutes to eight', '7:50'),
        ('twenty past eight in the morning', '8:20 am'),
        ('noon', '12:00 pm'),
        ('twelve noon', '12:00 pm'),
        ('midnight', '0:00 am'),
        ('a quarter to midnight', '23:45'),
        ('ten past noon', '12:10 pm'),
        ('12 am', '12:00 am'),
        ('twelve at night', '12:00 am'),
        ('two at night', '2:00 am'),
        ('ten at night', '10:00 pm'),
        ('19:00', '19:00'),
        ('nineteen hundred', '19:00'),
        ('07:00', '7:00 am'),
        ('0:30', '0:30 am'),
    ],
)
def test_times_of_the_day(text: str, time: str) -> None:
    assert as_time(read('en', text)) == time


@pytest.mark.parametrize(
    ('text', 'time'),
    [
        ('halb acht', '7:30'),
        ('halb eins', '12:30'),
        ('viertel vor acht', '7:45'),
        ('viertel nach acht', '8:15'),
        ('dreiviertel acht', '7:45'),
        ('fünf vor halb acht', '7:25'),
        ('fünf nach halb acht', '7:35'),
        ('zwanzig nach drei', '3:20'),
        ('fünf minuten vor acht', '7:55'),
        ('sieben uhr', '7:00'),
        ('sieben uhr dreißig', '7:30'),
        ('sechs uhr fünf', '6:05'),
        ('7.30 uhr', '7:30'),
        ('sieben uhr abends', '7:00 pm'),
        ('neunzehn uhr', '19:00'),
        ('null uhr dreißig', '0:30 am'),
        ('mittag', '12:00 pm'),
        ('mitternacht', '0:00 am'),
    ],
)
def test_times_of_the_day_in_german(text: str, time: str) -> None:
    assert as_time(read('de', text)) == time


def as_time(slots: dict[str, str]) -> str:
    part = slots.get('day_part', '')
    return f'{slots["hour"]}:{int(slots.get("minute", 0)):02d} {part}'.rstrip()


@pytest.mark.parametrize(
    ('language', 'text', 'slots'),
    [
        ('en', 'tomorrow', {'day': '+1'}),
        ('en', 'the day after tomorrow', {'day': '+2'}),
        ('en', 'yesterday', {'day': '-1'}),
        ('en', 'tonight', {'day': '+0', 'day_part': 'pm'}),
        ('en', 'tomorrow morning', {'day': '+1', 'day_part': 'am'}),
        ('en', 'monday evening', {'day': 'monday', 'day_part': 'pm'}),
        ('en', 'every day', {'repeat': 'daily'}),
        ('en', 'every morning', {'repeat': 'daily', 'day_part': 'am'}),
        ('en', 'every weekday', {'repeat': 'weekdays'}),
        ('en', 'on weekends', {'repeat': 'weekends'}),
        ('en', 'every monday', {'repeat': 'monday'}),
        ('en', 'mondays', {'repeat': 'monday'}),
        ('de', 'übermorgen', {'day': '+2'}),
        ('de', 'morgen früh', {'day': '+1', 'day_part': 'am'}),
        ('de', 'heute abend', {'day': '+0', 'day_part': 'pm'}),
        ('de', 'jeden tag', {'repeat': 'daily'}),
        ('de', 'werktags', {'repeat': 'weekdays'}),
        ('de', 'montags', {'repeat': 'monday'}),
        ('en', 'tokyo', {'place': 'Asia/Tokyo', 'where': 'Tokyo'}),
        ('en', 'new york', {'place': 'America/New_York', 'where': 'New York'}),
        ('en', 'japan', {'place': 'Asia/Tokyo', 'where': 'Japan'}),
        ('de', 'tokio', {'place': 'Asia/Tokyo', 'where': 'Tokio'}),
        ('de', 'wien', {'place': 'Europe/Vienna', 'where': 'Wien'}),
    ],
)
def test_days_and_places(language: str, text: str, slots: dict[str, str]) -> None:
    assert read(language, text) == slots


@pytest.mark.parametrize(
    ('language', 'text', 'result'),
    [
        ('en', '7 times 8', '56'),
        ('en', 'seven times eight', '56'),
        ('en', '7x8', '56'),
        ('en', 'two plus three', '5'),
        ('en', 'ten minus three', '7'),
        ('en', 'three minus ten', '-7'),
        ('en', 'ten take away three', '7'),
        ('en', 'seven divided by two', '3.5'),
        ('en', 'one divided by three', '0.3333'),
        ('en', 'ten plus five times two', '20'),
        ('en', 'ten minus five minus two', '3'),
        ('en', '0.1 + 0.2', '0.3'),
        ('en', 'half of twenty four', '12'),
        ('en', 'double six', '12'),
        ('en', 'twelve squared', '144'),
        ('en', 'seven divided by zero', ''),
        ('en', '999999999 times 999999999', ''),
        ('de', 'sieben mal acht', '56'),
        ('de', 'zwei plus drei', '5'),
        ('de', 'zehn geteilt durch vier', '2.5'),
        ('de', 'die hälfte von zehn', '5'),
    ],
)
def test_sums_are_exact(language: str, text: str, result: str) -> None:
    assert read(language, text)['result'] == result


@pytest.mark.parametrize(
    ('language', 'text'),
    [
        ('en', 'the second timer'),
        ('en', 'i have two cats and three dogs'),
        ('en', 'set the volume to half'),
        ('en', 'seven'),
        ('de', 'ein timer'),
        ('de', 'den zweiten timer'),
        ('de', 'die halbe pizza'),
    ],
)
def test_what_is_no_quantity(language: str, text: str) -> None:
    marked = READERS[language].mark(text)
    assert not marked.quantities
    assert marked.text == text


def test_several_quantities_keep_their_order_and_their_words() -> None:
    marked = READERS['en'].mark('Add five minutes to the 10 minute timer at noon tomorrow.')
    assert marked.text == 'add durationmarka to the durationmarkb timer at clockmarka daymarka'
    assert marked.unmarked('durationmarkb timer') == '10 minute timer'
