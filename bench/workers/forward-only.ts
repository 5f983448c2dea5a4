// Forwards, and nothing else.

import { forward } from "./forward.ts";

export default { fetch: forward };
