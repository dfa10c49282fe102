import type { Environment } from "./environment.ts";

/** What a service needs of the process that it runs in. */
export interface ProcessHost {
  env: Environment;
  /** Tells the process that started this one; resolves once the message left, and also when nobody listens. */
  send(message: { listening: string | null } | { failed: string }): Promise<void>;
  /** Prints a line for the operator. */
  printError(line: string): void;
  exit(code: number): void;
  onSignal(listener: (signal: "SIGTERM" | "SIGINT") => void): void;
  /** The process that started this one is gone. */
  onDisconnect(listener: () => void): void;
  /** An exception or a rejection that nobody caught. */
  onCrash(listener: (error: unknown) => void): void;
}

export const nodeProcess: ProcessHost = {
  env: process.env,
  send: (message) =>
    new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else process.send(message, () => resolve());
    }),
  printError: (line) => process.stderr.write(`${line}\n`),
  exit: (code) => process.exit(code),
  onSignal: (listener) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => listener(signal));
  },
  onDisconnect: (listener) => process.on("disconnect", listener),
  onCrash: (listener) => {
    process.on("uncaughtException", listener);
    process.on("unhandledRejection", listener);
  },
};
