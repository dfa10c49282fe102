/** A reason not to start that is told in one sentence, without a stack trace. */
export class BootstrapError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "BootstrapError";
  }
}
