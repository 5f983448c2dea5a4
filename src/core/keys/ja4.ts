// The fingerprint of the client's TLS handshake (JA4), as the platform's bot management computes it: the same for all
// clients of one program, whatever address they come from. Missing where the platform names none.

import type { KeyExtractor } from "./key-extractor.ts";

export const ja4: KeyExtractor = { argument: undefined, read: ({ bot }) => bot?.ja4 };
