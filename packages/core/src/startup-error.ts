/**
 * A process cannot start for a reason that its operator can change. The message is a clear sentence that names the
 * cause and the fix (a list of problems may follow it, one a line); it is printed as it is, without a stack trace.
 */
export class StartupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StartupError";
  }
}
