// A portal that nobody can sign in to, or that has less to show than its reader expects.

import type { ConfigCheck } from "./finding.ts";
import { toWarning } from "./finding.ts";

export const findVainPortal: ConfigCheck = ({ portal, routes, stats }) => {
  if (portal === undefined) return [];
  const hasCallers = routes.some(({ auth }) => auth !== "none");
  return [
    ...(hasCallers ? [] : [toWarning("portal", "no route has auth: consumers have no limits of their own")]),
    ...(stats === undefined
      ? [toWarning("portal", "statistics are off: it shows nobody what they have used")]
      : []),
  ];
};
