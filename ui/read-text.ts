/** What stands in a form's field when it is submitted. */
export function readText({ currentTarget }: SubmitEvent, name: string): string {
  const value = new FormData(currentTarget as HTMLFormElement).get(name);
  return typeof value === "string" ? value : "";
}
