"""What the requests of the pages are made of, and how one is refused."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Form(BaseModel):
    """Base of what a page sends: only declared fields, and values of exactly that type."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True)


def refused(reason: str) -> dict[str, Any]:
    """Return the answer to a request that is refused."""
    return {'accepted': False, 'reason': reason}
