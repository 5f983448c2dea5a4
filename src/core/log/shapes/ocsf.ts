// A line in the Open Cybersecurity Schema Framework, 1.3: requests are HTTP Activity (4002) under the profile
// security_control, all else is a base event (0). What the schema has no field for stands in `unmapped`.
// Source: https://github.com/ocsf/ocsf-schema, events/network/http_activity.json, profiles/security_control.json.

import {
  isRequests,
  type LogLine,
  omitFields,
  readText,
  toMessage,
  toSeverity,
  toTimeMs,
} from "../log-line.ts";
import type { Sender, Shaped } from "./shape.ts";

const VERSION = "1.3.0";
const HTTP_ACTIVITY = { category_uid: 4, class_uid: 4002 };
const BASE_EVENT = { category_uid: 0, class_uid: 0 };
const OTHER = 99;

const ACTIVITIES: Readonly<Record<string, number>> = {
  CONNECT: 1,
  DELETE: 2,
  GET: 3,
  HEAD: 4,
  OPTIONS: 5,
  POST: 6,
  PUT: 7,
  TRACE: 8,
  PATCH: 9,
};

const SEVERITY_IDS = { info: 1, warn: 2, error: 4 } as const;
const ALLOWED = 1;
const DENIED = 2;
/** Blocked, Detected, Error. */
const DISPOSITIONS: Readonly<Record<string, number>> = { denied: 2, shadow: 15, failed: 27 };

const TAKEN: ReadonlySet<string> = new Set([
  "event",
  "time",
  "method",
  "requestId",
  "status",
  "ms",
  "address",
  "consumer",
  "policy",
]);

export function toOcsf(line: LogLine, { name }: Sender): Shaped {
  return {
    ...(isRequests(line) ? toActivity(line) : { ...BASE_EVENT, activity_id: OTHER, type_uid: OTHER }),
    time: toTimeMs(line),
    severity_id: SEVERITY_IDS[toSeverity(line)],
    message: toMessage(line),
    metadata: {
      version: VERSION,
      product: { name: "Headgate", vendor_name: "Headgate" },
      log_name: name,
      event_code: line.event,
      profiles: ["security_control"],
    },
    unmapped: omitFields(line, TAKEN),
  };
}

function toActivity(line: LogLine): Shaped {
  const method = readText(line, "method") ?? "";
  const activity = ACTIVITIES[method] ?? OTHER;
  const { address, consumer, policy, status, ms } = line;
  return {
    ...HTTP_ACTIVITY,
    activity_id: activity,
    type_uid: HTTP_ACTIVITY.class_uid * 100 + activity,
    action_id: line.event === "denied" ? DENIED : ALLOWED,
    disposition_id: DISPOSITIONS[line.event] ?? ALLOWED,
    http_request: { http_method: method, uid: line["requestId"] },
    http_response: status === undefined ? undefined : { code: status },
    src_endpoint: address === undefined ? undefined : { ip: address },
    actor: consumer === undefined ? undefined : { user: { name: consumer } },
    policy: policy === undefined ? undefined : { name: [policy].flat().join(", ") },
    duration: ms,
  };
}
