"""What the tellings of the story share: who tells it on which screen in which language, and how its pictures are taken."""

import io
import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

import lodestone.console
from lodestone.console.words import Catalogue
from tests.pages.conftest import DESK, PHONE

CATALOGUE = Catalogue(Path(lodestone.console.__file__).parent / "locale")
PICTURES = Path(__file__).parents[2] / "docs" / "images" / "story"
TAKEN = os.environ.get("LODESTONE_STORY") == "pictures"
"""Whether the pictures of docs/story.md are taken anew while the story is walked."""
MOST_BYTES = 150_000
STILL = """() => [...document.images].every((image) => image.complete)
  && document.getAnimations().every((animation) => animation.playState !== 'running' || animation.effect.getComputedTiming().iterations === Infinity)"""

DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"


@dataclass(frozen=True)
class Telling:
    """One telling of the story."""

    number: int
    device: str
    lang: str

    @property
    def viewport(self):
        return {"phone": PHONE, "desk": DESK}[self.device]

    @property
    def screen(self):
        """How a page is opened for it."""
        scale = 1.5 if TAKEN and self.device == "phone" else 1
        return {"viewport": self.viewport, "lang": self.lang, "reduced": True, "scale": scale}

    def say(self, text, **fields):
        """Return a sentence of the pages as this telling's reader sees it."""
        return CATALOGUE.words(self.lang).say(text, fields)

    def count(self, singular, plural, number):
        return CATALOGUE.words(self.lang).count(singular, plural, number)

    def of(self, words):
        """Return what somebody wrote in this telling's language."""
        return getattr(words, self.lang)

    def show(self, page, step):
        """Take the picture of a step, when pictures are asked for."""
        if not TAKEN:
            return
        page.wait_for_function(STILL)
        page.evaluate(DRAWN)
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"{step}-{self.device}-{self.lang}.webp"
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.save(path, "WEBP", quality=78, method=6)
        assert path.stat().st_size < MOST_BYTES


TELLINGS = [
    Telling(number, device, lang)
    for number, (device, lang) in enumerate(
        (device, lang) for device in ("phone", "desk") for lang in ("en", "zh")
    )
]
