"""Reads what is written in digits: numbers with their units, money, times, dates, fractions."""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from babel import Locale
from babel.dates import get_month_names
from babel.numbers import format_decimal
from babel.units import format_unit

from phoenix_speech.voice.reading.numerals import LONGEST, Numerals, roman
from phoenix_speech.voice.reading.rules import ReadingRules

Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
# A number that is a sign of nothing else: not a part of a word or of another number.
_START, _END = r'(?<![\w.,:/])', r'(?![\w]|[.,:/]\d)'


class QuantityReader:
    """Replaces the quantities in a sentence of one language, one kind after the other."""

    def __init__(self, language: str, rules: ReadingRules) -> None:
        self._rules = rules
        self._locale = Locale.parse(language)
        self._numerals = Numerals(language, rules)
        symbols = self._locale.number_symbols['latn']
        self._group, self._decimal = symbols['group'], symbols['decimal']
        group = re.escape(self._group)
        # '1,234.5', '1234.5'; and what is written with the marks of another language
        self._number = rf'\d{{1,3}}(?:{group}\d{{3}})+(?:\{self._decimal}\d+)?|\d+(?:[.,]\d+)?'
        names = (
            get_month_names('wide', locale=self._locale),
            get_month_names('abbreviated', locale=self._locale),
        )
        self._months = {
            name.lower().rstrip('.'): number for months in names for number, name in months.items()
        }
        self._month_names = names[0]
        self._steps = list(self._all_steps())

    def read(self, text: str) -> str:
        """Return a sentence in which no digit is left."""
        for pattern, replace in self._steps:
            text = pattern.sub(replace, text)
        return text

    def _all_steps(self) -> Iterator[Step]:
        rules, number = self._rules, self._number
        month = _any_of(self._months)
        year = r'(?P<year>\d{4})'
        day = r'(?P<day>\d{1,2})'
        yield self._step(rf'{_START}{year}-(?P<month>\d\d)-{day}{_END}', self._numeric_date)
        first, second = rules.date.numeric
        numeric = rf'(?P<{first}>\d{{1,2}})/(?P<{second}>\d{{1,2}})/(?P<year>\d{{4}}|\d\d)'
        yield self._step(rf'{_START}{numeric}{_END}', self._numeric_date)
        dotted = rf'{day}\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d\d(?!\d))?'
        yield self._step(rf'{_START}{dotted}(?![\w.])', self._numeric_date)
        written = rf'(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<name>{month})\b\.?'
        written = rf'{_START}{day}{written}(?:,?\s+{year}{_END})?'
        yield self._step(written, self._date, re.IGNORECASE)
        if rules.date.month_first:
            after = rf'(?P<name>{month})\.?\s+{day}(?:st|nd|rd|th)?(?:,?\s+{year})?{_END}'
            yield self._step(rf'\b{after}', self._date, re.IGNORECASE)
        yield self._step(r'(?<=\d)(?:\s?[–‒]\s?|-)(?=\d)', lambda _: f' {rules.to} ')  # noqa: RUF001
        yield self._step(r'(?<![\w)])[-−](?=\d)', lambda _: f'{rules.minus} ')  # noqa: RUF001
        halves, clock = _any_of(rules.time.halves), _any_of(rules.time.clock)
        minutes = r'(?P<hour>[01]?\d|2[0-4])[:](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?'
        after = rf'(?:\s?(?P<half>{halves})(?!\w))?(?:\s?(?:{clock})\b)?'
        yield self._step(rf'{_START}{minutes}(?![\d:]){after}', self._time)
        dotted = minutes.replace('[:]', '[.]')
        yield self._step(rf'{_START}{dotted}\s?(?:{clock})\b(?P<half>)', self._time)
        yield self._step(rf'{_START}(?P<hour>1?\d)\s?(?P<half>{halves})(?!\w)', self._time)
        money, scales = _any_of(rules.money), rf'(?P<scale>{_any_of(rules.scales)})\b'
        amount = rf'(?P<amount>{number})'
        before = rf'(?P<sign>{money})\s?{amount}(?:\s+{scales})?(?![\d])'
        yield self._step(rf'(?<!\w){before}', self._money)
        yield self._step(
            rf'{_START}{amount}(?:\s+{scales})?\s?(?P<sign>{money})(?!\w)', self._money
        )
        part = r'(?:(?P<whole>\d+)\s+)?(?P<over>\d+)/(?P<under>\d+)'
        yield self._step(rf'{_START}{part}{_END}', self._part)
        yield self._step(rf'{_START}(?P<number>\d{{3}}0){rules.decade.written}\b', self._decade)
        units = _any_of(rules.units)
        yield self._step(rf'{_START}{amount}\s?(?P<unit>{units})(?!\w)', self._unit)
        yield self._step(rf'(?P<before>\b\w+\s)?{rules.ordinal}', self._ordinal)
        yield self._step(
            r'(?P<name>\b[^\W\d_]+)\s(?P<roman>[IVX]+)\b(?:\.(?=\s[a-zäöü]))?', self._roman
        )
        called = rf'(?P<before>\b(?:{_any_of(rules.called)})\s(?:[^\W\d]+\s){{0,2}})'
        dialed = rf'{called}(?P<number>\d{{3,}}){_END}'
        yield self._step(dialed, self._dialed, re.IGNORECASE)
        years = _any_of(rules.year_after)
        yield self._step(rf'(?P<before>\b(?:{years})\s){year}{_END}', self._year, re.IGNORECASE)
        yield self._step(r'(?<=\d):(?=\d)', lambda _: f' {rules.ratio} ')
        signs = _any_of(rules.calculated)
        yield self._step(rf'(?<=[\d\s)])\s?(?P<sign>{signs})\s?(?=[\d(])', self._calculated)
        grouped = rf'(?P<amount>\d{{1,3}}(?:{re.escape(self._group)}\d{{3}})+){_END}(?P<noun>)'
        yield self._step(_START + grouped, self._plain)
        yield self._step(r'(?<=\d)\.(?=\d+\.\d)|(?<=\d\.\d)\.(?=\d)', lambda _: f' {rules.dot} ')
        noun = r'(?=\s+(?P<noun>[A-ZÄÖÜ]\w+))?'
        yield self._step(rf'(?P<amount>{number}){noun}', self._plain)

    def _step(self, pattern: str, replace: Callable[[re.Match[str]], str], flags: int = 0) -> Step:
        return re.compile(pattern, flags), replace

    def _value(self, written: str) -> Decimal:
        """Return the number that was written with the marks of this language or another."""
        if re.fullmatch(rf'\d{{1,3}}({re.escape(self._group)}\d{{3}})+(\D\d+)?', written):
            written = written.replace(self._group, '')
        return Decimal(written.replace(',', '.'))

    def _numeric_date(self, found: re.Match[str]) -> str:
        day, month = int(found['day']), int(found['month'])
        if month > 12 >= day:
            day, month = month, day
        if not (1 <= day <= 31 and 1 <= month <= 12):
            return found.group()
        year = found['year']
        if year and len(year) == 2:
            year = f'20{year}'
        dates = self._rules.date
        form = (dates.numeric[0] == 'month' and dates.month_first) or dates.day_first
        return self._said_date(day, month, year, form, found)

    def _date(self, found: re.Match[str]) -> str:
        day, month = int(found['day']), self._months[found['name'].lower()]
        if not 1 <= day <= 31:
            return found.group()
        dates = self._rules.date
        month_first = dates.month_first if found.start('name') < found.start('day') else None
        form = month_first or dates.day_first
        return self._said_date(day, month, found['year'], form, found)

    def _said_date(
        self, day: int, month: int, year: str | None, form: str, found: re.Match[str]
    ) -> str:
        dates = self._rules.date
        before = _word_before(found)
        ordinal = self._numerals.ordinal(day, dates.endings.get(before, dates.ending))
        said = form.format(day=ordinal, month=self._month_names[month])
        if before and said.startswith(f'{before} '):  # 'the' of the form is there already
            said = said.removeprefix(f'{before} ')
        if year:
            said = dates.with_year.format(date=said, year=self._numerals.year(int(year)))
        return said

    def _time(self, found: re.Match[str]) -> str:
        words, parts = self._rules.time, found.groupdict()
        minute = int(parts.get('minute') or 0)
        half = words.halves.get(parts['half'] or '', '')
        form = words.minutes if minute >= 10 else words.few
        if not minute:
            form = words.whole_with if half else words.whole
        clock = form.format(
            hour=self._numerals.cardinal(int(found['hour']), form.partition('} ')[2]),
            minute=self._numerals.cardinal(minute),
        )
        second = parts.get('second')
        with_seconds = f'{clock} {self._numerals.cardinal(int(second))}' if second else clock
        return f'{with_seconds} {half}'.rstrip()

    def _money(self, found: re.Match[str]) -> str:
        words, amount = self._rules.money[found['sign']], self._value(found['amount'])
        if found['scale']:
            return (
                f'{self._numerals.decimal(amount, found["scale"])} {found["scale"]} {words.many}'
            )
        whole, cents = divmod(round(amount * 100), 100)
        if amount * 100 % 1:
            return f'{self._numerals.decimal(amount)} {words.many}'
        unit = words.one if whole == 1 else words.many
        said = f'{self._numerals.cardinal(whole, unit)} {unit}'
        if not cents:
            return said
        if whole:
            return f'{said} {self._numerals.cardinal(cents)}'
        cent = words.cent if cents == 1 else words.cents
        return f'{self._numerals.cardinal(cents, cent)} {cent}'

    def _part(self, found: re.Match[str]) -> str:
        over, under = int(found['over']), int(found['under'])
        if not 2 <= under <= 100:
            return f'{found["whole"] or ""} {found["over"]} {found["under"]}'.lstrip()
        said = self._numerals.fraction(over, under)
        if not found['whole']:
            return said
        whole = int(found['whole'])
        if (over, under) == (1, 2):
            return self._rules.and_a_half.format(whole=self._numerals.cardinal(whole, said))
        return f'{self._numerals.cardinal(whole)} {self._rules.mixed} {said}'

    def _decade(self, found: re.Match[str]) -> str:
        said = self._numerals.year(int(found['number']))
        for ending, new in self._rules.decade.endings.items():
            if said.endswith(ending):
                return said.removesuffix(ending) + new
        return said

    def _unit(self, found: re.Match[str]) -> str:
        amount = self._value(found['amount'])
        name = self._rules.units[found['unit']]
        with_digits = format_unit(amount, name, 'long', locale=self._locale)
        unit = with_digits.replace(format_decimal(amount, locale=self._locale), '').strip()
        return f'{self._numerals.decimal(amount, unit.split()[0])} {unit}'

    def _ordinal(self, found: re.Match[str]) -> str:
        dates, before = self._rules.date, found['before'] or ''
        number = next(int(one) for one in found.groups()[1:] if one)
        ending = dates.endings.get(before.strip().lower(), dates.ending)
        return before + self._numerals.ordinal(number, ending)

    def _roman(self, found: re.Match[str]) -> str:
        words, name, letters = self._rules.roman, found['name'], found['roman']
        value = roman(letters)
        if value and name.lower() in words.counted:
            return f'{name} {self._numerals.cardinal(value)}'
        if value and name.istitle() and (name in words.rulers or len(letters) > 1):
            article = words.articles.get(name, words.article)
            return f'{name} {article} {self._numerals.ordinal(value)}'
        return found.group()

    def _dialed(self, found: re.Match[str]) -> str:
        return found['before'] + self._numerals.digits(found['number'])

    def _year(self, found: re.Match[str]) -> str:
        return found['before'] + self._numerals.year(int(found['year']))

    def _calculated(self, found: re.Match[str]) -> str:
        return f' {self._rules.calculated[found["sign"]]} '

    def _plain(self, found: re.Match[str]) -> str:
        written, text = found['amount'], found.string
        if len(written) > LONGEST or re.match(r'0\d', written):
            said = self._numerals.digits(written)
        else:
            said = self._numerals.decimal(self._value(written), found['noun'] or '')
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        return f'{" " * before.isalpha()}{said}{" " * after.isalpha()}'


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first; of none, if there are none."""
    longest_first = sorted(words, key=len, reverse=True)
    return '|'.join(map(re.escape, longest_first)) or '(?!)'


def _word_before(found: re.Match[str]) -> str:
    words = found.string[: found.start()].split()
    return words[-1].lower() if words else ''
