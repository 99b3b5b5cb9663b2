// Which marks stand alone and which share a cluster at one zoom, so that no two targets overlap; and whose names there is room for.

export const APART = 46; // pixels between two marks: a target of 44 and a gap
const NAME_HEIGHT = 20;
const NAME_GAP = 16; // from a mark's middle to its name

/**
 * Group marks so that the groups' middles lie at least `apart` pixels from each other, across or down.
 * A group stands where its first mark is: marks of lower rank come first, each joins the nearest group.
 * @param {{key: string, rank: number, x: number, y: number}[]} marks
 * @returns {{x: number, y: number, marks: object[]}[]}
 */
export function clustered(marks, apart = APART) {
  const groups = [];
  for (const mark of [...marks].sort(byRank)) {
    const group = nearest(groups, mark, apart);
    if (group) group.marks.push(mark); // sorted, so a group's marks stay in order of rank
    else groups.push({ x: mark.x, y: mark.y, marks: [mark] });
  }
  return groups;
}

const byRank = (a, b) => a.rank - b.rank || (a.key < b.key ? -1 : 1);
const away = (a, b) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));

function nearest(groups, mark, apart) {
  let least = apart;
  let closest = null;
  for (const group of groups) {
    const distance = away(group, mark);
    if (distance < least) [least, closest] = [distance, group];
  }
  return closest;
}

/** Return the first of some zooms at which marks no longer stand in one group, null for none; `at(mark, zoom)` gives pixels. */
export function splitsAt(marks, zooms, at) {
  return zooms.find((zoom) => clustered(marks.map((mark) => ({ ...mark, ...at(mark, zoom) }))).length > 1) ?? null;
}

/** Return the first of some zooms at which one mark stands for itself among all, null for none; `leads` says which groups do. */
export function aloneAt(key, marks, zooms, at, leads) {
  const alone = (group) => leads(group) && group.marks[0].key === key;
  return zooms.find((zoom) => clustered(marks.map((mark) => ({ ...mark, ...at(mark, zoom) }))).some(alone)) ?? null;
}

/** How wide a name is drawn, in pixels: Chinese characters are square, Latin ones about half of that. */
export const nameWidth = (name, limit = 168) => Math.min(limit, 8 + [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e7f ? 14 : 7.8), 0));

/**
 * Choose the groups whose name has room to its right: over no other target and no other name.
 * @param {{x: number, y: number, name: string | null}[]} groups
 * @returns {Set<object>}
 */
export function named(groups) {
  const targets = groups.map(targetOf);
  const names = [];
  const chosen = new Set();
  groups.forEach((group, index) => {
    if (!group.name) return;
    const box = nameOf(group);
    if (targets.some((target, other) => other !== index && overlap(box, target)) || names.some((other) => overlap(box, other))) return;
    names.push(box);
    chosen.add(group);
  });
  return chosen;
}

/**
 * Say whether the word of a place has room, over no target and over none of the names that are shown.
 * @param {{x: number, y: number, name: string}} place its word's middle
 * @param {{x: number, y: number}[]} groups
 * @param {Set<object>} shown the groups whose names are shown
 */
export function hasRoom(place, groups, shown) {
  const half = nameWidth(place.name, Infinity) / 2;
  const box = { left: place.x - half, right: place.x + half, top: place.y - NAME_HEIGHT / 2, bottom: place.y + NAME_HEIGHT / 2 };
  return !groups.some((group) => overlap(box, targetOf(group)) || (shown.has(group) && overlap(box, nameOf(group))));
}

const targetOf = ({ x, y }) => ({ left: x - APART / 2, right: x + APART / 2, top: y - APART / 2, bottom: y + APART / 2 });
const nameOf = ({ x, y, name }) => ({ left: x + NAME_GAP, right: x + NAME_GAP + nameWidth(name), top: y - NAME_HEIGHT / 2, bottom: y + NAME_HEIGHT / 2 });
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
