"""What the server asks of the toy, and what a browser may ask for."""

from typing import Annotated, Literal, Protocol

from pydantic import Field, RootModel

from phoenix_studio.form import Form

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r'^[^\x00]+$')]


class Touch(Form):
    """Touches a simulated pad, or lets it go."""

    do: Literal['touch']
    name: Name
    down: bool


class Press(Form):
    """Presses a simulated button, or lets it go."""

    do: Literal['press']
    name: Name
    down: bool


class Mute(Form):
    """Sets the simulated mute switch."""

    do: Literal['mute']
    muted: bool


class Type(Form):
    """Types a sentence to the toy."""

    do: Literal['type']
    text: Annotated[str, Field(min_length=1, max_length=1000, pattern=r'^[^\x00]+$')]


Action = Touch | Press | Mute | Type


class AnyAction(RootModel[Annotated[Action, Field(discriminator='do')]]):
    """One of the actions, as a browser sends it."""


class Toy(Protocol):
    """The toy as the server sees it; its methods may be called in any thread."""

    def act(self, action: Action) -> None:
        """Do what a person did in a browser."""

    def hear(self, samples: bytes) -> None:
        """Hear 16 bit samples of a browser's microphone."""
