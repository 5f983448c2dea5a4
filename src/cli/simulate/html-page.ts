// The result of a simulation as one HTML page that asks nothing of any host: a picture of requests and denials, and tables.

import type { TimelinePoint } from "../../core/simulation/summary.ts";

export interface PageTable {
  readonly caption: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

const WIDTH = 960;
const HEIGHT = 200;

export function toPage(
  title: string,
  points: readonly TimelinePoint[],
  tables: readonly PageTable[],
): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark; }
svg { width: 100%; height: auto; } .requests { fill: #8aa4c8; } .denied { fill: #c2410c; }
table { border-collapse: collapse; margin: 1.5rem 0; } caption { text-align: left; font-weight: 600; }
th, td { border-bottom: 1px solid #8888; padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; overflow-wrap: anywhere; }
</style>
<h1>${escape(title)}</h1>
${toChart(points)}
${tables.map(toTable).join("\n")}
</html>
`;
}

function toChart(points: readonly TimelinePoint[]): string {
  const most = Math.max(1, ...points.map(({ requests }) => requests));
  const width = WIDTH / Math.max(1, points.length);
  const bar = (kind: "requests" | "denied", at: number, count: number): string => {
    const height = (count / most) * HEIGHT;
    const [x, y] = [at * width, HEIGHT - height];
    return count === 0
      ? ""
      : `<rect class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(1, width - 0.5).toFixed(1)}" height="${height.toFixed(1)}"/>`;
  };
  const bars = points.map(
    ({ requests, denied }, at) => bar("requests", at, requests) + bar("denied", at, denied),
  );
  const denied = points.reduce((sum, point) => sum + point.denied, 0);
  const label = `Requests over time, at most ${most} in a bar, and of them ${denied} denied in all`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(label)}">${bars.join("")}</svg><p>${escape(label)}.</p>`;
}

function toTable({ caption, headings, rows }: PageTable): string {
  const head = headings.map((heading) => `<th scope="col">${escape(heading)}</th>`).join("");
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`)
    .join("\n");
  return `<table><caption>${escape(caption)}</caption><tr>${head}</tr>\n${body}</table>`;
}

/** Whatever a log has may stand here: it is text. */
function escape(value: string | number | undefined): string {
  return String(value ?? "").replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
