import type { RunId } from "@composite-llm/core";

const EVERY_MS = 500;

/** A request that was refused although its run may have been accepted, because the answer to that was lost. */
export interface Withdrawal {
  run: RunId;
  /** Under which name the request listens. */
  listener: string;
  /** Whether another request can have found the run. */
  mayBeJoined: boolean;
}

export interface Withdrawals {
  /** Takes the request's part in the run back, and tries again until Redis has answered. */
  withdraw(withdrawal: Withdrawal): void;
  close(): void;
}

export interface WithdrawalsOptions {
  isConnected(): boolean;
  withdraw(withdrawal: Withdrawal): Promise<void>;
  onError(error: Error): void;
}

export function openWithdrawals({ isConnected, withdraw, onError }: WithdrawalsOptions): Withdrawals {
  const left = new Set<Withdrawal>();
  const sent = new Set<Withdrawal>();
  const attempt = (withdrawal: Withdrawal): void => {
    if (!isConnected() || sent.has(withdrawal)) return;
    sent.add(withdrawal);
    withdraw(withdrawal)
      .then(() => left.delete(withdrawal), onError)
      .finally(() => sent.delete(withdrawal));
  };
  const timer = setInterval(() => left.forEach(attempt), EVERY_MS);
  return {
    withdraw: (withdrawal) => {
      left.add(withdrawal);
      attempt(withdrawal);
    },
    close: () => clearInterval(timer),
  };
}
