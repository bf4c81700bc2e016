"""Writing a message: its draft, saved while one types, and the version it becomes."""

from django.contrib import messages as notes
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tidings.kernel.errors import TidingsError
from tidings.messaging import drafts
from tidings.messaging.actions import WRITTEN
from tidings.messaging.compose import compose
from tidings.messaging.errors import DraftChanged
from tidings.messaging.files import attached_to
from tidings.messaging.formats.mjml import compile_mjml
from tidings.messaging.formats.sameness import show_the_same
from tidings.messaging.models import Draft, Message, Version
from tidings.messaging.queries import find, find_version
from tidings.web.block_editor import NAMES, Done, blocks_in, posted, press, rows_of, source_of
from tidings.web.forms import attempt, with_our_line_ends
from tidings.web.message_forms import DraftForm, NewForm
from tidings.web.pictures import offered
from tidings.web.placeholders import picker
from tidings.web.previews import Panel, panel_for
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

FIELDS = {"preheader": "preview_text", "preview text": "preview_text"}
EDITORS = ("edit", "visual")  # of an MJML source
NUMBER_DIGITS = 9  # what surely fits in the columns


def new(request: OperatorRequest) -> HttpResponse:
    """The form for a new message; what comes next is its draft."""
    first = {"purpose": Message.Purpose.MARKETING, "start": "empty:markdown"}
    form = NewForm(request.POST or None, initial=first)
    if draft := attempt(form, lambda: _begin(form, request)):
        return redirect("web:message-edit", draft.message_id)
    return render(request, "web/messages/new.html", {"form": form})


def _begin(form: NewForm, request: OperatorRequest) -> Draft:
    about = {field: form.cleaned_data[field] for field in ("name", "purpose", "language")}
    return drafts.begin(**about, start=form.chosen(), by=request.user)


def edit(request: OperatorRequest, pk: int) -> HttpResponse:
    """The draft; what is posted is stored as draft first, so that what is refused as a version isn't lost."""
    message = find(pk)
    if request.method != "POST":
        draft = drafts.current(message)
        return _page(request, message, DraftForm(initial=drafts.written_in(draft)), _state(draft))
    form = DraftForm(request.POST)
    saved, theirs = _save(message, form, request)
    if saved and ("keep" in request.POST or "blocks" in request.POST):
        return redirect("web:message-edit", message.pk)
    if saved and (editor := request.POST.get("act")) in EDITORS:
        return redirect(f"web:message-{editor}", message.pk)
    if saved and (version := _save_version(message, saved, form, request)):
        notes.success(
            request, f"Version {version.number} is saved. Sendouts of earlier versions stay as they are."
        )
        return redirect("web:message", message.pk)
    return _page(request, message, form, _state(saved, theirs, form))


@require_safe
def visual(request: OperatorRequest, pk: int) -> HttpResponse:
    """The draft of an MJML message, to be changed where one sees it; nothing is stored by opening it."""
    message = find(pk)
    draft = drafts.current(message)
    if draft.format != Version.Format.MJML:
        return redirect("web:message-edit", pk)
    form = DraftForm(initial=drafts.written_in(draft))
    return _page(request, message, form, _state(draft) | {"is_visual": True})


@require_POST
def visual_check(request: OperatorRequest) -> JsonResponse:
    """Why the visual editor would harm a source, as the empty text if it wouldn't."""
    source, kept = (with_our_line_ends(request.POST.get(name, "")) for name in ("source", "kept"))
    try:
        is_kept = show_the_same(compile_mjml(source), compile_mjml(kept))
    except TidingsError as error:
        return JsonResponse({"problem": str(error)})
    return JsonResponse({"problem": "" if is_kept else "It holds something that would be lost or changed."})


def _save(message: Message, form: DraftForm, request: OperatorRequest) -> tuple[Draft | None, Draft | None]:
    """The draft as the form says it, if it could be stored, and the one of somebody else that is in the way."""
    if not form.is_valid():
        return None, None
    written = {field: form.cleaned_data[field] for field in WRITTEN if field in form.cleaned_data}
    written["attachments"] = _attachments(request)
    if written["format"] == Version.Format.BLOCKS:
        written["source"] = source_of(_pressed(request).blocks)
    revision = _number(request, "keep") or form.cleaned_data["revision"]
    try:
        return drafts.save(message, written, revision=revision, by=request.user), None
    except DraftChanged:
        return None, drafts.current(message)


def _save_version(
    message: Message, draft: Draft, form: DraftForm, request: OperatorRequest
) -> Version | None:
    """The version; None if the draft can't be one, which the field that is to blame then says."""
    try:
        return drafts.save_version(message, revision=draft.revision, by=request.user)
    except TidingsError as error:
        form.add_error(_field_of(error, form), str(error))
        return None


def _state(
    saved: Draft | None, theirs: Draft | None = None, form: DraftForm | None = None
) -> dict[str, object]:
    """What became of the last save, and the revision that the next one builds on."""
    given = form["revision"].value() if form else 0
    revision = saved.revision if saved else given
    return {"saved": saved if revision else None, "theirs": theirs, "revision": revision, "form": form}


