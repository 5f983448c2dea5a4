// A request's URL in its parts. Most are written the way that they would come out of the platform's parser; those are cut
// by one expression, which costs a fraction of it. All others go through the parser.

/** An IPv4 address as the parser writes it, or a name whose last label cannot be read as a number. */
const HOST =
  "(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}|(?:[a-z0-9-]+\\.)*[a-z][a-z0-9-]*)";
/** Without dot segments, and with nothing to escape. */
const PATH = "(?:\\/(?!\\.)[!$&'()*+,\\-.0-9:;=@A-Z_a-z~]*)+";
/** What the parser leaves as it is in a query (WHATWG URL, special-query percent-encode set). */
const QUERY = "\\?[!$%&()*+,\\-./0-9:;=?@A-Z[\\]\\\\^_`a-z{|}~]+";
const PLAIN = new RegExp(`^(https?)://(${HOST})(:(?:[1-5]\\d{4}|[1-9]\\d{0,3}))?(${PATH})(${QUERY})?$`);
/** Every text that the expression is tried on; longer ones are rare, and costly to try. */
const PLAIN_LENGTH_MAX = 2_048;

export interface RequestUrl {
  /** Without a colon. */
  readonly scheme: string;
  /** With a port that is not the scheme's own, as in a Host field. */
  readonly host: string;
  /** Without the port, and without the root's dot: it names the same host (RFC 1034 section 3.1), and must not make a second key of it. */
  readonly hostname: string;
  readonly path: string;
  /** With its question mark; "" where there is none or an empty one. */
  readonly search: string;
}

/** undefined when it cannot be parsed. */
export function parseRequestUrl(text: string): RequestUrl | undefined {
  const cut = text.length > PLAIN_LENGTH_MAX ? null : PLAIN.exec(text);
  if (cut === null) return parseByPlatform(text);
  const [, scheme = "", hostname = "", port = "", path = "", search = ""] = cut;
  if (hostname.includes("xn--") || port === (scheme === "http" ? ":80" : ":443"))
    return parseByPlatform(text);
  return { scheme, host: hostname + port, hostname, path, search };
}

function parseByPlatform(text: string): RequestUrl | undefined {
  const url = URL.parse(text);
  if (url === null) return undefined;
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  const { protocol, host, hostname, pathname, search } = url;
  return { scheme: protocol.slice(0, -1), host, hostname, path: pathname, search };
}

/** As an Origin field names it. */
export function toOrigin({ scheme, host }: RequestUrl): string {
  return `${scheme}://${host}`;
}
