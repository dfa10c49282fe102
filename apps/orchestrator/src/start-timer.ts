import type { Timer } from "@composite-llm/engine";

export const startTimer: Timer = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
