// Channels as a configuration writes them, and those that cannot work.

import { expect, test } from "vitest";
import { alertsSchema, toChannelId, toChannelName } from "../../../src/core/alerts/alert-settings.ts";
import { findUnbound } from "../../../src/core/alerts/find-unbound.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const MAIL = { email: "ALERT_EMAIL", from: "headgate@example.com", to: "oncall@example.com" };
const parse = (channel: object): ReturnType<typeof parseWith<typeof alertsSchema>> =>
  parseWith(alertsSchema, [{ to: [channel] }]);

test("an e-mail channel has a binding, a sender and a receiver, and is one of its own for each receiver", () => {
  const parsed = parse(MAIL);
  const other = parse({ ...MAIL, to: "team@example.com" });
  if (!parsed.ok || !other.ok) throw new Error("refused");
  const [channel, another] = [parsed.value[0]?.to[0], other.value[0]?.to[0]];
  if (channel === undefined || another === undefined) throw new Error("none");
  expect(channel).toEqual({
    kind: "email",
    urlSecret: "ALERT_EMAIL",
    signingSecret: undefined,
    mail: { from: "headgate@example.com", to: "oncall@example.com" },
  });
  expect(toChannelName(channel)).toBe("email ALERT_EMAIL to oncall@example.com");
  expect(toChannelId(channel)).not.toBe(toChannelId(another));
  expect(findUnbound(parsed.value, () => true)).toEqual([]);
  expect(findUnbound(parsed.value, (name) => name !== "ALERT_EMAIL")).toMatchObject([
    { path: "alerts.0.to.0.email", code: "no-effect" },
  ]);
});

test.each([
  [{ ...MAIL, to: undefined }, /"from" and "to"/],
  [{ ...MAIL, from: undefined }, /"from" and "to"/],
  [{ webhook: "OPS", to: "oncall@example.com" }, /"from" and "to"/],
  [{ ...MAIL, slack: "TEAM" }, /exactly one/],
  [{ ...MAIL, signature: "OPS_SECRET" }, /"signature" only/],
  [{ ...MAIL, to: "oncall@example.com\r\nBcc: all@example.com" }, /an e-mail address/],
  [{ ...MAIL, to: "nobody" }, /an e-mail address/],
  [{ ...MAIL, email: "alert-email" }, /send_email binding/],
])("%j is refused", (channel, said) => {
  const parsed = parse(JSON.parse(JSON.stringify(channel)) as object);
  expect(parsed.ok ? "" : parsed.error.map(({ message }) => message).join("; ")).toMatch(said);
});
