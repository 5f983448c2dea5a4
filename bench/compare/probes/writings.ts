// Ways to write /search that reach its handler without its limit.

import type { Probe } from "../probe.ts";

const WRITINGS = [
  "/Search",
  "/SEARCH",
  "/search/",
  "/search//",
  "//search",
  "/./search",
  "/x/../search",
  "/%73earch",
  "/se%61rch",
  "/search?x=1",
  "/search;x=1",
  "/search%2F",
  "/search/.",
  "/search/x/..",
  "/search%20",
  "/search%00",
  "/search#x",
  "/%2Fsearch",
  "/search%3Fx",
  "http://localhost/search",
];

export const writings: Probe = {
  name: "writings",
  title: `Of ${WRITINGS.length} writings of /search, those that escape its limit`,
  explanation:
    "The limit of /search is used up; counted are writings that still reach its handler, in express behind the gateways.",
  run: async ({ start }) => {
    const escaped = [];
    const tried = await start({
      general: { units: 1_000, windowMs: 60_000 },
      search: { units: 1, windowMs: 60_000 },
    });
    await tried.ask({ path: "/search" });
    for (const path of WRITINGS) {
      const { status, fields } = await tried.ask({ path });
      if (status === 200 && fields["x-handler"] === "search") escaped.push(path);
    }
    return {
      text: escaped.length === 0 ? "0" : `${escaped.length}: ${escaped.join(" ")}`,
      badness: escaped.length,
    };
  },
};
