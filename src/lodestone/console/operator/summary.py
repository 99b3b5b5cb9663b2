"""The window's first sentence: whether traffic has value, whether people stay, whether promises are kept."""

from lodestone.console.charts import percent
from lodestone.console.operator.efficiency import total_of
from lodestone.console.operator.figures import Figures
from lodestone.console.operator.retained import pooled
from lodestone.console.speech import Speech


def summary(figures: Figures, speech: Speech) -> str:
    """Say the dual LIU and the state of the promises in one sentence."""
    say, parts = speech.words.say, []
    total = total_of([row for row in figures.liu.liu.days if row.day >= figures.first])
    if total is None:
        parts.append(say("Nobody has been shown anything in these days"))
    else:
        value = speech.money(total.efficiency_micros)
        parts.append(say("A thousand impressions bring {value}", {"value": value}))
    back = pooled(figures.liu.liu.retained.active, 1)
    if back is not None:
        share = percent(back[0] / back[1], 2)
        parts.append(say("{share} of newcomers are back the next day", {"share": share}))
    if figures.promises:
        parts.append(_promises(figures, speech))
    return say("; ").join(parts) + say(".")


def _promises(figures: Figures, speech: Speech) -> str:
    kept, count = sum(row.kept for row in figures.promises), len(figures.promises)
    if kept == count:
        return speech.words.count("the one promise is kept", "all {n} promises are kept", count)
    return speech.words.say("{kept} of {n} promises are kept", {"kept": kept, "n": count})
