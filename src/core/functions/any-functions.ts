// Stands for the code of a deployed file where a configuration is read that was shown, and none of it is called.

import type { FunctionSettings, OwnFunctions } from "./own-function.ts";

class AnyFunctions extends Map<string, FunctionSettings> {
  override has(_name: string): boolean {
    return true;
  }

  override get(name: string): FunctionSettings {
    return { name, run: () => undefined, timeoutMs: 0, onFault: undefined, env: [] };
  }
}

export const ANY_FUNCTIONS: OwnFunctions = new AnyFunctions();
