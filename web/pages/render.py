"""Templates to responses. All words come from the locales, all addresses of files from `static_url`."""

from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from hub.people.actor import Actor
from web import auth, csrf, i18n
from web.pages.static import modules, static_url
from web.pages.words import raw
from web.refusals import refusal_text

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": i18n.day, "time": i18n.time_of_day, "media_time": i18n.media_time}
    made.filters |= {"weekday": i18n.weekday, "month": i18n.month, "iso_day": i18n.iso_day}
    made.globals |= {"static": static_url, "icon": icon, "modules": modules}
    return made


def icon(name: str, extra: str = "") -> Markup:
    """A sign from the sprite; always beside a word, so hidden from screen readers."""
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        extra, static_url("img/icons.svg"), name
    )


environment: Final = _environment()


def page(
    request: HTTPConnection, template: str, actor: Actor | None, status: int = 200, **context: Any
) -> HTMLResponse:
    """The page as the reader may see it, in the reader's language. `actor` is None before sign-in."""
    locale = i18n.locale_of(request)
    text = environment.get_template(template).render(
        locale=locale,
        t=partial(i18n.translate, locale),
        refusal_text=partial(refusal_text, locale),
        raw=raw(locale).__getitem__,
        other_locale="en" if locale == "vi" else "vi",
        here=request.url.path,
        actor=actor,
        csrf=partial(csrf.csrf_token, request),
        **context,
    )
    response = HTMLResponse(text, status)
    if actor is not None:
        auth.renew(request, response)
    return response
