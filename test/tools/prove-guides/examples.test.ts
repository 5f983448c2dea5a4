// What `npm run prove:guides` reads of a guide, and what it takes for the same.

import { describe, expect, test } from "vitest";
import { readText } from "../../project/markdown.ts";
import { readExamples, toForm } from "../../../tools/prove-guides/examples.ts";

describe("readExamples()", () => {
  test("finds each command with what is shown below it, without what a reader does by hand", () => {
    const guide =
      "```console\n$ npm start\nlistens\n$ curl -s a\none\ntwo\n$ true\n```\n\n```sh\nnpx headgate top\n```\n";
    expect(readExamples(guide)).toEqual([
      { command: "curl -s a", shown: "one\ntwo" },
      { command: "true", shown: "" },
    ]);
  });

  test("finds those of the guide", () => {
    const commands = readExamples(readText("docs/guides/front-your-api.md")).map(({ command }) => command);
    expect(commands.length).toBeGreaterThan(15);
    expect(commands).toContain("npx headgate config diff");
  });
});

describe("toForm()", () => {
  test("takes times, ids, counts and widths of columns for the same", () => {
    expect(toForm("used  94    in 57 s (21:51:51)")).toEqual(toForm("used  100  in 1 min 3 s (09:00:01)"));
    expect(toForm('{"requestId":"4da608100e084734-3"}\r\n')).toEqual(toForm('{"requestId":"0f-1"}'));
  });

  test.each([
    ["policy  plan", "policy  search"],
    ["Deleted b4", "Deleted b4\nDeleted b5"],
    ["hit; ttl=29", "fwd=miss; ttl=29"],
  ])("takes %j and %j for different", (one, other) => {
    expect(toForm(one)).not.toEqual(toForm(other));
  });
});
