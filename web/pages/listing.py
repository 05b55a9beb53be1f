"""What pages that list records share: days in their addresses, and the list as a workbook."""

import asyncio
from datetime import date

from starlette.responses import Response

from hub.cases.errors import Refusal
from web import xlsx


def day_asked(field: str, text: str) -> date | None:
    """The day that an address names; None for none. Raises Refusal("data_bad") for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Refusal("data_bad", field=field) from error


async def workbook_answer(sheet: xlsx.Sheet, name: str) -> Response:
    """A long list to be saved as `name`.xlsx; nobody on the way keeps it."""
    content = await asyncio.to_thread(xlsx.long_sheet, sheet)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=xlsx.TYPE, headers=headers)
