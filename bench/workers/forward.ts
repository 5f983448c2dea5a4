// The least that a Worker does to forward a request: another authority, everything else as it came.

export interface OriginBinding {
  readonly ORIGIN_URL: string;
}

export function forward(request: Request, { ORIGIN_URL }: OriginBinding): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  return fetch(ORIGIN_URL + pathname + search, request);
}
