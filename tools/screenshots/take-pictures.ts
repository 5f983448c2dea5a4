// Opens the dashboard in Chromium and takes the pictures, each with a palette: of flat colours little is lost.

import { mkdir, writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { startBrowser } from "../../test/conformance/support/browser.ts";

const FOLDER = "docs/guides/pictures";
const BYTES_MAX = 150_000;
const COLOURS = 128;
const WIDTH = 1_280;
const MARGIN = 12;

interface Picture {
  readonly name: string;
  readonly colorScheme: "light" | "dark";
  readonly width?: number;
  readonly take: (page: Page) => Promise<Buffer>;
}

/** A part of the page, by the heading that it has. */
const takeSection =
  (name: string) =>
  async (page: Page): Promise<Buffer> => {
    const box = await page.getByRole("region", { name, exact: true }).boundingBox();
    if (box === null) throw new Error(`There is no ${name}`);
    const { x, y, width, height } = box;
    const clip = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    return page.screenshot({ clip, fullPage: true });
  };

const takeTop = async (page: Page): Promise<Buffer> => page.screenshot();

const pictures: readonly Picture[] = [
  { name: "overview", colorScheme: "light", take: takeTop },
  { name: "overview-dark", colorScheme: "dark", take: takeTop },
  { name: "phone", colorScheme: "light", width: 390, take: takeTop },
  { name: "headroom", colorScheme: "light", take: takeSection("Headroom") },
  { name: "where-time-goes", colorScheme: "light", take: takeSection("Where time goes") },
  { name: "tail", colorScheme: "light", take: takeSection("Refused and failed, as it happens") },
  { name: "alerts", colorScheme: "light", take: takeSection("Alerts") },
  {
    name: "override",
    colorScheme: "light",
    take: async (page) => {
      const row = page.getByRole("row").filter({ hasText: "203.0.113.7" }).first();
      await row.getByRole("button", { name: /^Override/ }).click();
      const picture = await page.getByRole("dialog").screenshot();
      await page.getByRole("button", { name: "Close" }).click();
      return picture;
    },
  },
];

export async function takePictures(address: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const browser = await startBrowser();
  try {
    const page = await browser.open(address);
    await page.getByRole("combobox", { name: "Policy" }).selectOption("hourly");
    await page.getByRole("row").filter({ hasText: "203.0.113.7" }).first().waitFor();
    for (const { name, colorScheme, width = WIDTH, take } of pictures) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 860 });
      await page.evaluate("scrollTo(0, 0)");
      await save(name, await take(page));
    }
  } finally {
    await browser.close();
  }
}

async function save(name: string, taken: Buffer): Promise<void> {
  const picture = await sharp(taken).png({ palette: true, colours: COLOURS, effort: 10 }).toBuffer();
  if (picture.length > BYTES_MAX) throw new Error(`${name}.png has ${picture.length} bytes`);
  await writeFile(`${FOLDER}/${name}.png`, picture);
  console.log(`${FOLDER}/${name}.png: ${picture.length} bytes`);
}
