// Libraries for Node: each with counters in its own memory, and over a Redis.

import { peerPackages, redisServer } from "../../machine/needs.ts";
import { startProgramSubject } from "../start-program.ts";
import type { Abilities, Subject } from "../subject.ts";

interface Library {
  readonly name: string;
  readonly title: string;
  readonly algorithm: string;
  readonly can?: Abilities;
}

const express: Library = {
  name: "express",
  title: "express-rate-limit",
  algorithm: "fixed window",
  can: { careful: true },
};
const flexible: Library = {
  name: "flexible",
  title: "rate-limiter-flexible",
  algorithm: "fixed window",
  can: { cost: true, careful: true },
};
const fastify: Library = {
  name: "fastify",
  title: "@fastify/rate-limit",
  algorithm: "fixed window",
  can: { careful: true },
};
const koa: Library = { name: "koa", title: "koa-ratelimit", algorithm: "sliding log" };

export const programs: readonly Subject[] = [
  createProgram(express, "memory"),
  createProgram(express, "redis"),
  createProgram(flexible, "memory"),
  createProgram(flexible, "redis"),
  createProgram(fastify, "memory"),
  createProgram(fastify, "redis"),
  createProgram(koa, "redis"),
];

function createProgram({ name, title, algorithm, can = {} }: Library, store: "memory" | "redis"): Subject {
  const path = `peers/apps/${name}.js`;
  return {
    name: store === "memory" ? name : `${name}-redis`,
    title: store === "memory" ? `${title}, in memory` : `${title}, Redis`,
    algorithm,
    settings: `bench/${path}`,
    needs: store === "memory" ? [peerPackages] : [peerPackages, redisServer],
    addressField: "X-Forwarded-For",
    can: store === "memory" ? { ...can, careful: false } : can,
    start: (place, rules) =>
      startProgramSubject(place, rules, { program: new URL(`../../${path}`, import.meta.url), store }),
  };
}
