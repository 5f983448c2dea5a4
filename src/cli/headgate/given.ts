// The arguments and options of one call, read by the commands: bounded and checked here, so that a mistake is told before
// anything is sent.

import { toDurationMs } from "../../core/schema/durations.ts";
import { toUsageFailure } from "./exit-codes.ts";

export class Given {
  readonly #arguments: readonly string[];
  readonly #options: ReadonlyMap<string, readonly string[]>;

  /** A switch has no values. */
  constructor(given: readonly string[], options: ReadonlyMap<string, readonly string[]>) {
    this.#arguments = given;
    this.#options = options;
  }

  /** The one at this place; the parser has seen to it that it is there, unless it is optional. */
  argument(index: number): string {
    return this.#arguments[index] ?? "";
  }

  arguments(from: number): readonly string[] {
    return this.#arguments.slice(from);
  }

  has(option: string): boolean {
    return this.#options.has(option);
  }

  text(option: string): string | undefined {
    return this.#options.get(option)?.at(-1);
  }

  texts(option: string): readonly string[] | undefined {
    return this.#options.get(option);
  }

  integer(option: string, { least = 0, most = Infinity } = {}): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    const upTo = most === Infinity ? (least === 0 ? "" : ` from ${least} on`) : ` from ${least} to ${most}`;
    throw toUsageFailure(`--${option} must be a whole number${upTo}, received ${JSON.stringify(text)}`);
  }

  /** A whole number, or "unlimited". */
  limit(option: string): number | "unlimited" | undefined {
    return this.text(option) === "unlimited" ? "unlimited" : this.integer(option);
  }

  durationMs(option: string): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const ms = toDurationMs(text);
    if (ms !== undefined) return ms;
    throw toUsageFailure(
      `--${option} must be a duration such as 30s, 24h or 7d, received ${JSON.stringify(text)}`,
    );
  }

  /** "2026-12-04", with a time or without, or a duration from now. Epoch milliseconds; a time without a zone is UTC. */
  timeMs(option: string, nowMs: number): number | undefined {
    const text = this.text(option);
    if (text === undefined) return undefined;
    const ms = toDurationMs(text);
    const atMs = ms === undefined ? parseTime(text) : nowMs + ms;
    if (Number.isFinite(atMs) && atMs > nowMs) return atMs;
    const wanted = "a time to come such as 2026-12-04 or 2026-12-04T18:00Z, or a duration such as 7d";
    throw toUsageFailure(`--${option} must be ${wanted}, received ${JSON.stringify(text)}`);
  }

  /** "name=value" or "name: value", as `separator` says. */
  pairs(option: string, separator: string): Readonly<Record<string, string>> | undefined {
    const texts = this.texts(option);
    if (texts === undefined) return undefined;
    const pairs = texts.map((text) => {
      const at = text.indexOf(separator);
      // The value may be a credential: it is not repeated.
      if (at < 1) throw toUsageFailure(`--${option} must be written as name${separator}value`);
      return [text.slice(0, at).trim(), text.slice(at + separator.length).trim()] as const;
    });
    return Object.fromEntries(pairs);
  }
}

function parseTime(text: string): number {
  const [, date = "", time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const midnightMs = Date.parse(`${date}T00:00Z`);
  // The platform takes the 31st of February for the 3rd of March.
  const isDate = Number.isFinite(midnightMs) && new Date(midnightMs).toISOString().startsWith(date);
  return isDate ? Date.parse(`${date}T${time}${zone}`) : NaN;
}
