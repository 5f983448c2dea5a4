// A message as an e-mail: a subject that says how many of what, and a line for each alert as plain text.

import { formatInstant } from "../http/rfc3339.ts";
import type { Notice } from "./alert-book.ts";
import type { Message } from "./mailbox.ts";

const CONDITIONS_MAX = 3;
/** Of a line; SMTP takes 998 characters (RFC 5322, 2.1.1). */
const LINE_LENGTH_MAX = 900;

export interface EmailBody {
  readonly subject: string;
  readonly text: string;
}

export function toEmailBody({ id, notices, more }: Message, name: string): EmailBody {
  const rest = more > 0 ? [`and ${more} more`] : [];
  // A receiver that got a message twice tells it by this.
  const lines = [
    ...notices.map((notice) => toLine(notice)),
    ...rest,
    "",
    `Headgate ${toPlain(name)}, message ${id}`,
  ];
  return { subject: toSubject(notices, more, name), text: `${lines.join("\n")}\n` };
}

function toSubject(notices: readonly Notice[], more: number, name: string): string {
  const count = notices.length + more;
  const conditions = [...new Set(notices.map(({ condition }) => condition))];
  const shown = conditions.slice(0, CONDITIONS_MAX).join(", ");
  const isFiring = notices.some(({ status }) => status === "firing");
  const state = isFiring ? "firing" : "resolved";
  const others = conditions.length > CONDITIONS_MAX ? ", ..." : "";
  return `[${toPlain(name)}] ${count} ${count === 1 ? "alert" : "alerts"} ${state}: ${shown}${others}`;
}

function toLine({ status, condition, summary, startsMs, endsMs }: Notice): string {
  const times = `since ${formatInstant(startsMs)}${endsMs === undefined ? "" : ` until ${formatInstant(endsMs)}`}`;
  return toPlain(`${status.toUpperCase()} ${condition}: ${summary} (${times})`).slice(0, LINE_LENGTH_MAX);
}

/** A consumer's name must not begin a line, or a header field, of its own. */
function toPlain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- it is what is taken out
  return text.replaceAll(/[\u0000-\u001F\u007F]+/g, " ");
}
