#!/usr/bin/env node
// `npx headgate`, on whatever Node there is: the command itself is TypeScript.

import "./check-node.js";

await import("./headgate.ts");
