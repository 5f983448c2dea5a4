// Which of a few values a client likes best, by the quality values of its Accept-like field (RFC 9110 section 12.4.2).

import { splitList } from "./fields.ts";

interface Preference {
  readonly range: string;
  readonly quality: number;
}

/**
 * The choice of the highest quality, the earlier one among equals; undefined when the client takes none of them. A field
 * that was not sent prefers nothing and takes the first.
 */
export function findPreferred(
  field: string | null | undefined,
  choices: readonly string[],
): string | undefined {
  if (field === null || field === undefined) return choices[0];
  const preferences = splitList(field.toLowerCase()).map(toPreference);
  let best: string | undefined;
  let bestQuality = 0;
  for (const choice of choices) {
    const quality = toQuality(choice.toLowerCase(), preferences);
    if (quality > bestQuality) {
      best = choice;
      bestQuality = quality;
    }
  }
  return best;
}

function toPreference(member: string): Preference {
  const [range = "", ...parameters] = member.split(";").map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { range, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that covers the choice decides. */
function toQuality(choice: string, preferences: readonly Preference[]): number {
  let best: Preference | undefined;
  for (const preference of preferences) {
    if (!covers(preference.range, choice)) continue;
    if (best === undefined || preference.range.length > best.range.length) best = preference;
  }
  return best?.quality ?? 0;
}

/** Exact, a wildcard, a media range, or a language that is a part of the other: "en" and "en-GB" meet. */
function covers(range: string, choice: string): boolean {
  if (range === choice || range === "*" || range === "*/*") return true;
  if (range.endsWith("/*")) return choice.startsWith(range.slice(0, -1));
  return choice.startsWith(`${range}-`) || range.startsWith(`${choice}-`);
}
