/** JSON of an object with one member more, in two halves: what a script decides goes between them. */
export function splitAtStatus(object: object, name: "state" | "status"): [head: string, tail: string] {
  return [`${JSON.stringify(object).slice(0, -1)},"${name}":"`, '"}'];
}
