import type { ServerResponse } from "node:http";

export interface ClientWatch {
  readonly isGone: boolean;
  /** Calls back once when the client hangs up before its answer is complete; at once when it already did. */
  onGone(listener: () => void): void;
}

/** Watches for a client that closes its connection before the answer. */
export function watchClient(response: ServerResponse): ClientWatch {
  let isGone = false;
  let listener: (() => void) | null = null;
  response.once("close", () => {
    if (response.writableEnded) return;
    isGone = true;
    listener?.();
  });
  return {
    get isGone() {
      return isGone;
    },
    onGone: (given) => {
      listener = given;
      if (isGone) given();
    },
  };
}
