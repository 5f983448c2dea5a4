import { STATUS_CODES } from "node:http";
import { expect, test } from "vitest";
import { statusTitles } from "../../../src/core/http/status-titles.ts";

/** RFC 9110 gave these new names. */
const RENAMED = { 413: "Content Too Large", 422: "Unprocessable Content" };

test.each(Object.entries(statusTitles))("%s is called %s, as everywhere", (status, title) => {
  expect(title).toBe({ ...STATUS_CODES, ...RENAMED }[status]);
});
