// A key that something can be done about: all of its parts can be read.

import type { ReadPart } from "../src/core/keys/read-counter-key.ts";

export interface Subject {
  readonly policy: string;
  readonly parts: readonly ReadPart[];
  readonly limit: number;
}

export const toKeyText = (parts: readonly ReadPart[]): string =>
  parts.map(({ value }) => value ?? "(none)").join(" · ");

/** As the admin API takes a key: a value for each part. */
export const toValues = ({ parts }: Subject): readonly string[] => parts.map(({ value }) => value ?? "");

export const findValue = ({ parts }: Subject, wanted: string): string | undefined =>
  parts.find(({ label }) => label === wanted)?.value;
