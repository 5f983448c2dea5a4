import { describe, expect, it } from "vitest";
import { toDeviceClass } from "../../../src/core/cache/device-class.ts";
import { type FieldObject, readerOf } from "./samples.ts";

describe("toDeviceClass()", () => {
  it.each<[FieldObject, string]>([
    [{ "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/130" }, "desktop"],
    [{ "user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148" }, "mobile"],
    [{ "user-agent": "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile/15E148" }, "tablet"],
    [{ "user-agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130 Mobile" }, "mobile"],
    [{ "user-agent": "Mozilla/5.0 (Linux; Android 15; SM-X910) Chrome/130" }, "tablet"],
    [{ "user-agent": "curl/8.10" }, "desktop"],
    [{ "sec-ch-ua-mobile": "?1" }, "mobile"],
    [{}, "desktop"],
  ])("of %j is %s", (fields, device) => {
    expect(toDeviceClass(readerOf(fields))).toBe(device);
  });
});
