// The path that a pool's member is asked for: the forwarded one, without the prefix that the member does not know.

import type { PoolMember } from "./origin-pool.ts";

type Stripping = Pick<PoolMember, "stripPrefix">;

/** The member's prefix where the path has it, else "". Only whole segments count. */
export function toStrippedPrefix(path: string, { stripPrefix }: Stripping): string {
  return path === stripPrefix || path.startsWith(`${stripPrefix}/`) ? stripPrefix : "";
}

/** `path` is canonical and starts with one slash, and so does the result. */
export function toMemberPath(path: string, member: Stripping): string {
  return path.slice(toStrippedPrefix(path, member).length) || "/";
}
