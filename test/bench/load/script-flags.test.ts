import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createScriptTranslation } from "../../../bench/load/script-flags.ts";

const toHash = (script: string): string => createHash("sha1").update(script).digest("hex");

const PLAIN = "return 1";
const FLAGGED = `#!lua flags=allow-key-locking\n${PLAIN}`;

test("a flagged script runs without its flag, and its hash is that of the script that ran", () => {
  const translate = createScriptTranslation();
  expect(translate(["EVALSHA", toHash(FLAGGED), "0"])).toEqual(["EVALSHA", toHash(FLAGGED), "0"]);
  expect(translate(["EVAL", FLAGGED, "1", "key"])).toEqual(["EVAL", PLAIN, "1", "key"]);
  expect(translate(["evalsha", toHash(FLAGGED), "1", "key"])).toEqual(["evalsha", toHash(PLAIN), "1", "key"]);
});

test("other scripts and commands stay as they are", () => {
  const translate = createScriptTranslation();
  for (const command of [["EVAL", PLAIN, "0"], ["EVALSHA", toHash(PLAIN), "0"], ["GET", FLAGGED], ["PING"]])
    expect(translate(command)).toEqual(command);
});
