// Any text at all for property tests: every UTF-16 unit, lone surrogates and control characters too.

import * as fc from "fast-check";

export const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
