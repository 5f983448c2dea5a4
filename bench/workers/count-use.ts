// Counts what a Worker's Durable Objects are billed for, from outside of their code: calls, alarms and rows written. What
// it wraps is a bit slower for it, so nothing that is wrapped is timed.

import type { DurableObjectState, DurableObjectStorage, SqlStorage } from "@cloudflare/workers-types";

type Method = (this: unknown, ...args: unknown[]) => unknown;
type ObjectClass = new (context: DurableObjectState, env: unknown) => object;

/** Since the Worker was loaded: its objects are in its own isolate here. */
export const use = { calls: 0, rowsWritten: 0 };

/** The class with every method counted as a call. */
export function countUse(counted: ObjectClass): ObjectClass {
  const watching = class extends counted {
    constructor(context: DurableObjectState, env: unknown) {
      watchStorage(context.storage);
      super(context, env);
    }
  };
  for (const name of Object.getOwnPropertyNames(counted.prototype)) {
    if (name !== "constructor") wrap(watching.prototype, name, countCall);
  }
  return watching;
}

function countCall(): void {
  use.calls += 1;
}

let isWatching = false;

/** All objects share the prototypes of what they store with. */
function watchStorage(storage: DurableObjectStorage): void {
  if (isWatching) return;
  isWatching = true;
  wrap(Object.getPrototypeOf(storage.sql), "exec", (cursor) => {
    use.rowsWritten += (cursor as ReturnType<SqlStorage["exec"]>).rowsWritten;
  });
  wrap(Object.getPrototypeOf(storage), "put", writeMany);
  wrap(Object.getPrototypeOf(storage), "delete", writeMany);
  wrap(Object.getPrototypeOf(storage), "setAlarm", writeOne);
  wrap(Object.getPrototypeOf(storage.kv), "put", writeOne);
  wrap(Object.getPrototypeOf(storage.kv), "delete", writeOne);
}

function writeOne(): void {
  use.rowsWritten += 1;
}

/** Of one key, a list of keys, or an object of entries. */
function writeMany(_result: unknown, [keys]: readonly unknown[]): void {
  use.rowsWritten += typeof keys === "object" && keys !== null ? Object.keys(keys).length : 1;
}

/** Calls `after` with what a method returned and what it was called with. */
function wrap(owner: object, name: string, after: (result: unknown, args: readonly unknown[]) => void): void {
  const methods = owner as Record<string, Method | undefined>;
  const method = methods[name];
  if (method === undefined) return;
  methods[name] = function (...args) {
    const result = method.apply(this, args);
    after(result, args);
    return result;
  };
}
