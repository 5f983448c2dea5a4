// What an API key begins with: a word of the operator's, so that a key that is found somewhere says whose it is.

/** It may have several parts: "acme_live". */
export const KEY_PREFIX = /^[a-z][a-z0-9]*(?:_[a-z0-9]+){0,3}$/;
export const KEY_PREFIX_WANTED = 'must be lower-case letters and digits, such as "acme" or "acme_live"';
