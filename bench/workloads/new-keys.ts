// Every request comes from an address that was never seen before.

import { AMPLE, PROMPT, type Workload } from "./workload.ts";

const ADDRESSES = 2 ** 24;

export const newKeys: Workload = { name: "new-keys", createAddresses, limit: AMPLE, origin: PROMPT };

function createAddresses(): () => string {
  let next = 0;
  return () => {
    const address = next++ % ADDRESSES;
    return `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
  };
}
