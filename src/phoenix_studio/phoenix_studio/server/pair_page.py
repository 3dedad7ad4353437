"""The page on which another device gives its code: without a script, since nobody is in yet."""

import math
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from phoenix_studio.server.access import Access
from phoenix_studio.server.guard import PAIR
from phoenix_studio.server.pairing import Pairing
from phoenix_studio.server.refusals import Refusals

LONGEST_FORM = 200  # bytes
# Of no-referrer, browsers would hide from where the form comes.
HEADERS = {'cache-control': 'no-store', 'referrer-policy': 'same-origin'}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Phoenix</title>
</head>
<body>
<main>
<h1>Phoenix</h1>
<p role="alert">{problem}</p>
<form method="post">
<p><label for="code">The code that the terminal of the toy shows<br>
<span lang="de">Der Code, den das Terminal des Spielzeugs zeigt</span></label></p>
<p><input id="code" name="code" inputmode="numeric" autocomplete="off" required autofocus>
<button>OK</button></p>
</form>
</main>
</body>
</html>
"""
WRONG = 'That is not the code. <span lang="de">Das ist nicht der Code.</span>'
WAIT = 'Too many wrong codes: wait {0} s. <span lang="de">Bitte {0} s warten.</span>'


def pair_route(access: Access, pairing: Pairing, refusals: Refusals, entered: str) -> Route:
    """
    Return the route of the page.

    :param entered: what a browser is shown that has got its session.
    """

    async def pair(request: Request) -> Response:
        if request.method != 'POST':
            return HTMLResponse(PAGE.format(problem=_wait(pairing)), headers=HEADERS)
        if pairing.accepts(await _code(request)):
            response = HTMLResponse(entered, headers=HEADERS)
            access.give(response, access.new_session())
            return response
        refusals.note('a wrong pairing code')
        problem = _wait(pairing) or WRONG
        return HTMLResponse(PAGE.format(problem=problem), 403, HEADERS)

    return Route(PAIR, pair, methods=['GET', 'POST'])


def _wait(pairing: Pairing) -> str:
    wait_s = math.ceil(pairing.wait_s)
    return WAIT.format(wait_s) if wait_s else ''


async def _code(request: Request) -> str:
    body = b''
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    return parse_qs(body.decode(errors='replace')).get('code', [''])[0]
