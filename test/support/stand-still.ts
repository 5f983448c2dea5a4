/** Computes for so long: nothing that came is read, no timer is heard. */
export function standStill(ms: number): void {
  const untilMs = Date.now() + ms;
  while (Date.now() < untilMs);
}
