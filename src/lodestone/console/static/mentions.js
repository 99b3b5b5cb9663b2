// Names in a text: `@name` of those who may be meant, the longest name first.

/** Cut a text at the names in it; every second part is a name, without its at sign. */
export function cut(text, names) {
  if (!names.length) return [text];
  const longest = [...names].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text.split(new RegExp(`@(${longest.join("|")})`, "u"));
}

/** The names that a text says, each once. */
export const namesIn = (text, names) => [...new Set(cut(text, names).filter((_, index) => index % 2))];
