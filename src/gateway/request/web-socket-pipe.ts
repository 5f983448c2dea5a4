// Passes a WebSocket on message by message, so that its end is seen. The platform does it faster where nobody has to know.
// A side that reads slower than the other sends has what is on its way to it kept in memory: the platform says nothing of
// what has left.

/** How long an origin may take to close after its client has. */
const CLOSING_MS = 5_000;
/** What a side is told when the other one has gone without a word: no code that stands for that may be sent. */
const CLIENT_GONE = 1_001;
const ORIGIN_GONE = 1_011;
/** What an end without a close frame, and a close frame without a code, is reported as (RFC 6455 section 7.4.1). */
const ABNORMAL = 1_006;
const NO_CODE = 1_005;

interface PipedWebSocket {
  /** For the client's response. */
  readonly client: WebSocket;
  /** When the origin's side has closed. */
  readonly ended: Promise<void>;
}

/** `abort` ends the origin's side at once. */
export function pipeWebSocket(origin: WebSocket, abort: () => void): PipedWebSocket {
  const { 0: client, 1: near } = new WebSocketPair();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  for (const side of [origin, near]) {
    side.binaryType = "arraybuffer";
    side.accept({ allowHalfOpen: true });
  }
  let timer: ReturnType<typeof setTimeout> | null = null;
  pass(origin, near, ORIGIN_GONE);
  pass(near, origin, CLIENT_GONE);
  near.addEventListener("close", () => {
    timer ??= setTimeout(abort, CLOSING_MS);
  });
  for (const name of ["close", "error"] as const)
    origin.addEventListener(name, () => {
      clearTimeout(timer);
      resolve();
    });
  return { client, ended };
}

function pass(from: WebSocket, to: WebSocket, goneCode: number): void {
  from.addEventListener("message", ({ data }) => {
    if (to.readyState === WebSocket.OPEN) to.send(data);
  });
  from.addEventListener("close", ({ code, reason }) => {
    if (code === NO_CODE) close(to);
    else if (code === ABNORMAL) close(to, goneCode);
    else close(to, code, reason);
  });
  from.addEventListener("error", () => {
    close(to, goneCode);
  });
}

/** It may be closed already. */
function close(socket: WebSocket, ...as: Parameters<WebSocket["close"]>): void {
  try {
    socket.close(...as);
  } catch {
    // Nothing is left to be done.
  }
}
