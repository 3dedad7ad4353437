"""The services by which a page in the browser shows and changes what a parent has decided."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from phoenix_msgs.msg import ParentalLimits
from phoenix_msgs.srv import ForgetAll, GetLimits, SetLimits, SetPin
from pydantic import ValidationError

from phoenix_core.limits.announced import Announced
from phoenix_core.limits.limits import LanguageModel, Limits
from phoenix_core.limits.neighbors import Neighbors
from phoenix_core.limits.parent_file import RefusedError, WrongPinError
from phoenix_core.limits.stored import Stored
from phoenix_core.node.event_node import EventNode
from phoenix_core.storage.toy_file import ToyFile

NO_LIMIT = -1
MODELS = {
    LanguageModel.OFF: ParentalLimits.LANGUAGE_MODEL_OFF,
    LanguageModel.THIS_MACHINE: ParentalLimits.LANGUAGE_MODEL_THIS_MACHINE,
    LanguageModel.ELSEWHERE: ParentalLimits.LANGUAGE_MODEL_ELSEWHERE,
}

Response = TypeVar('Response', SetLimits.Response, SetPin.Response, ForgetAll.Response)


class ParentServices:
    """
    Serves limits, and what changes them with the PIN. Checking it blocks for some 0.2 s.

    :param node: an active node.
    :param stored: what is to be forgotten; None: nothing is stored.
    :param activities: names of those that can be switched off.
    """

    def __init__(self, node: EventNode, stored: Stored | None, activities: Iterable[str]) -> None:
        self._node = node
        self._activities = sorted(activities)
        self._file = node.parent_file
        self._stored = stored
        self._announced = ToyFile.ANNOUNCED.path(node.environ, node.get_namespace())
        self._neighbors = Neighbors.of(node.environ, node.get_namespace())
        self._services = [
            node.create_service(GetLimits, '~/get_limits', self.on_get),
            node.create_service(SetLimits, '~/set_limits', self.on_set),
            node.create_service(SetPin, '~/set_pin', self.on_pin),
            node.create_service(ForgetAll, '~/forget_all', self.on_forget),
        ]

    def close(self) -> None:
        """Serve no longer."""
        for service in self._services:
            self._node.destroy_service(service)

    def on_get(
        self, request: GetLimits.Request, response: GetLimits.Response
    ) -> GetLimits.Response:
        """Return the limits in force."""
        response.limits = to_message(self._file.limits)
        response.pin_set = self._file.pin_set
        response.servers = Announced(self._announced).servers
        response.neighbors = list(asking := self._neighbors.asking)
        response.about_neighbors = list(asking.values())
        response.problem = self._file.problem
        response.activities = self._activities
        return response

    def on_set(
        self, request: SetLimits.Request, response: SetLimits.Response
    ) -> SetLimits.Response:
        """Put limits in force."""
        return _tried(
            response, lambda: self._file.set_limits(request.pin, to_limits(request.limits))
        )

    def on_pin(self, request: SetPin.Request, response: SetPin.Response) -> SetPin.Response:
        """Set the first PIN, or another."""
        return _tried(response, lambda: self._file.set_pin(request.pin, request.new_pin))

    def on_forget(
        self, request: ForgetAll.Request, response: ForgetAll.Response
    ) -> ForgetAll.Response:
        """Forget all, and tell what is left."""
        stored = self._stored
        remove = stored.remove if stored else lambda: None
        response = _tried(response, lambda: self._file.forget(request.pin, remove))
        if stored and response.accepted:
            response.left = [str(file.path) for file in stored.files()]
        return response


def to_message(limits: Limits) -> ParentalLimits:
    """Convert limits to their message."""
    message = ParentalLimits(language_model=MODELS[limits.language_model])
    for name in Limits.model_fields:
        value = getattr(limits, name)
        if not isinstance(value, LanguageModel):
            setattr(message, name, NO_LIMIT if value is None else value)
    return message


def to_limits(message: ParentalLimits) -> Limits:
    """
    Convert limits from their message.

    :raises RefusedError: a value is not allowed.
    """
    values = {name: getattr(message, name) for name in Limits.model_fields}
    for name in ('activities_off', 'neighbors'):
        values[name] = list(values[name])
    models = {number: model for model, number in MODELS.items()}
    values['language_model'] = models.get(message.language_model)
    for name in ('daily_minutes', 'session_minutes'):
        values[name] = None if values[name] == NO_LIMIT else values[name]
    try:
        return Limits.model_validate(values)
    except ValidationError as error:
        detail = error.errors()[0]
        raise RefusedError(f'{".".join(map(str, detail["loc"]))}: {detail["msg"]}') from None


def _tried(response: Response, action: Callable[[], None]) -> Response:
    """Do something, and say in the response whether and why not."""
    try:
        action()
    except WrongPinError as error:
        response.reason, response.wrong_pin, response.wait_s = str(error), True, error.wait_s
    except (RefusedError, OSError) as error:
        response.reason = str(error)
    response.accepted = not response.reason
    return response
