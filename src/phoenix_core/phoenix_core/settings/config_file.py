"""Reads a YAML file of configuration into a pydantic model, and says what is wrong in it."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from phoenix_core.settings import plugins

WORDS = 'phoenix.words'  # entry points that name a folder laid out as config/


class ConfigFileError(ValueError):
    """A file is refused; says which file, key and value, and what is allowed."""


class FileModel(BaseModel):
    """What a file, or a part of it, may hold: only what is declared, of exactly that type."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode='before')
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        # Pydantic refuses them too, but does not say what would be allowed.
        unknown = set(data) - set(cls.model_fields) if isinstance(data, dict) else set()
        if unknown:
            raise ValueError(f'unknown {unknown}; allowed are {", ".join(cls.model_fields)}')
        return data


def language_folders(config: Path, language: str) -> list[Path]:
    """Return the folders that hold words of a language: of the toy, then of other packages."""
    others = [plugins.load(WORDS, name) / language for name in plugins.names(WORDS)]
    return [config / language, *(folder for folder in others if folder.is_dir())]


# libyaml's where there is one: ten times quicker, which is half a second at each start.
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)

Model = TypeVar('Model', bound=FileModel)


def load_config(path: Path, model: type[Model]) -> Model:
    """
    Read and check a file.

    :raises ConfigFileError: unreadable, or not what the model declares; names every mistake.
    """
    try:
        data = yaml.load(path.read_text(encoding='utf-8'), Loader=LOADER)
    except OSError as error:
        raise ConfigFileError(f'{path}: {error.strerror}') from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigFileError(f'{path}: not valid YAML: {" ".join(str(error).split())}') from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = '; '.join(_explain(detail, data) for detail in error.errors())
        raise ConfigFileError(f'{path}: {mistakes}') from None


def _explain(detail: Any, data: Any) -> str:
    said = detail['msg'].removeprefix('Value error, ')
    if not isinstance(detail['input'], dict):
        said = f'{detail["input"]!r} ({said})'
    keys = []
    for key in detail['loc']:
        # Pydantic also names the member of a union, which is no key of the file.
        if isinstance(data, dict | list) and (key in data or isinstance(key, int)):
            keys.append(str(key))
            data = data[key]
    if detail['type'] == 'missing':
        keys.append(str(detail['loc'][-1]))
    return f'{".".join(keys)}: {said}' if keys else said
