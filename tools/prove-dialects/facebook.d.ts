// As far as it is used: it comes without types.

declare module "facebook-nodejs-business-sdk" {
  export class FacebookAdsApi {
    /** Where calls go, which the class has as a getter. */
    static readonly GRAPH: string;
    constructor(token: string, locale?: string, reportsCrashes?: boolean);
    call(method: string, path: string | readonly string[], params?: object): Promise<unknown>;
  }
  export interface Cursor extends Array<{ readonly id: string }> {
    hasNext(): boolean;
    next(): Promise<Cursor>;
  }
  export class Page {
    constructor(id: string, data: object, parent: undefined, api: FacebookAdsApi);
    getFeed(fields: readonly string[], params: object): Promise<Cursor>;
  }
}
