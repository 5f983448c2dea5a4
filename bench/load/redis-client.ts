// One connection to Redis: commands go out as they come, replies come back in the same order.

import { connect } from "node:net";
import { readReply, type Reply, ReplyError, toCommandText } from "./redis-protocol.ts";

export interface RedisClient {
  /** Never rejects: a lost connection is a ReplyError too. */
  readonly send: (command: readonly string[]) => Promise<Reply>;
  readonly close: () => void;
}

export function connectToRedis(socketPath: string): RedisClient {
  const waiting: ((reply: Reply) => void)[] = [];
  let received = "";
  const socket = connect({ path: socketPath });
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    let at = 0;
    for (let read = readReply(received, at); read !== undefined; read = readReply(received, at)) {
      at = read.end;
      waiting.shift()?.(read.reply);
    }
    received = received.slice(at);
  });
  // Every error is followed by "close".
  socket.on("error", () => undefined);
  socket.on("close", () => {
    for (const resolve of waiting.splice(0)) resolve(new ReplyError("ERR the connection to Redis is lost"));
  });
  return {
    send: (command) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        socket.write(toCommandText(command), "latin1");
      }),
    close: () => {
      socket.destroy();
    },
  };
}
