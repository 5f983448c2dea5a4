// As far as it is used: it comes without types.

declare module "facebook-nodejs-business-sdk" {
  export class FacebookAdsApi {
    constructor(token: string);
    call(method: string, url: string): Promise<unknown>;
  }
}
