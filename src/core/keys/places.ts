/** Where a key with an address may be counted: the platform's continents, and where it names none. */
export const PLACES = ["AF", "AN", "AS", "EU", "NA", "OC", "SA", "unknown"] as const;
