// Names of header fields as the configuration gives them.

import * as v from "valibot";
import { foldName } from "./field-name.ts";

/** RFC 9110 section 5.6.2, bounded. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const WANTED = 'must be a header\'s name such as "x-units"';

export const headerName = v.pipe(v.string(WANTED), v.regex(TOKEN, WANTED));

export const isHeaderName = (name: string): boolean => TOKEN.test(name);

/** A field of requests, folded (field-name.ts). */
export const requestHeader = v.pipe(headerName, v.transform(foldName));

/** A field of answers, in lower case. */
export const responseHeader = v.pipe(headerName, v.toLowerCase());
