// Channels that cannot work in a deployment: an e-mail channel whose binding it does not have.

import type { Problem } from "../result.ts";
import type { AlertRule } from "./alert-settings.ts";

/** `isBound` says whether the deployment has a binding of this name that sends e-mail. */
export function findUnbound(
  rules: readonly AlertRule[],
  isBound: (name: string) => boolean,
): readonly Problem[] {
  return rules.flatMap(({ to }, rule) =>
    to.flatMap(({ kind, urlSecret }, at) => {
      if (kind !== "email" || isBound(urlSecret)) return [];
      const message = `the deployment has no binding ${urlSecret} that sends e-mail: add [[send_email]] with name = "${urlSecret}" to wrangler.toml`;
      return [{ path: `alerts.${rule}.to.${at}.email`, code: "no-effect", message }];
    }),
  );
}
