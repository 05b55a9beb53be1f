"""What planners write for others to read, without whom the vault keeps in the cases it is about: the files
they ask for.
"""

from sqlalchemy import select

from hub.cases.desk import Desk
from hub.cases.mask import masked
from hub.reception.models import TITLE_LENGTH, FileRequest


async def unname_files(desk: Desk, case_id: str) -> None:
    """The case became a denunciation: what files were asked for about it says no more who denounces."""
    names = await desk.sealed_names(case_id)
    for asked in await desk.session.scalars(select(FileRequest).where(FileRequest.case_id == case_id)):
        asked.what = masked(asked.what, names)[:TITLE_LENGTH]
