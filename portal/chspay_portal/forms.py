"""Forms sent back: from the sign-in they were shown to, done once, and shown again when refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chspay_core.errors import Fault
from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal import reasons
from chspay_portal.frame import to_sign_in
from chspay_portal.gateway import Refused, refused
from chspay_portal.pages.errors import code_line
from chspay_portal.portal import Visit, visit_of
from chspay_portal.sessions import Draft, Session

#: Does what a form asks for and answers the address to go on to.
Work = Callable[[Visit, FormData], Awaitable[str]]
#: Where among the values of a refused form the address of its page stands.
AT = "form-at"


async def posted(request: Request, back: str, work: Work) -> Response:
    """Does ``work``; what is refused goes back to the page of the form with what was typed.

    :param back: address of the page that shows the form.
    """
    visit = visit_of(request)
    if visit is None:
        return to_sign_in(request)
    async with request.form(max_files=20, max_fields=400) as form:
        try:
            if not visit.session.sent_by(text(form, "csrf")):
                raise refused(Fault(reasons.FORM_STALE), HTTPStatus.FORBIDDEN)
            onward = await work(visit, form)
        except Refused as error:
            values = {
                name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"
            }
            visit.session.draft = Draft(values | {AT: back}, error.code, error.detail)
            onward = back
    return RedirectResponse(onward, HTTPStatus.SEE_OTHER)


class Again:
    """What a form is shown with: what was typed before it was refused, and why it was.

    :param at: address of this page; a draft of another one is dropped.
    """

    def __init__(self, session: Session, at: str) -> None:
        draft = session.take_draft()
        self._draft = draft if draft is not None and draft.values.get(AT) == at else None
        self._csrf = session.csrf

    def typed(self, name: str) -> str:
        """What stood in a field."""
        return self._draft.values.get(name, "") if self._draft else ""

    def told(self) -> Safe:
        """Why it was refused."""
        if self._draft is None:
            return join()
        return tag(
            "div", tag("p", self._draft.detail), code_line(self._draft.code), cls="alert", role="alert"
        )

    def form(self, action: str, *parts: Part, button: str, files: bool = False, second: bool = False) -> Safe:
        """A form of ours."""
        return tag(
            "form",
            tag("input", type="hidden", name="csrf", value=self._csrf),
            *parts,
            tag("p", tag("button", button, cls="plain" if second else "main")),
            method="post",
            action=action,
            enctype="multipart/form-data" if files else None,
        )

    def line(
        self, name: str, label: str, told: Part = "", *, value: str = "", required: bool = False
    ) -> Safe:
        """A field of one line."""
        box = tag(
            "input", id=name, name=name, autocomplete="off", maxlength=200, required=required,
            value=self.typed(name) or value or None, aria_describedby=f"{name}-help" if told else None,
        )  # fmt: skip
        return _field(name, label, box, told)

    def paragraph(self, name: str, label: str, told: Part = "", *, value: str = "", rows: int = 4) -> Safe:
        """A field of several lines."""
        box = tag(
            "textarea", self.typed(name) or value, id=name, name=name, rows=rows, maxlength=4000,
            required=True,
            aria_describedby=f"{name}-help" if told else None,
        )  # fmt: skip
        return _field(name, label, box, told)

    def choice(self, name: str, label: str, options: Sequence[tuple[str, str]]) -> Safe:
        """One of several."""
        typed = self.typed(name)
        shown = [tag("option", word, value=code, selected=code == typed) for code, word in options]
        return _field(name, label, tag("select", *shown, id=name, name=name), "")

    def box(self, name: str, value: str, label: str, *, required: bool = False) -> Safe:
        """Something to tick."""
        box = tag("input", type="checkbox", name=name, value=value, required=required)
        return tag("label", box, " ", label, cls="tick")


def hidden(name: str, value: str) -> Safe:
    """A value the form carries along."""
    return tag("input", type="hidden", name=name, value=value)


def text(form: FormData, name: str) -> str:
    """The text of a field."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def texts(form: FormData, name: str) -> list[str]:
    """All that was ticked."""
    return [value for value in form.getlist(name) if isinstance(value, str) and value]


def uploads(form: FormData, name: str) -> list[UploadFile]:
    """The files that were chosen."""
    return [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename]


def _field(name: str, label: str, box: Safe, told: Part) -> Safe:
    more = tag("small", told, id=f"{name}-help") if told else ""
    return tag("div", tag("label", label, for_=name), box, more, cls="field")
