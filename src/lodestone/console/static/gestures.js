// One gesture, one post: a turn of a wheel, a swipe on a trackpad, a flick of a finger. Two quick taps like.

const START = 10; // pixels before a finger drags
const FLICK = 24; // pixels that let the post go on; less brings it back
const WHEEL = 4; // and of a wheel
const QUIET = 140; // milliseconds without a wheel's event that end its gesture
const NOTCH = 80; // pixels of a mouse wheel's notch, by which it goes on while it is turned on and on
const AGAIN = 450; // milliseconds between two posts then
const TWICE = 300; // milliseconds between the taps of a double tap
const NEAR = 30; // pixels between them

/**
 * Let gestures move a feed.
 * @param {HTMLElement} root what scrolls; a class `dragging` lets it follow the finger
 * @param {object} acts `begin()` when a finger begins to drag, `go(by)` goes by so many posts, 0 comes back; `twice(event)` is called for a double tap
 */
export function gestures(root, acts) {
  root.addEventListener("wheel", wheel(acts), { passive: false });
  finger(root, acts);
  root.addEventListener("click", taps(acts));
}

/** Whether what lies under a pointer scrolls by itself, such as a long end page. */
const scrolls = (target) => {
  const end = target.closest(".end");
  return end !== null && end.scrollHeight > end.clientHeight + 1;
};

function wheel(acts) {
  let last = -Infinity;
  let gone = -Infinity; // when it went by a post
  let turned = 0;
  return (event) => {
    if (event.ctrlKey || scrolls(event.target)) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 40;
    const fresh = event.timeStamp - last > QUIET;
    const on = Math.abs(pixels) >= NOTCH && event.timeStamp - gone > AGAIN;
    last = event.timeStamp;
    if (fresh) [gone, turned] = [-Infinity, 0];
    turned += pixels;
    if ((gone > -Infinity && !on) || Math.abs(turned) < WHEEL) return;
    gone = event.timeStamp;
    acts.go(Math.sign(pixels));
  };
}

function finger(root, acts) {
  let down = null;
  const follow = (event) => {
    if (event.pointerId !== down?.id) return;
    const [right, below] = [event.clientX - down.x, event.clientY - down.y];
    if (!down.drags && (Math.abs(below) < START || Math.abs(below) < Math.abs(right))) return;
    if (!down.drags) {
      down.drags = true;
      acts.begin();
      root.setPointerCapture(down.id);
      root.classList.add("dragging");
    }
    down.moved = below;
    root.scrollTop = down.top - Math.max(-root.clientHeight, Math.min(root.clientHeight, below));
  };
  const end = (event) => {
    if (event.pointerId !== down?.id) return;
    const { drags, moved } = down;
    down = null;
    if (drags) acts.go(Math.abs(moved) < FLICK || event.type === "pointercancel" ? 0 : -Math.sign(moved));
  };
  root.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || !event.isPrimary || scrolls(event.target)) return;
    down = { id: event.pointerId, x: event.clientX, y: event.clientY, top: root.scrollTop, drags: false, moved: 0 };
  });
  root.addEventListener("pointermove", follow);
  root.addEventListener("pointerup", end);
  root.addEventListener("pointercancel", end);
}

function taps(acts) {
  let last = { timeStamp: -Infinity, clientX: 0, clientY: 0 };
  return (event) => {
    if (event.target.closest(".rail, .foot, .end")) return;
    const twice = event.timeStamp - last.timeStamp < TWICE && Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY) < NEAR;
    last = twice ? { timeStamp: -Infinity, clientX: 0, clientY: 0 } : event;
    if (twice) acts.twice(event);
  };
}
