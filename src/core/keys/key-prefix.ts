// What an API key begins with: a word of the operator's, so that a key that is found somewhere says whose it is.

/** It may have several parts: "acme_live". What may be shown of a key, and is asked for by, is 9 characters longer. */
export const KEY_PREFIX = /^(?=.{1,15}$)[a-z][a-z0-9]*(?:_[a-z0-9]+){0,3}$/;
export const KEY_PREFIX_WANTED =
  'must be 1 to 15 lower-case letters and digits, such as "acme" or "acme_live"';
