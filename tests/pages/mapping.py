"""What the tests of the map do with it: find marks, hit them where a finger would, come closer."""

FIRST = ".map .spot"
MARK = '.map [data-keys~="{key}"]'
HIT = """([key, reach]) => {
  const mark = document.querySelector(`.map [data-keys~="${key}"]`);
  const box = mark.getBoundingClientRect();
  const ground = document.querySelector('.map-ground').getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const inside = x > ground.left && x < ground.right && y > ground.top && y < ground.bottom;
  const points = [[0, 0], [-reach, -reach], [reach, -reach], [-reach, reach], [reach, reach]];
  const hit = points.every(([right, down]) => document.elementFromPoint(x + right, y + down)?.closest('.spot') === mark);
  return {x, y, inside, hit, size: [box.width, box.height], alone: mark.dataset.key === key && !mark.classList.contains('cluster')};
}"""
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.map .spot')].map((mark) => mark.getBoundingClientRect());
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  let count = 0;
  boxes.forEach((box, index) => boxes.slice(index + 1).forEach((other) => { if (!apart(box, other)) count += 1; }));
  return [boxes.length, count];
}"""
STILL = """() => !document.querySelector('.map .leaflet-zoom-anim, .map .leaflet-pan-anim') && document.getAnimations().every(
  (animation) => animation.playState !== 'running' || animation.effect.getComputedTiming().iterations === Infinity)"""


def opened_map(visit, **how):
    """Open Nearby and wait for its marks."""
    page = visit("/?tab=nearby", wait=False, **how)
    page.locator(FIRST).first.wait_for()
    page.wait_for_function("() => document.querySelectorAll('.map .choice').length > 20")
    return page


def at(page, key, reach=20):
    """Say where a thing's mark lies, and whether a finger there reaches it and nothing else."""
    page.wait_for_function(STILL)
    return page.evaluate(HIT, [key, reach])


def zoomed(page, by):
    """Come closer or go farther by the button; say whether there was a step left."""
    button = page.get_by_role("button", name="Closer" if by > 0 else "Farther", exact=True)
    if button.is_disabled():
        return False
    button.click()
    page.wait_for_function(STILL)
    return True


def scale(page):
    """Return how long the scale's bar is and what it says."""
    return page.locator(".scale").inner_text(), page.locator(".scale-bar").bounding_box()["width"]


def shops_around(page):
    """Return what the map was told of shops: key to name."""
    token = page.evaluate("sessionStorage.getItem('lodestone.token')")
    around = page.request.get(
        page.evaluate("location.origin") + "/v1/page/around",
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    return {f"shop-{shop['id']}": shop["name"] for shop in around["shops"]}
