// The WebSocket page: every message is sent back as it came, text as text and bytes as bytes.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";

const PATH = "/ws";
const MESSAGE_BYTES_MAX = 65_536;

export interface WebSocketEcho {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  readonly close: () => void;
}

export function createEcho(): WebSocketEcho {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  sockets.on("connection", (socket) => {
    // A client that breaks the protocol or the size bound is closed by ws; without a listener it would end the process.
    socket.on("error", () => {
      socket.terminate();
    });
    socket.on("message", (message, isBinary) => {
      socket.send(message, { binary: isBinary });
    });
  });
  return {
    upgrade: (request, socket, head) => {
      if (request.url?.split("?", 1)[0] !== PATH) {
        socket.on("error", () => {
          socket.destroy();
        });
        socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        sockets.emit("connection", webSocket, request),
      );
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}
