// A Durable Object's class as those see it who only bind it: what it answers is between it and its gateway.

export type ObjectClass = new (state: DurableObjectState, env: never) => Rpc.DurableObjectBranded;