def _page(
    request: OperatorRequest, message: Message, form: DraftForm, state: dict[str, object]
) -> HttpResponse:
    newest = message.versions.order_by("-number").values_list("number", flat=True).first()
    draft = drafts.current(message)
    if request.method == "POST":
        # As they were typed and checked, also if nothing could be stored.
        draft.attachments, blocks = _attachments(request), posted(request.POST)
    else:
        blocks = blocks_in(draft.source)
    context = {
        "message": message,
        "draft": draft,
        "newest": newest,
        "picker": picker(),
        "pictures": offered(draft.format),
        "attached": attached_to(draft),
        "rows": rows_of(blocks),
        "kinds": NAMES,
    }
    return render(request, "web/messages/edit.html", state | context | {"form": form})


def _field_of(error: TidingsError, form: DraftForm) -> str | None:
    """The field that is to blame."""
    part = str(error.facts.get("part", ""))
    field = "source" if part in Version.Format.values else FIELDS.get(part, part)
    return field if field in form.fields else None


@require_POST
def autosave(request: OperatorRequest, pk: int) -> HttpResponse:
    """Stores the draft while it is written; the answer says so, or that somebody else saved another one."""
    form = DraftForm(request.POST)
    saved, theirs = _save(find(pk), form, request)
    return render(request, "web/messages/_draft_state.html", _state(saved, theirs, form))


@require_POST
def blocks(request: OperatorRequest, pk: int) -> HttpResponse:
    """The blocks after a button was pressed, with what was typed; the draft is saved by what the form does next."""
    done = _pressed(request)
    context = {
        "message": find(pk),
        "rows": rows_of(done.blocks),
        "kinds": NAMES,
        "focus": done.focus,
        "said": done.said,
        "before": source_of(posted(request.POST)) if done.said else None,
    }
    response = render(request, "web/messages/_blocks.html", context)
    response["HX-Trigger"] = "added"
    return response


def _pressed(request: OperatorRequest) -> Done:
    """The blocks that are posted, after the button that was pressed, if one was."""
    button = request.POST.get("blocks", "")
    if button == "undo":
        return Done(blocks_in(request.POST.get("undo", "")), "Undone.")
    there = posted(request.POST)
    return press(there, button) if button else Done(there, "")


@require_POST
def restore(request: OperatorRequest, pk: int) -> HttpResponse:
    """What an old version says becomes the draft."""
    message = find(pk)
    version = find_version(message.pk, _number(request, "version"))
    try:
        drafts.restore(version, revision=drafts.current(message).revision, by=request.user)
        notes.success(request, f"The draft says what version {version.number} says.")
    except TidingsError as error:
        notes.error(request, str(error))
    return redirect("web:message-edit", pk)


@require_POST
def discard(request: OperatorRequest, pk: int) -> HttpResponse:
    """Throws the draft away."""
    message = find(pk)
    try:
        drafts.discard(message, revision=_number(request, "revision"), by=request.user)
        notes.success(request, "The draft is gone. The versions stayed.")
    except TidingsError as error:
        notes.error(request, str(error))
    return redirect("web:message", pk)


def _attachments(request: OperatorRequest) -> list[int]:
    """The ids of the files that are checked."""
    given = request.POST.getlist("attachments")
    return [int(one) for one in given if one.isdecimal() and len(one) <= NUMBER_DIGITS]


def _number(request: OperatorRequest, name: str) -> int:
    """A number that a button of ours sent; 0, which is none, for anything else."""
    given = request.POST.get(name, "")
    return int(given) if given.isdecimal() and len(given) <= NUMBER_DIGITS else 0


@require_POST
def preview(request: OperatorRequest) -> HttpResponse:
    """The panel for what isn't saved yet."""
    form = DraftForm(request.POST)
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in WRITTEN if name in form.fields}
    if given["format"] == Version.Format.BLOCKS:
        given["source"] = source_of(posted(request.POST))
    version = Version(message=Message(name="Draft"), number=0, **given)
    try:
        composed = compose(version, "")
    except TidingsError as error:
        panel = Panel(problem=str(error))
    else:
        version.html, version.text = composed.html, composed.text
        panel = panel_for(version, request.POST)
    return render(request, "web/messages/_panel.html", {"panel": panel})


urls = [
    page("messages/new/", new, "message-new"),
    page("messages/preview/", preview, "message-preview"),
    page("messages/<int:pk>/edit/", edit, "message-edit"),
    page("messages/<int:pk>/visual/", visual, "message-visual"),
    page("messages/visual/check/", visual_check, "message-visual-check"),
    page("messages/<int:pk>/draft/", autosave, "message-draft"),
    page("messages/<int:pk>/blocks/", blocks, "message-blocks"),
    page("messages/<int:pk>/restore/", restore, "message-restore"),
    page("messages/<int:pk>/discard/", discard, "message-discard"),
]
