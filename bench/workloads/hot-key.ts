// One client sends everything.

import type { Workload } from "./workload.ts";

const ADDRESS = "198.51.100.7";

export const hotKey: Workload = { name: "hot-key", createAddresses: () => () => ADDRESS };
