// What a route changes of the messages that pass it, as the gateway uses it.

import { type FieldMask, parseFieldMask } from "./field-mask.ts";

type Renamed = readonly (readonly [from: string, to: string])[];

export interface RouteShape {
  /** Whether requests may select fields (`?fields=`). */
  readonly fields: boolean;
  /** Taken out of every JSON answer. */
  readonly dropped: FieldMask | undefined;
  /** The mask as it is written; "" for none. */
  readonly droppedText: string;
  /** The largest answer that is trimmed. */
  readonly bodyBytesMax: number;
  /** Header fields with other names, lower case. */
  readonly requestNames: Renamed;
  readonly responseNames: Renamed;
}

export interface ShapeGiven {
  readonly fields: boolean;
  readonly request: { readonly renameHeaders: Renamed };
  readonly response: {
    readonly renameHeaders: Renamed;
    readonly dropFields?: string | undefined;
    readonly bodyBytesMax: number;
  };
}

/** The shape of a route; undefined where it leaves messages as they are: it then pays for nothing. */
export function toRouteShape({ fields, request, response }: ShapeGiven): RouteShape | undefined {
  const { dropFields, renameHeaders: responseNames, bodyBytesMax } = response;
  const requestNames = request.renameHeaders;
  const dropped = dropFields === undefined ? undefined : parseFieldMask(dropFields);
  if (!fields && dropped === undefined && requestNames.length + responseNames.length === 0) return undefined;
  return {
    fields,
    dropped: dropped?.ok === true ? dropped.value : undefined,
    droppedText: dropFields ?? "",
    bodyBytesMax,
    requestNames,
    responseNames,
  };
}
