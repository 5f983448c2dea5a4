// Adds a member at the end of a field that is a list.

import { isReadable } from "../../core/http/field-value.ts";

/** `list` is the field's current value. If that is not valid UTF-8, it stays and the member gets a line of its own. */
export function addMember(
  headers: Headers,
  name: string,
  { list, member }: { readonly list: string | null | undefined; readonly member: string },
): void {
  if (list === null || list === undefined || list.trim() === "") headers.set(name, member);
  else if (isReadable(list)) headers.set(name, `${list}, ${member}`);
  else headers.append(name, member);
}
