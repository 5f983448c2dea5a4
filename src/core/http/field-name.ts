// Names of request fields as they are compared. What speaks CGI's language (CGI itself, WSGI, Rack, PHP) hands fields to
// the application as variables, and many spellings become one: "x_tier", to PHP "x.tier" too, is "x-tier" there. So no
// spelling may get by where a name is dropped, withheld, set or counted by.

const ODD = /[^a-z0-9-]/;
const ODD_ALL = /[^a-z0-9-]/g;

/** The one form of all spellings of a name: lower case, with a hyphen for every other character than letters and digits. */
export function foldName(name: string): string {
  const lower = name.toLowerCase();
  return ODD.test(lower) ? lower.replace(ODD_ALL, "-") : lower;
}
