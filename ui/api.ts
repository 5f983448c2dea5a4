// Asks the admin API of the gateway that the page came from. The page stands beside the API's operations, so paths are
// relative and the prefix need not be known.

/** Why there is no answer: the gateway's own code, or "unreachable". */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface Call {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly body?: unknown;
}

export type Ask = <Answer>(path: string, call?: Call) => Promise<Answer>;

const PATIENCE_MS = 10_000;

export function createAsk(token: string): Ask {
  return async <Answer>(path: string, { method = "GET", body }: Call = {}): Promise<Answer> => {
    const response = await send(path, {
      method,
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 204) return undefined as Answer;
    const answer: unknown = await response.json().catch(() => ({}));
    if (response.ok) return answer as Answer;
    throw toError(response, answer as ProblemDocument);
  };
}

interface ProblemDocument {
  readonly code?: string;
  readonly title?: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new ApiError("unreachable", 0, "The gateway does not answer.");
  }
}

function toError({ status }: Response, { code = "", title = "", problems }: ProblemDocument): ApiError {
  const said = problems?.map(({ path, message }) => `${path} ${message}`).join("; ") ?? title;
  return new ApiError(code, status, said === "" ? `The gateway answered ${status}.` : said);
}
