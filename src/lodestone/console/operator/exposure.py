"""Exposure: how evenly creators are shown, against the target and what chance alone would do."""

from dataclasses import dataclass
from typing import Final

from lodestone.console.charts import (
    Chart,
    Line,
    Note,
    Scale,
    Table,
    Tick,
    percent,
    readings_of,
    whole,
)
from lodestone.console.operator.answers import Empty, Section
from lodestone.console.operator.figures import Figures
from lodestone.console.speech import Speech
from lodestone.insight.exposure import ExposureReport, LorenzPoint

_TICKS: Final = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Level:
    """One value on a line from 0 to 1: where, how it is called, on which row its words stand."""

    at: float
    text: str
    look: str
    row: int
    anchor: str


def exposure_section(figures: Figures, speech: Speech) -> Section:
    """Say what the most shown tenth had, and show the whole curve."""
    say, report = speech.words.say, figures.exposure
    kicker = say("Exposure")
    if not report.impressions:
        return Section(
            "exposure",
            kicker,
            say("No creator has been shown in these days."),
            empties=(
                Empty(
                    say("How impressions are spread over creators will appear here as a curve."),
                    say("Open the feed and look at a few posts"),
                    "/",
                ),
            ),
        )
    answer = say(
        "The most shown tenth of creators had {share} of impressions.",
        {"share": percent(report.top_share, 2)},
    )
    detail = _judged(report, speech)
    if report.partial:
        detail = speech.joined(detail, say("The last of these days has not ended."))
    return Section("exposure", kicker, answer, detail, (lorenz(report, speech),))


def _judged(report: ExposureReport, speech: Speech) -> str:
    say = speech.words.say
    fields = {
        "gini": f"{report.gini:.2f}",
        "target": f"{report.target or 0:.2f}",
        "floor": f"{report.noise_floor:.2f}",
    }
    if report.target is None:
        return say("Gini {gini}; chance alone would make {floor}. No target is set.", fields)
    if fields["gini"] == fields["target"]:
        return say("Gini {gini}, at its target; chance alone would make {floor}.", fields)
    if report.gini <= report.target:
        return say(
            "Gini {gini}, under its target of {target}; chance alone would make {floor}.", fields
        )
    return say("Gini {gini}, over its target of {target}; chance alone would make {floor}.", fields)


def scale_of(report: ExposureReport, speech: Speech) -> tuple[Level, ...]:
    """Place the Gini, its target and chance on a line, words of each on a row of its own."""
    say = speech.words.say
    told = [
        (report.gini, say("now {gini}", {"gini": f"{report.gini:.2f}"}), "ink"),
        (
            report.noise_floor,
            say("chance alone {gini}", {"gini": f"{report.noise_floor:.2f}"}),
            "faint",
        ),
    ]
    if report.target is not None:
        told.append((report.target, say("target {gini}", {"gini": f"{report.target:.2f}"}), "good"))
    return tuple(
        Level(round(100 * value, 2), text, look, row, _anchor(value))
        for row, (value, text, look) in enumerate(told)
    )


def _anchor(value: float) -> str:
    if value < 0.2:
        return "start"
    return "end" if value > 0.8 else "middle"


def _read(point: LorenzPoint, speech: Speech) -> str:
    fields = {"creators": percent(point.creators), "impressions": percent(point.impressions)}
    return speech.words.say(
        "The least shown {creators} of creators had {impressions} of impressions.", fields
    )


def lorenz(report: ExposureReport, speech: Speech) -> Chart:
    """Draw the Lorenz curve over the line of all alike."""
    say = speech.words.say
    x, y = Scale(0, 1), Scale(0, 1, 100, 0)
    places = [(x(point.creators), y(point.impressions)) for point in report.lorenz]
    curve = "".join(f"{'L' if n else 'M'}{at:g} {level:g}" for n, (at, level) in enumerate(places))
    tenth = y(1 - report.top_share)
    return Chart(
        id="lorenz",
        title=say(
            "{n} creators shared {impressions} impressions",
            {"n": whole(report.creators), "impressions": whole(report.impressions)},
        ),
        x_title=say("Creators, least shown first, %"), y_title=say("Share of impressions, %"),
        x_ticks=tuple(Tick(x(n / 100), str(n)) for n in _TICKS),
        y_ticks=tuple(Tick(y(n / 100), str(n)) for n in _TICKS),
        lines=(
            Line("faint", "M0 100L100 0", "", 0, 0, dash="2 4"),
            Line("ink", curve, "", 0, 0, band=f"{curve}L0 100Z"),
        ),
        notes=(
            Note(47, 49, say("all alike"), "end", "soft"),
            Note(93, tenth, percent(report.top_share, 2), "start", "ink"),
            Note(93, tenth, say("for the top tenth"), "start", "soft", 1),
        ),
        marks_at=((90.0, tenth),),
        readings=readings_of([(x(point.creators), _read(point, speech)) for point in report.lorenz]),
        table=Table(
            (say("Creators, least shown first"), say("Their impressions")),
            tuple((percent(p.creators), percent(p.impressions)) for p in report.lorenz),
        ),
        kind="square",
    )  # fmt: skip
