/** Thrown for content that the messages API has no form for. */
export class Untranslatable extends Error {
  /** The field of the request. */
  readonly param: string;

  constructor(message: string, param: string) {
    super(message);
    this.name = "Untranslatable";
    this.param = param;
  }
}
