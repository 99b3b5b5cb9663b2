"""What a viewer is told of an ad that they were shown: gathered from its receipt, its records and the names it needs."""

from zoneinfo import ZoneInfo

from lodestone.console.because import Subject
from lodestone.console.names import people_names
from lodestone.console.speech import Speech
from lodestone.console.viewer.post_reads import domain_names
from lodestone.console.why_ad import AdFacts, AdTold, ad_told
from lodestone.console.words import Words
from lodestone.services import ad_cases, use_cases
from lodestone.services.ads.matches import Match
from lodestone.services.community.community import Engine


def ad_of(engine: Engine, words: Words, subject: Subject, viewer: str) -> AdTold:
    """Say why an ad stands in a slot of the viewer's own decision; asks records and log, so it is called in a thread.

    Args:
        engine: The community's.
        words: The reader's.
        subject: The slot, a paid one.
        viewer: Whose decision it is.
    """
    reasons, shown, community = subject.told, subject.shown, engine.community
    assert reasons.ad is not None
    decision = use_cases.receipts(engine).decision(reasons.receipt_id)
    origin = ad_cases.ad_matches(engine).of(decision, reasons.ad.ad_id, engine.now())
    facts = AdFacts(
        note=reasons.ad,
        origin=origin,
        names={} if origin is None else _names(engine, origin.matches),
        author=shown.author,
        author_id=shown.author_id,
        by_deeds=reasons.personalised,
        personalised=use_cases.stored(engine).person(viewer).given.consent.personalisation,
    )
    return ad_told(Speech(words, ZoneInfo(community.zone), community.currency), facts)


def _names(engine: Engine, matches: tuple[Match, ...]) -> dict[str, str]:
    """Return what the domains and people are called that matches name, by id."""
    domains = {n for m in matches if m.asks in ("place", "channel", "profession") for n in m.names}
    creators = {n for m in matches if m.asks == "creator" for n in m.names}
    return domain_names(engine, domains) | people_names(engine, creators)
