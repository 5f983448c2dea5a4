// Alerts that can never fire, for nobody sees what they are about.

import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toWarning } from "./finding.ts";

export const findVainAlerts: ConfigCheck = ({ alerts, stats }: Config): readonly Finding[] =>
  stats !== undefined
    ? []
    : alerts.flatMap(({ when }, index) =>
        when.includes("unusual")
          ? [toWarning(`alerts.${index}.when`, "statistics are off, which alone see what is unusual")]
          : [],
      );
