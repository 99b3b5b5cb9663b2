"""On small desks, on phones on their side and on narrow ones nothing that one needs is cut off or lies under something else."""

import pytest

from tests.pages.conftest import CURRENT

pytestmark = pytest.mark.browser
NEEDED = ".rail .rail-button, .post:not([inert]) .foot .follow, .top button, .top a, .tab, .brand img, #waiting"
CUT = """(needed) => [...document.querySelectorAll(needed)].filter((element) => element.offsetParent && !element.closest('[inert]')).filter((element) => {
  const box = element.getBoundingClientRect();
  if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) return true;
  const under = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !(element === under || element.contains(under));
}).map((element) => element.outerHTML.slice(0, 120))"""
BADGE_RIGHT = """() => { const badge = document.getElementById('waiting'); badge.hidden = false;
return badge.getBoundingClientRect().right; }"""
"""Shown and measured in one step: what is sent meanwhile hides it again."""
SIZES = {
    "small desk": (1366, 768), "tablet": (1024, 768), "phone on its side": (844, 390),
    "small phone on its side": (667, 375), "narrow phone": (360, 740),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_one_needs_is_seen(visit, size, lang):
    width, height = SIZES[size]
    page, kinds = visit(viewport={"width": width, "height": height}, lang=lang, reduced=True), {}
    page.evaluate("document.getElementById('waiting').hidden = false")
    for _ in range(12):
        kind = page.locator(CURRENT).get_attribute("class")
        if kind not in kinds:
            kinds[kind] = page.evaluate(CUT, NEEDED)
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(120)

    assert len(kinds) > 1
    assert {kind: cut for kind, cut in kinds.items() if cut} == {}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(BADGE_RIGHT) <= width
