import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { readText } from "../../project/markdown.ts";

test("npm pack in the checkout packs nothing, and says what packs the package", () => {
  const { private: isPrivate, scripts } = JSON.parse(readText("package.json")) as {
    readonly private: boolean;
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [program = "", ...argv] = (scripts["prepack"] ?? "").split(" ");
  expect([isPrivate, program]).toEqual([true, "node"]);
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  expect([status, stderr]).toEqual([1, expect.stringContaining("`npm run package`")]);
  expect(scripts["package"]).toBeDefined();
});
