// What stands behind the gateways: express, whose routes are matched as loosely as express matches them.

import express from "express";

let inFlight = 0;

const app = express();
app.get("/search", (_request, response) => response.set("X-Handler", "search").send("found"));
// A head at once, and a line each tenth of a second for four seconds.
app.get("/slow", (_request, response) => {
  inFlight += 1;
  const timer = setInterval(() => response.write("line\n"), 100);
  const end = setTimeout(() => response.end(), 4_000);
  response.on("close", () => {
    inFlight -= 1;
    clearInterval(timer);
    clearTimeout(end);
  });
  response.set("Cache-Control", "no-store").write("first\n");
});
app.get("/in-flight", (_request, response) => response.send(String(inFlight)));
app.use((_request, response) => response.set("X-Handler", "other").send("hello"));
app.listen(Number(process.env.PORT), "127.0.0.1");
