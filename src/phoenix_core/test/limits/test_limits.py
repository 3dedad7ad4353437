from datetime import datetime

import pytest

from phoenix_core.limits.limits import STRICTEST, LanguageModel, Limits, LimitsError

EVENING, NOON = datetime(2026, 3, 1, 20, 30), datetime(2026, 3, 1, 12)


@pytest.mark.parametrize(
    ('name', 'text', 'value'),
    [
        ('daily_minutes', '45', 45),
        ('daily_minutes', 'none', None),
        ('volume_ceiling', ' 60 ', 60),
        ('quiet_hours', '19:00-07:00', '19:00-07:00'),
        ('quiet_hours', 'none', ''),
        ('activities_off', 'dance, parrot', ['dance', 'parrot']),
        ('activities_off', 'none', []),
        ('language_model', 'elsewhere', LanguageModel.ELSEWHERE),
        ('language_model', 'off', LanguageModel.OFF),
        ('remember_facts', 'yes', True),
    ],
)
def test_a_limit_is_read_as_it_is_typed_and_shown(name, text, value):
    limits = Limits().changed(name, text)
    assert getattr(limits, name) == value
    assert Limits().changed(name, limits.as_text(name)) == limits


@pytest.mark.parametrize(
    ('name', 'text', 'problem'),
    [
        (
            'quiet_hour',
            '1',
            r'no such limit \(did you mean quiet_hours\?\); there',
        ),
        ('daily_minutes', 'a lot', 'is a whole number or none'),
        ('daily_minutes', '-1', 'whole number'),
        ('daily_minutes', '1441', 'less than or equal to 1440'),
        ('volume_ceiling', '101', 'less than or equal to 100'),
        ('volume_ceiling', 'none', 'whole number'),
        ('quiet_hours', 'late', "'20:00-06:30'"),
        ('language_model', 'everywhere', 'is one of off, this_machine, elsewhere'),
        ('remember_facts', 'maybe', 'yes or no'),
        ('remember_days', '0', 'greater than or equal to 1'),
    ],
)
def test_what_does_not_fit_is_refused_by_name(name, text, problem):
    with pytest.raises(LimitsError, match=problem) as refused:
        Limits().changed(name, text)
    assert str(refused.value).startswith(f'{name}: ')


def test_at_night_the_toy_is_softer():
    assert Limits().loudest(EVENING) == 0.4
    assert Limits().loudest(NOON) == 1.0
    assert Limits(volume_ceiling=20).loudest(EVENING) == 0.2
    assert Limits(quiet_hours='').loudest(EVENING) == 1.0


@pytest.mark.parametrize(
    ('address', 'least'),
    [
        (None, LanguageModel.OFF),
        ('', LanguageModel.THIS_MACHINE),
        ('http://127.0.0.1:11434/v1', LanguageModel.THIS_MACHINE),
        ('http://localhost/v1', LanguageModel.THIS_MACHINE),
        ('http://[::1]:8080/v1', LanguageModel.THIS_MACHINE),
        ('http://192.168.1.20/v1', LanguageModel.ELSEWHERE),
        ('https://api.example.org/v1', LanguageModel.ELSEWHERE),
        ('http://localhost.example.org/v1', LanguageModel.ELSEWHERE),
        ('http://127.0.0.1.example.org/v1', LanguageModel.ELSEWHERE),
        ('http://127.0.0.1@example.org/v1', LanguageModel.ELSEWHERE),
        ('127.0.0.1', LanguageModel.ELSEWHERE),  # no URL
        ('unknown', LanguageModel.ELSEWHERE),
        ('http://[', LanguageModel.ELSEWHERE),
    ],
)
def test_where_a_language_model_may_be(address, least):
    order = list(LanguageModel)
    for model in LanguageModel:
        assert model.allows(address) == (order.index(model) >= order.index(least))


def test_the_strictest_limits_allow_no_play_at_any_time():
    assert STRICTEST.daily_minutes == 0
    assert STRICTEST.is_quiet(NOON)
    assert not STRICTEST.language_model.allows('')
