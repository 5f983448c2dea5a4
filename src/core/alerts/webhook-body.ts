// The body that Alertmanager sends to webhooks, version 4, so that whatever takes Alertmanager's takes this one.
// Source: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

import { formatInstant } from "../http/rfc3339.ts";
import { hash32 } from "../keys/hash32.ts";
import type { Notice } from "./alert-book.ts";
import type { Message } from "./mailbox.ts";

/** What Alertmanager writes for an alert that has no end: Go's zero time. */
const NO_END = "0001-01-01T00:00:00Z";

interface Addressed {
  /** The deployment's name. */
  readonly name: string;
  /** The channel, in words. */
  readonly receiver: string;
}

export function toWebhookBody({ notices, more }: Message, { name, receiver }: Addressed): string {
  const isFiring = notices.some(({ status }) => status === "firing");
  return JSON.stringify({
    version: "4",
    groupKey: `headgate/${name}`,
    truncatedAlerts: more,
    status: isFiring ? "firing" : "resolved",
    receiver,
    groupLabels: {},
    commonLabels: { gateway: name },
    commonAnnotations: {},
    externalURL: "",
    alerts: notices.map((notice) => toAlert(notice, name)),
  });
}

function toAlert(
  { id, status, condition, labels, summary, startsMs, endsMs }: Notice,
  name: string,
): unknown {
  return {
    status,
    labels: { alertname: condition, gateway: name, ...labels },
    annotations: { summary },
    startsAt: formatInstant(startsMs),
    endsAt: endsMs === undefined ? NO_END : formatInstant(endsMs),
    generatorURL: "",
    fingerprint: toFingerprint(id),
  };
}

const toDigits = (text: string): string => hash32(text).toString(16).padStart(8, "0");

/** 16 hexadecimal digits, the same for the same alert. */
function toFingerprint(id: string): string {
  return toDigits(id) + toDigits(`${id}#`);
}
