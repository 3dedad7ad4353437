"""Checks what programs ask for, before anything is done about it."""

from collections.abc import Mapping

from pydantic import ValidationError

from phoenix_activities.engine.activity import Activity


class RequestRefusedError(ValueError):
    """A program asks for what there is not; the text names the activity, the slot and the rule."""


def check_request(activities: Mapping[str, Activity], name: str, slots: Mapping[str, str]) -> None:
    """
    Check the request for an activity.

    :raises RequestRefusedError: there is no such activity, or a slot does not fit.
    """
    if name not in activities:
        known = ', '.join(sorted(activities))
        raise RequestRefusedError(f'no activity {name!r}; known: {known}')
    try:
        activities[name].request_slots.model_validate(dict(slots))
    except ValidationError as error:
        # Without the values: they may be what a person said.
        mistakes = '; '.join(
            f'{".".join(map(str, one["loc"]))}: {one["msg"]}' for one in error.errors()
        )
        raise RequestRefusedError(f'{name}: {mistakes}') from None
