"""
Loads an intents file: sentence templates in the format of hassil and Home Assistant.

Supported keys: language, intents (data, sentences), lists (values, range, wildcard),
expansion_rules and skip_words. Any other key is refused by name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from hassil import (
    Expression,
    Group,
    Intents,
    ListReference,
    RuleReference,
    TextSlotList,
    WildcardSlotList,
    parse_sentence,
)
from hassil.numbers import get_rbnf_engine
from hassil.parser import ParseError
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from phoenix_core.settings.config_file import ConfigFileError, FileModel, load_config
from phoenix_core.settings.load_once import load_once
from phoenix_speech.understanding.quantities.reader import Kind

NAME = re.compile(r'[a-z][a-z0-9_]*')
OPTIONAL_ENDING = re.compile(r'(\w+)\[(\w+)\]')


class IntentsFileError(ConfigFileError):
    """An intents file is refused; the message names the file and the key."""


def _template(text: str) -> str:
    # The tolerant search compares whole words, so light[s] becomes (light|lights).
    text = OPTIONAL_ENDING.sub(r'(\1|\1\2)', text)
    try:
        parse_sentence(text)
    except (ParseError, AssertionError):
        raise ValueError(
            'no template: wanted are words with [optional], (one|other), <rule>, {list}'
        ) from None
    return text


def _name(key: Any) -> str:
    if not isinstance(key, str) or not NAME.fullmatch(key):
        raise ValueError(
            "no name: wanted is snake_case, in quotes if YAML reads it as other, as 'no'"
        )
    return key


def _language(code: str) -> str:
    get_rbnf_engine(code)  # raises ValueError for a language whose numbers are unknown
    return code


Template = Annotated[str, AfterValidator(_template)]
Name = Annotated[str, BeforeValidator(_name)]


class _Data(FileModel):
    sentences: list[Template] = Field(min_length=1)


class _Intent(FileModel):
    data: list[_Data] = Field(min_length=1)


class _Aliased(FileModel):
    @model_validator(mode='before')
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        return data  # left to pydantic, which knows the aliases


class _Value(_Aliased):
    text: Template = Field(alias='in')
    out: str | int | float


class _Range(_Aliased):
    start: int = Field(alias='from', ge=0)
    stop: int = Field(alias='to')

    @model_validator(mode='after')
    def _refuse_empty(self) -> '_Range':
        if self.stop < self.start:
            raise ValueError('"to" is less than "from"')
        return self


class _List(FileModel):
    values: list[Template | _Value] = []
    range: _Range | None = None
    wildcard: bool = False

    @model_validator(mode='after')
    def _refuse_none_or_two(self) -> '_List':
        if bool(self.values) + (self.range is not None) + self.wildcard != 1:
            raise ValueError('a list has either values, or a range, or wildcard: true')
        return self


class _IntentsFile(FileModel):
    language: Annotated[str, AfterValidator(_language)]
    intents: dict[Name, _Intent] = Field(min_length=1)
    lists: dict[Name, _List] = {}
    expansion_rules: dict[Name, Template] = {}
    skip_words: list[str] = []


@load_once
def load_intents(paths: list[Path]) -> Intents:
    """
    Read and check intents files: that of the language, then those of other packages.

    A later file adds sentences to intents, and may use the lists and rules of the earlier ones.

    :raises IntentsFileError: unreadable, not of the form above, or a list or rule defined twice.
    """
    content: dict[str, Any] = {}
    for path in paths:
        try:
            file = load_config(path, _IntentsFile)
        except ConfigFileError as error:
            raise IntentsFileError(str(error)) from None
        _add(file.model_dump(by_alias=True, exclude_defaults=True), content, path)
    known = content.setdefault('lists', {})
    for kind in Kind:
        if kind.value in known:
            raise IntentsFileError(f'{paths[0]}: lists.{kind.value}: quantities are lists already')
        known[kind.value] = {'values': [{'in': mark, 'out': mark} for mark in kind.marks]}
    intents = Intents.from_dict(content)
    for key, expression in _expressions(intents):
        for mistake in _mistakes(expression, intents, inside=()):
            raise IntentsFileError(f'{path}: {key}: {mistake}')
    return intents


def with_intents(base: Intents, sentences: Mapping[str, Sequence[str]]) -> Intents:
    """
    Make intents of sentence templates that may use the lists and rules of other intents.

    Each may be preceded by the rule `answer_lead`, as 'I think it is'.

    :raises IntentsFileError: a template is invalid, or uses an unknown list or rule.
    """
    lead = '[<answer_lead>] ' if 'answer_lead' in base.expansion_rules else ''
    added = {
        name: {'data': [{'sentences': [lead + _checked(name, text) for text in texts]}]}
        for name, texts in sentences.items()
    }
    intents = Intents.from_dict({'language': base.language, 'intents': added})
    intents.slot_lists, intents.expansion_rules = base.slot_lists, base.expansion_rules
    intents.skip_words = base.skip_words
    for key, expression in _expressions(intents, only_intents=True):
        for mistake in _mistakes(expression, intents, inside=()):
            raise IntentsFileError(f'{key}: {mistake}')
    return intents


def _checked(name: str, template: str) -> str:
    try:
        return _template(template)
    except ValueError as error:
        raise IntentsFileError(f'{name}: {template!r}: {error}') from None


def _add(added: dict[str, Any], content: dict[str, Any], path: Path) -> None:
    if content.setdefault('language', added['language']) != added['language']:
        raise IntentsFileError(f"{path}: language: {added['language']!r} (wanted is the folder's)")
    for name, intent in added['intents'].items():
        known = content.setdefault('intents', {}).setdefault(name, {'data': []})
        known['data'] += intent['data']
    for key in ('lists', 'expansion_rules'):
        known = content.setdefault(key, {})
        for name, value in added.get(key, {}).items():
            if name in known:
                raise IntentsFileError(f'{path}: {key}.{name}: another file has it, too')
            known[name] = value
    content['skip_words'] = [*content.get('skip_words', []), *added.get('skip_words', [])]


def slot_names(intents: Intents) -> dict[str, set[str]]:
    """Return the slots that the sentences of each intent can have."""
    return {
        name: {
            slot
            for data in intent.data
            for sentence in data.sentences
            for slot in _slots(sentence.expression, intents)
        }
        for name, intent in intents.intents.items()
    }


def free_slots(intents: Intents) -> set[str]:
    """Return the slots that any words fit."""
    return {
        reference.slot_name
        for _, expression in _expressions(intents)
        for reference in _references(expression)
        if isinstance(intents.slot_lists.get(reference.list_name), WildcardSlotList)
    }


def _references(expression: Expression) -> Iterator[ListReference]:
    if isinstance(expression, Group):
        for item in expression.items:
            yield from _references(item)
    elif isinstance(expression, ListReference):
        yield expression


def _slots(expression: Expression, intents: Intents) -> Iterator[str]:
    if isinstance(expression, Group):
        for item in expression.items:
            yield from _slots(item, intents)
    elif isinstance(expression, ListReference):
        kind = next((kind for kind in Kind if kind.value == expression.list_name), Kind.DURATION)
        yield from (expression.slot_name,) if kind is Kind.DURATION else kind.slots
    elif isinstance(expression, RuleReference):
        yield from _slots(intents.expansion_rules[expression.rule_name].expression, intents)


def _expressions(intents: Intents, only_intents: bool = False) -> Iterator[tuple[str, Expression]]:
    for name, intent in intents.intents.items():
        for data in intent.data:
            for sentence in data.sentences:
                yield f'intents.{name}: {sentence.text!r}', sentence.expression
    if only_intents:
        return
    for name, rule in intents.expansion_rules.items():
        yield f'expansion_rules.{name}', rule.expression
    for name, slot_list in intents.slot_lists.items():
        if isinstance(slot_list, TextSlotList):
            for value in slot_list.values:
                yield f'lists.{name}', value.text_in


def _mistakes(expression: Expression, intents: Intents, inside: tuple[str, ...]) -> Iterator[str]:
    """Yield references to unknown lists and rules, and rules that contain themselves."""
    if isinstance(expression, Group):
        for item in expression.items:
            yield from _mistakes(item, intents, inside)
    elif isinstance(expression, ListReference):
        if expression.list_name not in intents.slot_lists:
            yield f'there is no list {{{expression.list_name}}}'
    elif isinstance(expression, RuleReference):
        name = expression.rule_name
        if name not in intents.expansion_rules:
            yield f'there is no rule <{name}>'
        elif name in inside:
            yield f'rule <{name}> contains itself'
        else:
            rule = intents.expansion_rules[name].expression
            yield from _mistakes(rule, intents, (*inside, name))
