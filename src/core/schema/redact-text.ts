// The secrets that a text of a configuration may have in it, by what the text is called and how it is written: credentials
// in URLs, and what stands under the name of a secret.

/** Members that hold a secret, unless they name one: the deployment's secrets are named in capitals. */
const SECRET_MEMBER = /(?:secret|passw(?:or)?d|token|credential|api-?key|private-?key)$/i;
const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
/** Parameters of a query that hold no secret. Any other may: a short one under an odd name is not known by its looks. */
const PLAIN_PARAMETER =
  /^(?:page|per_?page|(?:page_?)?size|limit|count|offset|q|query|search|sort|order|fields?|format|lang|locale|v|(?:api-?)?version|type|kind|region|units?|from|to|since|until)$/i;
/** Long enough to be one under a plain name too, and not written like a word. */
const RANDOM = /^(?=.*\d)[\w.~%+/=-]{20,}$/;
/** What a request says is put there later; a switch tells nothing. */
const PLAIN_VALUE = /^(?:\{[^}]*\}|true|false|[01])$/;
const LOCATION = /^(?:[a-z][a-z0-9+.-]*:\/\/|\/)/i;
const USER = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#@\s]+)@/i;
const PARAMETER = /([?&])([^=&#\s]+)=([^&#\s]+)/g;

/** The text with what `mask` makes of each secret in it. `name` is the member that it stands under. */
export function redactText(text: string, name: string, mask: (secret: string) => string): string {
  if (SECRET_MEMBER.test(name) && !SECRET_NAME.test(text) && text !== "") return mask(text);
  if (!LOCATION.test(text)) return text;
  return text
    .replace(USER, (_all, scheme: string, user: string) => `${scheme}${mask(user)}@`)
    .replace(PARAMETER, (all: string, before: string, parameter: string, given: string) => {
      const isSecret = !PLAIN_PARAMETER.test(parameter) || RANDOM.test(given);
      return isSecret && !PLAIN_VALUE.test(given) ? `${before}${parameter}=${mask(given)}` : all;
    });
}
