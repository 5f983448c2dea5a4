// Web cache deception: a URL that looks like a file to the cache and like a private page to the origin. Asked only when
// the route or a heuristic, not the origin, calls a response fresh: an origin that says so itself means it.

export type Deception = "content-type" | "path-delimiter";

/** Places where origins cut a path short and caches do not: ";", an escaped "#", "?", NUL, line end, separator. */
const DELIMITER = /;|%(?:00|0a|0d|09|23|3f|2f|5c)|\\/i;
const EXTENSION = /\.([a-z0-9]{1,8})$/i;

const SCRIPT = ["text/javascript", "application/javascript", "application/x-javascript"];
const FONT = ["font/", "application/font", "application/x-font", "application/vnd.ms-fontobject"];
const ZIPPED = ["application/zip", "application/gzip", "application/x-", "application/vnd."];

/** Types that a response to a path with this extension may have; a family ends with "/". */
const TYPES_BY_EXTENSION: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    css: ["text/css"],
    js: SCRIPT,
    mjs: SCRIPT,
    map: ["application/json", "text/plain"],
    json: ["application/json", "application/manifest+json", "application/geo+json", "application/ld+json"],
    xml: ["application/xml", "text/xml", "application/rss+xml", "application/atom+xml"],
    txt: ["text/plain"],
    csv: ["text/csv", "text/plain"],
    wasm: ["application/wasm"],
    pdf: ["application/pdf"],
    ...repeat(["gif", "jpg", "jpeg", "png", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff"], ["image/"]),
    ...repeat(["woff", "woff2", "ttf", "otf", "eot"], FONT),
    ...repeat(["mp3", "ogg", "wav", "flac", "m4a", "aac"], ["audio/", "application/ogg"]),
    ...repeat(["mp4", "webm", "mov", "avi", "mkv"], ["video/"]),
    ...repeat(["zip", "gz", "tgz", "bz2", "7z", "rar", "jar", "apk", "exe", "dmg"], ZIPPED),
    ...repeat(["doc", "docx", "xls", "xlsx", "ppt", "pptx"], ["application/msword", "application/vnd."]),
  }),
);
/** Types that servers give files whose type they do not know. Never a page. */
const UNKNOWN_TYPE = "application/octet-stream";

/** The reason why a response may not be stored unless its origin allows it, or undefined. `path` is canonical. */
export function findDeception(path: string, contentType: string | null | undefined): Deception | undefined {
  if (DELIMITER.test(path)) return "path-delimiter";
  const extension = EXTENSION.exec(path)?.[1]?.toLowerCase();
  const types = extension === undefined ? undefined : TYPES_BY_EXTENSION.get(extension);
  if (types === undefined) return undefined;
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type === UNKNOWN_TYPE || types.some((known) => type.startsWith(known)) ? undefined : "content-type";
}

function repeat(
  extensions: readonly string[],
  types: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(extensions.map((extension) => [extension, types]));
}
