"""Reading a body with a limit, while it comes in."""

from starlette.requests import Request

from web.errors import BodyTooLarge


async def read_text(request: Request, limit: int) -> str | None:
    """The body as UTF-8; None when it is not. Raises BodyTooLarge at the first byte over `limit`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise BodyTooLarge
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
