"""Reads YAML configuration files into pydantic models, with errors that name file and key."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from phoenix_core.settings import plugins
from phoenix_core.settings.yaml_file import YamlFileError, read_yaml

WORDS = 'phoenix.words'  # entry points that name a folder structured like config/


class ConfigFileError(ValueError):
    """A file is refused; the text names file, key and value, and what is allowed."""


class FileModel(BaseModel):
    """Base of the models of files: only declared keys, and values of exactly that type."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode='before')
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        # Pydantic also refuses them, but does not say what is allowed.
        unknown = set(data) - set(cls.model_fields) if isinstance(data, dict) else set()
        if unknown:
            raise ValueError(f'unknown {unknown}; allowed are {", ".join(cls.model_fields)}')
        return data


def language_folders(config: Path, language: str) -> list[Path]:
    """Return the folders with words of a language: of the toy, then of other packages."""
    others = [plugins.load(WORDS, name) / language for name in plugins.names(WORDS)]
    return [config / language, *(folder for folder in others if folder.is_dir())]


Model = TypeVar('Model', bound=FileModel)


def load_config(path: Path, model: type[Model]) -> Model:
    """
    Read and validate a file.

    :raises ConfigFileError: it is unreadable, or does not fit the model; names every mistake.
    """
    try:
        data = read_yaml(path)
    except YamlFileError as error:
        raise ConfigFileError(str(error)) from error
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
        # Pydantic also names the member of a union, which is not a key of the file.
        if isinstance(data, dict | list) and (key in data or isinstance(key, int)):
            keys.append(str(key))
            data = data[key]
    if detail['type'] == 'missing':
        keys.append(str(detail['loc'][-1]))
    return f'{".".join(keys)}: {said}' if keys else said
