"""Why a post is shown with a warning: a few reasons, which its author reads in both languages, and the moderator's own sentence."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.console.words import Words

OWN_MAX: Final = 300
"""Characters of the moderator's own sentence."""
REASONS: Final[Mapping[str, Callable[[Words], str]]] = {
    "upsetting": lambda words: words.say("It shows what may upset people."),
    "dangerous": lambda words: words.say("It shows what is dangerous to imitate."),
    "disputed": lambda words: words.say("What it claims is disputed or not proven."),
    "advertising": lambda words: words.say("It advertises without saying so."),
    "outdated": lambda words: words.say("It is out of date."),
    "spoiler": lambda words: words.say("It gives away how something ends."),
}


def options(words: Words) -> tuple[tuple[str, str], ...]:
    """Return every reason with its sentence in the moderator's language."""
    return tuple((name, sentence(words)) for name, sentence in REASONS.items())


def note_of(reason: str, own: str, languages: Iterable[Words]) -> str:
    """Return what the author reads: the reason in every language of the pages, then the moderator's own sentence.

    Args:
        reason: One of `REASONS`; empty for none.
        own: As typed, empty for nothing.
        languages: The words of each language.

    Raises:
        InvalidError: `reason_invalid`, `note_long`.
    """
    if reason and reason not in REASONS:
        problem = Problem("reason", f"is one of {', '.join(REASONS)}")
        raise InvalidError("reason_invalid", f"reason {problem.problem}.", (problem,))
    if len(own) > OWN_MAX:
        problem = Problem("note", f"has at most {OWN_MAX} characters beside a reason")
        raise InvalidError("note_long", f"note {problem.problem}.", (problem,))
    said = [REASONS[reason](words) for words in languages] if reason else []
    return "\n".join(filter(None, (" ".join(said), own)))
