// A client of the Chrome DevTools Protocol, as far as a breakpoint needs one.

import { WebSocket } from "ws";

export interface CallFrame {
  readonly callFrameId: string;
  readonly location: { readonly lineNumber: number; readonly columnNumber: number };
}

export interface Debugger {
  readonly send: (method: string, params?: object) => Promise<unknown>;
  /** The URL of the script that fits. */
  readonly findScript: (isWanted: (url: string) => boolean) => Promise<string>;
  /** The innermost frame where a breakpoint was met. */
  readonly paused: () => Promise<CallFrame>;
  readonly close: () => void;
}

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly method?: string;
  readonly params?: { readonly url?: string; readonly callFrames?: readonly CallFrame[] };
}

/** With the debugger switched on: all scripts have been told. */
export async function connectDebugger(url: URL | undefined): Promise<Debugger> {
  if (url === undefined) throw new Error("There is no inspector");
  const socket = new WebSocket(url);
  const answers = new Map<number, (result: unknown) => void>();
  const scripts: string[] = [];
  const pause = Promise.withResolvers<CallFrame>();
  socket.on("message", (data: Buffer) => {
    const { id, result, method, params } = JSON.parse(data.toString()) as Message;
    if (id !== undefined) answers.get(id)?.(result);
    if (method === "Debugger.scriptParsed" && params?.url !== undefined) scripts.push(params.url);
    if (method === "Debugger.paused" && params?.callFrames?.[0] !== undefined)
      pause.resolve(params.callFrames[0]);
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  let sent = 0;
  const send = (method: string, params: object = {}): Promise<unknown> => {
    sent += 1;
    socket.send(JSON.stringify({ id: sent, method, params }));
    return new Promise((resolve) => answers.set(sent, resolve));
  };
  await send("Debugger.enable");
  return {
    send,
    findScript: (isWanted) => {
      const found = scripts.find(isWanted);
      return found === undefined
        ? Promise.reject(new Error(`Only ${scripts.join(", ")}`))
        : Promise.resolve(found);
    },
    paused: () => pause.promise,
    close: () => {
      socket.close();
    },
  };
}
