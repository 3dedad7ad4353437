"""Where the rules of safety are installed: no setting leads to others."""

from pathlib import Path

from phoenix_core.settings.node_settings import ToySettings, installed_config
from phoenix_speech.safety.care_words import SafetyNumbers


def safety_folder(language: str) -> Path:
    """Return the folder with the rules of a language."""
    return installed_config() / language / 'safety'


def safety_numbers(settings: ToySettings) -> SafetyNumbers:
    """
    Return the numbers to call where the toy lives; none if the profile names no country.

    :raises ConfigFileError: the country is not in the file.
    """
    if not settings.country:
        return SafetyNumbers()
    return SafetyNumbers.load(installed_config() / 'safety_numbers.yaml', settings.country)
