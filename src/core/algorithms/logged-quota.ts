// The limit of an algorithm that stores what it admits one by one: bounded, since storage and time grow with it.

import * as v from "valibot";
import { quota } from "../schema/primitives.ts";
import { LOG_ENTRIES_MAX } from "./unit-log.ts";

export const loggedQuota = v.pipe(
  quota,
  v.maxValue(LOG_ENTRIES_MAX, `must be at most ${LOG_ENTRIES_MAX} here, where storage grows with the limit`),
);
