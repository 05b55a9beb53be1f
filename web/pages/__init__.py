"""The pages: what a person or a room opens in a browser. Thin routes; words and looks are in templates."""

from fastapi import APIRouter

from web.pages import (
    attendance,
    calendar,
    case_directives,
    case_intake,
    case_life,
    case_list,
    case_papers,
    case_vault,
    cases,
    check,
    console,
    directives,
    home,
    imports,
    inbox,
    letter_box,
    looks,
    lookup,
    notice,
    paper_templates,
    phones,
    plan,
    plan_parts,
    points,
    room,
    sessions,
    sign_in,
    static,
    timeline,
    unit_change,
    units,
    wall_page,
)
from web.pages.errors import error_page

__all__ = ["error_page", "router"]

router = APIRouter(include_in_schema=False)
# `calendar` and `plan` before `console`: their fixed paths would else be taken for a session's id.
PLANNING = (calendar, plan, plan_parts, notice)
VAULT = (case_vault, letter_box, lookup, looks)
# `imports` and `case_intake` before `cases`: their fixed paths would else be taken for a case's id.
LISTS = (case_list, imports)
PAPERS = (case_intake, case_papers, paper_templates)
ROOMS = (check, wall_page, phones, attendance)
# `unit_change` first: its fixed paths would else be taken for a unit's id.
UNITS = (unit_change, units)
RECORDS = (*LISTS, *PAPERS, directives, case_directives, case_life, *VAULT, cases)
SESSIONS = (sessions, *PLANNING, console, *ROOMS, timeline)
for _module in (home, inbox, sign_in, *SESSIONS, *RECORDS, points, room, *UNITS, static):
    router.include_router(_module.router)
