// Names of request fields are compared folded. CGI, WSGI, Rack and PHP pass fields to the application as variables, and
// several names become one variable: "X-Tier", "X_Tier" and, in PHP, "X.Tier" are all HTTP_X_TIER. A client must not get
// around a rule about one of them by sending another.

const ODD = /[^a-z0-9-]/;
const ODD_ALL = /[^a-z0-9-]/g;

/** Folds a name: lower case, and a hyphen for every character that is no letter and no digit. */
export function foldName(name: string): string {
  const lower = name.toLowerCase();
  return ODD.test(lower) ? lower.replace(ODD_ALL, "-") : lower;
}
