// One client sends everything, far below its limit.

import { AMPLE, PROMPT, type Workload } from "./workload.ts";

const ADDRESS = "198.51.100.7";

export const createOneAddress = (): (() => string) => () => ADDRESS;

export const hotKey: Workload = {
  name: "hot-key",
  createAddresses: createOneAddress,
  limit: AMPLE,
  origin: PROMPT,
};
