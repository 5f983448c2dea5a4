import { describe, expect, test } from "vitest";
import { countPrompt } from "../../../src/core/body/count-prompt.ts";

const chat = (content: unknown, more: object = {}): string =>
  JSON.stringify({ model: "a-model", messages: [{ role: "user", content }], ...more, temperature: 1 });
/** "user" is one. */
const ROLE = 1;

describe("countPrompt()", () => {
  test.each([
    ["a token for four characters", chat("x".repeat(400)), 100],
    ["a character of East Asia for one", chat("漢字"), 2],
    ["escapes as what they stand for", chat('"\n\\é'), 1],
    [
      "a picture in a URL as a thousand",
      chat([{ image_url: { url: `data:image/png;base64,${"A".repeat(9_000)}` } }]),
      1_000,
    ],
    ["a picture as a thousand", chat([{ source: { data: "A".repeat(9_000) } }]), 1_000],
    ["a short one as its letters", chat([{ source: { data: "A".repeat(40) } }]), 10],
    ["a long word as its letters", chat("A".repeat(9_000)), 2_250],
  ])("counts %s", (_, text, tokens) => {
    expect(countPrompt(text)).toBe(tokens + ROLE);
  });

  test("counts whatever is said to the model, and nothing else", () => {
    const said = "x".repeat(40);
    expect(countPrompt(JSON.stringify({ user: said, metadata: { messages: said }, model: said }))).toBe(0);
    for (const name of ["prompt", "input", "system", "instructions"])
      expect(countPrompt(JSON.stringify({ other: said, [name]: said }))).toBe(10);
    expect(countPrompt(JSON.stringify({ contents: [{ parts: [{ text: said }] }] }))).toBe(10);
  });

  test("counts names and texts of tools", () => {
    expect(countPrompt(JSON.stringify({ tools: [{ name: "tool", parameters: { type: "object" } }] }))).toBe(
      Math.ceil("nametoolparameterstypeobject".length / 4),
    );
  });

  test("ends whatever it is given", () => {
    for (const text of ["", '"', '{"messages":"\\', '{"messages":["\\u', "[[[", "}}}"])
      expect(countPrompt(text)).toBeGreaterThanOrEqual(0);
  });
});
