// What `npm run prove:logs` takes for a line that gives something away.

import { describe, expect, it } from "vitest";
import { findLeaks } from "../../../tools/prove-logs/secrets.ts";

describe("findLeaks()", () => {
  it.each([
    "plain hgsecret01",
    "upper HGSECRET01",
    `base64 ${btoa("hgsecret01")}`,
    `base64 ${btoa('{"hgsecret01":1}')}`,
    `base64 ${btoa("ab hgsecret01")}`,
    `hex ${Buffer.from("hgsecret").toString("hex")}`,
    "address 203.0.113.9",
    "address 2001:db8::1",
  ])("finds %s", (line) => {
    expect(findLeaks([line, '{"event":"denied"}'])).toEqual([line]);
  });
});
