"""The policy's pages: the form with its dry run beside it, its versions, and the way back to one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import BusyError, ConflictError, InvalidError
from lodestone.base.list_page import number_after
from lodestone.base.wire import time_text
from lodestone.console.asking import HttpRequest, off_loop, speech_of
from lodestone.console.charts import Table
from lodestone.console.logging_in import Entered, entered, gate_of, refusals_of
from lodestone.console.operator.desk import (
    OPERATOR,
    Note,
    answer,
    onward,
    sent,
    trials_of,
)
from lodestone.console.operator.policy.described import differences
from lodestone.console.operator.policy.form import FIELDS_MAX, Typed, read_policy, typed_of
from lodestone.console.operator.policy.merge import merged
from lodestone.console.operator.policy.trial_view import trial_view
from lodestone.console.operator.policy.view import entry_groups, promise_entries
from lodestone.console.site import console
from lodestone.console.speech import Speech
from lodestone.insight.promises import PromiseOut
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.policy.dry_run import Progress
from lodestone.services.policy.dry_run_out import DryRunOut
from lodestone.services.policy.history import PolicyVersion
from lodestone.services.policy.policies import REASON_MAX, PolicyOut, named
from lodestone.services.policy.trials import Trial
from lodestone.traffic.presets import NAMES

PAGE: Final = "/operator/policy"
HISTORY: Final = "/operator/policy/history"
_VERSIONS: Final = 20
_FILE_ROWS: Final = 1000
_SMALL: Final = 8
"""Fields of the form that confirms a way back."""
TrialId = Annotated[str, PathParameter(description="A dry run's id.")]
VersionNumber = Annotated[int, PathParameter(ge=1, le=2**31 - 1, description="A version.")]


@dataclass(frozen=True, slots=True)
class _Desk:
    """One opened form."""

    who: Entered
    speech: Speech
    current: PolicyOut
    typed: Typed
    wrong: Mapping[str, str] = field(default_factory=dict)
    note: Note | None = None
    trial: Trial | None = None


@cache
def policy_routes() -> tuple[Any, ...]:
    """Make the routes."""
    refusals = refusals_of(OPERATOR)
    common: dict[str, Any] = {"include_in_schema": False, "exception_handlers": refusals}

    @get(PAGE, opt=ANYONE, **common)
    async def form(request: HttpRequest) -> Response[Any]:
        who = entered(request, OPERATOR)
        return await _show(request, await _opened(request, who))

    @post(PAGE, opt=FORM, **common, status_code=200)
    async def send(request: HttpRequest) -> Response[Any]:
        who, typed = await sent(request, FIELDS_MAX)
        if typed.get("do") == "publish":
            return await _publish(request, who, typed)
        return await _try(request, who, typed)

    @get(f"{PAGE}/trials/{{trial_id:str}}", opt=ANYONE, **common)
    async def trial(request: HttpRequest, trial_id: TrialId) -> Response[Any]:
        who = entered(request, OPERATOR)
        trial = trials_of(request).find(who.engine.community.id, trial_id)
        if not request.headers.get("x-part"):
            return onward(PAGE, trial=trial_id)
        context = {"trial": trial_view(trial, speech_of(request, who.engine))}
        return console(request.app.state).page(request, "operator/policy_trial.html", context)

    @get(HISTORY, opt=ANYONE, **common)
    async def history(request: HttpRequest) -> Response[Any]:
        return await _history(request, entered(request, OPERATOR))

    @get(f"{PAGE}/versions/{{version:int}}", opt=ANYONE, **common)
    async def version(request: HttpRequest, version: VersionNumber) -> Response[Any]:
        who = entered(request, OPERATOR)
        return await _version(request, who, version, {})

    @post(f"{PAGE}/rollback", opt=FORM, **common, status_code=200)
    async def rollback(request: HttpRequest) -> Response[Any]:
        who, typed = await sent(request, _SMALL)
        return await _rollback(request, who, typed)

    return (form, send, trial, history, version, rollback)


async def _opened(request: HttpRequest, who: Entered) -> _Desk:
    """Return the form as its address wants it: of a trial, a preset, or what is in force."""
    policies, asked = use_cases.policies(who.engine), request.query_params
    current, speech = await off_loop(request, policies.current), speech_of(request, who.engine)
    desk = _Desk(who, speech, current, typed_of(current.policy))
    if asked.get("trial"):
        trial = trials_of(request).find(who.engine.community.id, asked["trial"])
        desk = replace(desk, typed=trial.typed, trial=trial)
        return await _caught_up(request, desk, trial.based_on)
    if asked.get("preset"):
        preset = named(asked["preset"])
        text = speech.words.say(
            "The preset “{name}” stands in the form; it is not in force.", {"name": preset.name}
        )
        desk = replace(desk, typed=typed_of(preset), note=Note(text, good=True))
    return desk


async def _caught_up(request: HttpRequest, desk: _Desk, based_on: int) -> _Desk:
    """Bring a form that was made from an older version to the one in force, and say what that changed."""
    current, say = desk.current, desk.speech.words.say
    if based_on == current.version:
        return desk
    versions = await off_loop(request, use_cases.policies(desk.who.engine).versions)
    base = next(
        (version.policy for version in versions if version.version == based_on), current.policy
    )
    text = say(
        "Somebody published version {n} meanwhile. What you typed is kept; where you had typed nothing, theirs stands now. Nothing has been published by you.",
        {"n": current.version},
    )
    more = tuple(differences(base, current.policy, desk.speech))
    return replace(desk, typed=merged(desk.typed, base, current.policy), note=Note(text, more=more))


async def _desk_of(request: HttpRequest, who: Entered, typed: Typed) -> tuple[_Desk, bool]:
    """Return the form that was sent, and whether it was made from the version in force."""
    policies = use_cases.policies(who.engine)
    current, speech = await off_loop(request, policies.current), speech_of(request, who.engine)
    based_on = _number(typed.get("based_on", ""))
    desk = await _caught_up(request, _Desk(who, speech, current, typed), based_on)
    return desk, based_on == current.version


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def _try(request: HttpRequest, who: Entered, typed: Typed) -> Response[Any]:
    desk, fresh = await _desk_of(request, who, typed)
    proposed, wrong = read_policy(desk.typed, desk.current.policy, desk.speech)
    if proposed is None or not fresh:
        return await _show(request, _refused(desk, wrong), status=400 if wrong else 409)
    run, threads = use_cases.dry_run(who.engine, proposed), use_cases.threads(who.engine)

    async def work(progress: Progress) -> DryRunOut:
        return await threads.long(run.run, progress)

    trial = Trial(
        id=gate_of(request).logins.word(), begun=who.engine.now(), based_on=desk.current.version,
        proposed=proposed, typed=desk.typed,
    )  # fmt: skip
    try:
        trials_of(request).begin(who.engine.community.id, trial, work)
    except BusyError:
        text = desk.speech.words.say(
            "Other dry runs have not ended yet. What you typed is kept; try again in a moment."
        )
        return await _show(request, replace(desk, note=Note(text)), status=429)
    return onward(PAGE, trial=trial.id)


def _refused(desk: _Desk, wrong: Mapping[str, str]) -> _Desk:
    """Return the form with what is wrong beside its fields, and how many there are above them."""
    if not wrong:
        return replace(desk, wrong=wrong)
    text = desk.speech.words.count(
        "{n} field does not fit; it says why. Nothing was changed, and what you typed is kept.",
        "{n} fields do not fit; each says why. Nothing was changed, and what you typed is kept.",
        len(wrong),
    )
    return replace(desk, wrong=wrong, note=desk.note or Note(text))


async def _publish(request: HttpRequest, who: Entered, typed: Typed) -> Response[Any]:
    desk, fresh = await _desk_of(request, who, typed)
    proposed, wrong = read_policy(desk.typed, desk.current.policy, desk.speech)
    say, reason = desk.speech.words.say, typed.get("reason", "").strip()
    if not reason or len(reason) > REASON_MAX or not reason.isprintable():
        wrong["reason"] = say(
            "Say in one line why, in at most {n} characters: it stands in the history.",
            {"n": REASON_MAX},
        )
    if proposed is None or wrong or not fresh:
        return await _show(request, _refused(desk, wrong), status=400 if wrong else 409)
    if proposed == desk.current.policy:
        note = Note(say("Nothing differs from what is in force, so nothing was published."))
        return await _show(request, replace(desk, note=note), status=400)
    try:
        made = await use_cases.policies(who.engine).put(
            proposed, based_on=desk.current.version, reason=reason
        )
    except ConflictError:
        desk, _ = await _desk_of(request, who, typed)
        return await _show(request, desk, status=409)
    except InvalidError as error:
        return await _show(request, replace(desk, note=Note(error.message)), status=400)
    return onward(HISTORY, published=str(made.version))


async def _show(request: HttpRequest, desk: _Desk, *, status: int = 200) -> Response[Any]:
    """Answer with the form."""
    engine, speech, current = desk.who.engine, desk.speech, desk.current
    delivered = await off_loop(request, request.app.state["reports"](engine).promises)
    context = {
        **_fields(desk, delivered),
        "note": desk.note,
        "version": current.version,
        "policy_name": current.policy.name,
        "since": speech.moment(datetime.fromisoformat(current.created_at), seconds=False),
        "presets": NAMES,
        "reason": desk.typed.get("reason", ""),
        "reason_max": REASON_MAX,
        "trial": None if desk.trial is None else trial_view(desk.trial, speech),
        "changes": _changes(desk),
        "latest": [
            trial_view(trial, speech)
            for trial in trials_of(request).latest(engine.community.id)
            if desk.trial is None or trial.id != desk.trial.id
        ],
    }
    return await answer(request, desk.who, "policy", "policy.html", context, status=status)


def _fields(desk: _Desk, delivered: list[PromiseOut]) -> Mapping[str, object]:
    typed, wrong, policy, speech = desk.typed, desk.wrong, desk.current.policy, desk.speech
    return {
        "groups": entry_groups(typed, wrong, policy, speech),
        "promises": promise_entries(typed, wrong, policy, delivered, speech),
        "name": typed.get("name", ""),
        "wrong": wrong,
    }


def _changes(desk: _Desk) -> list[str]:
    """Say what of the form differs from what is in force; nothing while the form does not fit."""
    proposed, _ = read_policy(desk.typed, desk.current.policy, desk.speech)
    if proposed is None:
        return []
    return differences(desk.current.policy, proposed, desk.speech)


@dataclass(frozen=True, slots=True)
class _Row:
    """One version of the history."""

    version: int
    name: str
    when: str
    who: str
    reason: str
    changes: tuple[str, ...]
    current: bool


async def _history(request: HttpRequest, who: Entered) -> Response[Any]:
    speech, asked = speech_of(request, who.engine), request.query_params
    history = use_cases.policy_history(who.engine)
    before = number_after(
        asked.get("before") or None, "before", cure="use the address of the page before, unchanged"
    )
    (versions, more), keys, current = await off_loop(
        request,
        lambda: (
            history.page(_VERSIONS, before),
            history.keys(),
            use_cases.policies(who.engine).current().version,
        ),
    )
    say, published = speech.words.say, _number(asked.get("published", ""))
    text = say("Version {n} is in force. The next feed is decided by it.", {"n": published})
    context = {
        "note": Note(text, good=True) if published == current else None,
        "rows": [_row(version, keys, current, speech) for version in versions],
        "older": None if more is None else f"?before={more}",
        "current": current,
    }
    return await answer(request, who, "policy", "policy_history.html", context)


async def history_table(request: HttpRequest, who: Entered) -> Table:
    """Write every version as it goes into a file, the newest first."""
    speech, history = speech_of(request, who.engine), use_cases.policy_history(who.engine)
    (versions, _), keys = await off_loop(
        request, lambda: (history.page(_FILE_ROWS, None), history.keys())
    )
    say, rows = speech.words.say, [_row(version, keys, 0, speech) for version in versions]
    head = (
        say("Version"),
        say("Name"),
        say("Time"),
        say("By whom"),
        say("Why"),
        say("What was changed"),
    )
    return Table(
        head,
        tuple(
            (
                str(row.version),
                row.name,
                time_text(made.created),
                row.who,
                row.reason,
                " ".join(row.changes),
            )
            for row, made in zip(rows, versions, strict=True)
        ),
    )


def _row(version: PolicyVersion, keys: Mapping[str, str], current: int, speech: Speech) -> _Row:
    say, policy = speech.words.say, version.policy
    first = (say("The first version."),)
    changes = (
        first if version.before is None else tuple(differences(version.before, policy, speech))
    )
    who = keys.get(version.key_id) or say("an operator's key, {id}", {"id": version.key_id})
    if not version.key_id:
        who = say("came with the community")
    return _Row(
        policy.version, policy.name, speech.moment(version.created, seconds=False), who, version.reason,
        changes or (say("Nothing differs from the version before."),), policy.version == current,
    )  # fmt: skip


async def _version(
    request: HttpRequest, who: Entered, version: int, typed: Typed, *, wrong: str = "",
    status: int = 200, note: Note | None = None,
) -> Response[Any]:  # fmt: skip
    """Answer with the page that asks whether to go back to a version."""
    speech = speech_of(request, who.engine)
    versions = await off_loop(request, use_cases.policies(who.engine).versions)
    current = versions[0]
    wanted = next((record for record in versions if record.version == version), None)
    if wanted is None:
        return onward(HISTORY)
    context = {
        "note": note, "version": version, "policy_name": wanted.policy.name,
        "current": current.version, "wrong": wrong, "reason_max": REASON_MAX,
        "reason": typed.get("reason", ""),
        "changes": differences(current.policy, wanted.policy, speech),
    }  # fmt: skip
    here = f"{PAGE}/versions/{version}"
    return await answer(
        request, who, "policy", "policy_version.html", context, here=here, status=status
    )


async def _rollback(request: HttpRequest, who: Entered, typed: Typed) -> Response[Any]:
    say = speech_of(request, who.engine).words.say
    version, reason = _number(typed.get("version", "")), typed.get("reason", "").strip()
    if not reason or len(reason) > REASON_MAX or not reason.isprintable():
        wrong = say(
            "Say in one line why, in at most {n} characters: it stands in the history.",
            {"n": REASON_MAX},
        )
        return await _version(request, who, version, typed, wrong=wrong, status=400)
    based_on = _number(typed.get("based_on", ""))
    try:
        made = await use_cases.policies(who.engine).rollback(
            version, based_on=based_on, reason=reason
        )
    except ConflictError:
        note = Note(
            say(
                "Somebody published another version meanwhile. Nothing was changed; what going back would change now stands below."
            )
        )
        return await _version(request, who, version, typed, note=note, status=409)
    return onward(HISTORY, published=str(made.version))
