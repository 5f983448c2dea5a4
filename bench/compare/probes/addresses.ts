// Who a client is: a network of IPv6, one address written in two ways, and what a client claims to be.

import { isAdmitted } from "../client.ts";
import type { Probe, Tried } from "../probe.ts";

const MINUTE_MS = 60_000;
const UNITS = 3;

export const oneNetwork: Probe = {
  name: "one-network",
  title: "One counter for an IPv6 /64; a mapped address; another spelling",
  explanation:
    "A client has a /64 at least, so a limit by single addresses is none. ::ffff:192.0.2.1 is 192.0.2.1, and 2001:DB8:0::1 is 2001:db8::1.",
  run: async ({ start }) => {
    const tried = await start({ general: { units: UNITS, windowMs: MINUTE_MS } });
    const isOne = async (spent: string, asked: string): Promise<boolean> => {
      await spend(tried, spent);
      return !isAdmitted(await tried.ask({ ip: asked }));
    };
    const found = [
      await isOne("2001:db8:1:1::1", "2001:db8:1:1:ffff::2"),
      await isOne("192.0.2.41", "::ffff:192.0.2.41"),
      await isOne("2001:db8:1:2::1", "2001:DB8:1:2:0:0:0:1"),
    ];
    return {
      text: found.map((is) => (is ? "yes" : "no")).join("; "),
      badness: found.filter((is) => !is).length,
    };
  },
};

const SPOOFED = [
  "X-Real-IP",
  "X-Client-IP",
  "True-Client-IP",
  "Forwarded",
  "X-Forwarded-For",
  "CF-Connecting-IP",
];

export const spoofed: Probe = {
  name: "spoofed",
  title: "Fields by which a client gets another counter",
  explanation:
    "After its limit is used up, a client names another address in each of the usual fields, the one excepted by which whoever stands before the subject says who it is. 0 is right.",
  run: async ({ subject, start }) => {
    const tried = await start({ general: { units: UNITS, windowMs: MINUTE_MS } });
    await spend(tried, "192.0.2.51");
    const others = SPOOFED.filter((name) => name !== subject.addressField);
    const passed = [];
    for (const [at, name] of others.entries()) {
      const claimed = `198.51.100.${at + 1}`;
      const value = name === "Forwarded" ? `for=${claimed}` : claimed;
      if (isAdmitted(await tried.ask({ ip: "192.0.2.51", fields: { [name]: value } }))) passed.push(name);
    }
    return { text: passed.length === 0 ? "0" : passed.join(", "), badness: passed.length };
  },
};

async function spend(tried: Tried, ip: string): Promise<void> {
  for (let time = 0; time < UNITS; time += 1) await tried.ask({ ip });
}
