import { defineConfig } from "headgate";

export default defineConfig({
  origin: "http://127.0.0.1:8790",
  policies: {},
  routes: [{ path: "/*" }],
});
