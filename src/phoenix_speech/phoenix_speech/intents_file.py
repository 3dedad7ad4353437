"""Loads an intents file: sentence templates in the format of hassil and Home Assistant.

Of that format these keys are supported: language, intents (data, sentences), lists (values, range,
wildcard), expansion_rules and skip_words. Anything else is refused by name.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from hassil import (
    Expression,
    Group,
    Intents,
    ListReference,
    RuleReference,
    TextSlotList,
    parse_sentence,
)
from hassil.numbers import get_rbnf_engine
from hassil.parser import ParseError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

OPTIONAL_ENDING = re.compile(r'(\w+)\[(\w+)\]')


class IntentsFileError(ValueError):
    """An intents file is broken; the message names the file and the key."""


def _template(text: str) -> str:
    # Whole words are what the tolerant search compares, so light[s] becomes (light|lights).
    text = OPTIONAL_ENDING.sub(r'(\1|\1\2)', text)
    try:
        parse_sentence(text)
    except (ParseError, AssertionError):
        raise ValueError(
            f'{text!r} is no template: wanted words with [optional], (one|other), <rule>, {{list}}'
        ) from None
    return text


Template = Annotated[str, AfterValidator(_template)]
Name = Annotated[str, Field(pattern=r'^[a-z][a-z0-9_]*$')]


def _language(code: str) -> str:
    get_rbnf_engine(code)  # raises ValueError for a language whose numbers cannot be read
    return code


class _Keys(BaseModel):
    model_config = ConfigDict(strict=True)

    @model_validator(mode='before')
    @classmethod
    def _only_known(cls, data: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        if isinstance(data, dict) and (unknown := set(data) - set(known)):
            raise ValueError(f'unknown key {unknown.pop()!r}; allowed: {", ".join(known)}')
        return data


class _Data(_Keys):
    sentences: list[Template] = Field(min_length=1)


class _Intent(_Keys):
    data: list[_Data] = Field(min_length=1)


class _Value(_Keys):
    text: Template = Field(alias='in')
    out: str | int | float


class _Range(_Keys):
    start: int = Field(alias='from', ge=0)
    stop: int = Field(alias='to')

    @model_validator(mode='after')
    def _ascending(self) -> '_Range':
        if self.stop < self.start:
            raise ValueError(f'"to" ({self.stop}) is less than "from" ({self.start})')
        return self


class _List(_Keys):
    values: list[Template | _Value] = Field(default=[], min_length=1)
    range: _Range | None = None
    wildcard: bool = False

    @model_validator(mode='after')
    def _of_one_kind(self) -> '_List':
        if bool(self.values) + (self.range is not None) + self.wildcard != 1:
            raise ValueError('a list has either values, or a range, or wildcard: true')
        return self


class _File(_Keys):
    language: Annotated[str, AfterValidator(_language)]
    intents: dict[Name, _Intent] = Field(min_length=1)
    lists: dict[Name, _List] = {}
    expansion_rules: dict[Name, Template] = {}
    skip_words: list[str] = []


def load_intents(path: Path) -> Intents:
    """Load the intents file at `path`; raise IntentsFileError when it is unreadable or broken."""
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, yaml.YAMLError) as error:
        raise IntentsFileError(f'{path}: {error}') from error
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = '.'.join(map(str, first['loc'])) or 'top level'
        raise IntentsFileError(f'{path}: {key}: {first["msg"]}') from None
    intents = Intents.from_dict(file.model_dump(by_alias=True, exclude_defaults=True))
    for key, expression in _expressions(intents):
        _check_references(path, key, expression, intents, ())
    return intents


def _expressions(intents: Intents) -> Iterator[tuple[str, Expression]]:
    for name, intent in intents.intents.items():
        for data in intent.data:
            for sentence in data.sentences:
                yield f'intents.{name}: {sentence.text!r}', sentence.expression
    for name, rule in intents.expansion_rules.items():
        yield f'expansion_rules.{name}', rule.expression
    for name, slot_list in intents.slot_lists.items():
        if isinstance(slot_list, TextSlotList):
            for value in slot_list.values:
                yield f'lists.{name}', value.text_in


def _check_references(
    path: Path, key: str, expression: Expression, intents: Intents, inside: tuple[str, ...]
) -> None:
    """Raise IntentsFileError where a rule or list is unknown or a rule contains itself."""
    if isinstance(expression, Group):
        for item in expression.items:
            _check_references(path, key, item, intents, inside)
    elif isinstance(expression, ListReference):
        if expression.list_name not in intents.slot_lists:
            raise IntentsFileError(f'{path}: {key}: unknown list {{{expression.list_name}}}')
    elif isinstance(expression, RuleReference):
        name = expression.rule_name
        if name not in intents.expansion_rules:
            raise IntentsFileError(f'{path}: {key}: unknown rule <{name}>')
        if name in inside:
            raise IntentsFileError(f'{path}: {key}: rule <{name}> contains itself')
        rule = intents.expansion_rules[name].expression
        _check_references(path, key, rule, intents, (*inside, name))
