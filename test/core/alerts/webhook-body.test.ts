// The bodies against what their receivers document.

import * as v from "valibot";
import { expect, it } from "vitest";
import type { Notice } from "../../../src/core/alerts/alert-book.ts";
import { toSlackBody } from "../../../src/core/alerts/slack-body.ts";
import { toWebhookBody } from "../../../src/core/alerts/webhook-body.ts";

const FIRING: Notice = {
  id: '[0,"quota-80","policy","plan"]',
  status: "firing",
  rule: 0,
  condition: "quota-80",
  labels: { policy: "plan", key: "f89f25c095535c48", consumer: "acme" },
  summary: "acme has used 80 % of plan",
  startsMs: 1_795_874_531_402,
  endsMs: undefined,
};
const RESOLVED: Notice = { ...FIRING, status: "resolved", endsMs: 1_795_874_931_402 };

const text = v.string();
const labels = v.record(text, text);
const instant = v.pipe(text, v.isoTimestamp());

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const alertmanager = v.strictObject({
  version: v.literal("4"),
  groupKey: text,
  truncatedAlerts: v.number(),
  status: v.picklist(["firing", "resolved"]),
  receiver: text,
  groupLabels: labels,
  commonLabels: labels,
  commonAnnotations: labels,
  externalURL: text,
  alerts: v.array(
    v.strictObject({
      status: v.picklist(["firing", "resolved"]),
      labels: v.intersect([labels, v.looseObject({ alertname: text })]),
      annotations: labels,
      startsAt: instant,
      endsAt: instant,
      generatorURL: text,
      fingerprint: v.pipe(text, v.regex(/^[0-9a-f]{16}$/)),
    }),
  ),
});

const toBody = (notices: readonly Notice[], more = 0): v.InferOutput<typeof alertmanager> =>
  v.parse(
    alertmanager,
    JSON.parse(toWebhookBody({ id: "msg_1", notices, more }, { name: "edge", receiver: "webhook OPS" })),
  );

it("toWebhookBody() is Alertmanager's, version 4", () => {
  const { alerts, ...body } = toBody([FIRING, RESOLVED], 37);
  expect(body).toMatchObject({ status: "firing", truncatedAlerts: 37, commonLabels: { gateway: "edge" } });
  expect(alerts[0]).toMatchObject({
    labels: { alertname: "quota-80", gateway: "edge", consumer: "acme" },
    annotations: { summary: "acme has used 80 % of plan" },
    startsAt: "2026-11-28T14:02:11.402Z",
    endsAt: "0001-01-01T00:00:00Z",
  });
  expect(alerts[1]?.endsAt).toBe("2026-11-28T14:08:51.402Z");
  expect(alerts[1]?.fingerprint).toBe(alerts[0]?.fingerprint);
});

it("toWebhookBody() is resolved where all is", () => {
  expect(toBody([RESOLVED]).status).toBe("resolved");
});

it("toSlackBody() has ten lines, says how many more there are, and lets no text be markup", () => {
  const notices = Array.from({ length: 12 }, () => ({ ...FIRING, summary: "<!channel> & co" }));
  const body = JSON.parse(toSlackBody({ id: "msg_1", notices, more: 35 }, "edge")) as {
    readonly text: string;
    readonly blocks: readonly {
      readonly type: string;
      readonly text: { readonly type: string; readonly text: string };
    }[];
  };
  expect(body.text).toContain("&lt;!channel&gt; &amp; co");
  expect(body.text).not.toContain("<!channel>");
  expect(body.text.split("\n")).toHaveLength(12);
  expect(body.text.endsWith("and 37 more")).toBe(true);
  expect(body.blocks).toEqual([{ type: "section", text: { type: "mrkdwn", text: body.text } }]);
  expect(body.text.length).toBeLessThanOrEqual(3_000);
});
