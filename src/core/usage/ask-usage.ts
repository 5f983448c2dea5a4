// Some APIs say what a stream used only to those who ask for it. The gateway asks where a caller has not, by one member of the
// request's body, in which not another byte changes; and the event that it gets for that, nobody else is to see.

/** What of a request's body says whether to ask. */
export const ASK_MEMBERS = [
  "json:stream",
  "json:stream_options",
  "json:stream_options.include_usage",
] as const;

const OPTIONS = "stream_options";
const WANTED = { include_usage: true };

/** A JSON object that asks for usage: `options` are what it has as stream_options. undefined: it cannot be told where. */
export function askForUsage(text: string, hasOptions: boolean): string | undefined {
  if (!hasOptions) {
    const at = text.indexOf("{") + 1;
    return `${text.slice(0, at)}"${OPTIONS}":${JSON.stringify(WANTED)},${text.slice(at)}`;
  }
  const place = findOptions(text);
  if (place === undefined) return undefined;
  const [from, to] = place;
  try {
    const options = JSON.parse(text.slice(from, to)) as object;
    return text.slice(0, from) + JSON.stringify({ ...options, ...WANTED }) + text.slice(to);
  } catch {
    return undefined;
  }
}

/** A text, or a mark of JSON's. */
const MARKS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;

/** Where the object stands that is the options: what is no text passes from brace to brace. */
function findOptions(text: string): readonly [from: number, to: number] | undefined {
  let depth = 0;
  let from = -1;
  for (const { 0: mark, index } of text.matchAll(MARKS)) {
    depth += DEPTHS[mark] ?? 0;
    if (from < 0)
      from =
        depth === 1 && NAMED.test(text.slice(index, index + NAMED_LENGTH_MAX))
          ? text.indexOf("{", index)
          : -1;
    else if (depth === 1 && mark === "}") return [from, index + 1];
  }
  return undefined;
}

/** The name, and the beginning of its object. */
const NAMED = new RegExp(`^"${OPTIONS}"\\s*:\\s*\\{`);
const NAMED_LENGTH_MAX = 64;
const DEPTHS: Readonly<Record<string, number | undefined>> = { "{": 1, "[": 1, "}": -1, "]": -1 };

/** Whether an event has nothing but the usage that was asked for. */
export function isUsageEvent(event: string): boolean {
  if (!event.includes('"usage"')) return false;
  const data = event
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5));
  try {
    const { choices, usage } = JSON.parse(data.join("\n")) as Readonly<Record<string, unknown>>;
    return Array.isArray(choices) && choices.length === 0 && typeof usage === "object" && usage !== null;
  } catch {
    return false;
  }
}
