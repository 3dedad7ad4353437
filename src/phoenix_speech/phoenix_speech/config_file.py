"""Reads a YAML file of words into a pydantic model."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class ConfigFileError(ValueError):
    """A file is refused; says which file, key and value, and what is allowed."""


class FileModel(BaseModel):
    """What a file may hold: only what is declared."""

    model_config = ConfigDict(extra='forbid', frozen=True)


Model = TypeVar('Model', bound=FileModel)


def load_config(path: Path, model: type[Model]) -> Model:
    """
    Read and check a file.

    :raises ConfigFileError: unreadable, or not what the model declares.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except OSError as error:
        raise ConfigFileError(f'{path}: {error.strerror}') from error
    except yaml.YAMLError as error:
        raise ConfigFileError(f'{path}: not valid YAML: {" ".join(str(error).split())}') from error
    except ValidationError as error:
        first = error.errors()[0]
        key = '.'.join(map(str, first['loc']))
        raise ConfigFileError(f'{path}: {key}: {first["msg"]}, is {first["input"]!r}') from None
