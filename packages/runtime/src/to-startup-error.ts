import { StartupError } from "@composite-llm/core";

interface SystemError extends Error {
  code: string;
  address?: string;
  hostname?: string;
  port?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function placeOf({ address, hostname, port }: SystemError): string {
  const host = address ?? hostname ?? "the configured host";
  return port === undefined ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A sentence for each system error that an operator meets at start. */
const SENTENCES: Record<string, (error: SystemError) => string> = {
  EADDRINUSE: (error) =>
    `Port ${error.port ?? "?"} at ${error.address ?? "the configured host"} is already in use: stop what listens there or set another port.`,
  EADDRNOTAVAIL: (error) => `This machine has no address ${placeOf(error)} to listen on: set another host.`,
  EACCES: (error) => `Not allowed to use ${placeOf(error)}: set a port above 1023 or grant the permission.`,
  ECONNREFUSED: (error) => `Nothing answers at ${placeOf(error)}: start what should run there or set its address.`,
  ENOTFOUND: (error) => `The host name ${placeOf(error)} is not known: check the address.`,
  ETIMEDOUT: (error) => `${placeOf(error)} did not answer in time: check the address and the network.`,
};

/** What the operator should read about an error at start; null when it is a fault of the program. */
export function toStartupError(error: unknown): StartupError | null {
  if (error instanceof StartupError) return error;
  if (!isSystemError(error)) return null;
  const sentence = SENTENCES[error.code]?.(error);
  return sentence === undefined ? null : new StartupError(sentence, { cause: error });
}
