import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SilenceWatch } from "./silence-watch.ts";

describe("the watch over silence", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function createWatch() {
    const onSilence = vi.fn<(silence: string) => void>();
    const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
    return { onSilence, watch: new SilenceWatch(clock, onSilence) };
  }

  it("tells what was waited for in vain", () => {
    const { watch, onSilence } = createWatch();
    watch.expect("first_token", 100);
    vi.advanceTimersByTime(99);
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2);
    expect(onSilence).toHaveBeenCalledExactlyOnceWith("first_token");
  });

  it("counts from the last progress, with one timer for any number of pieces", () => {
    const { watch, onSilence } = createWatch();
    watch.expect("first_token", 1000);
    for (let piece = 0; piece < 50; piece += 1) {
      watch.progress(100);
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(90);
    }
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(onSilence).toHaveBeenCalledExactlyOnceWith("idle");
  });

  it("is quiet once it was stopped", () => {
    const { watch, onSilence } = createWatch();
    watch.expect("answer", 100);
    watch.stop();
    vi.advanceTimersByTime(1000);
    expect(onSilence).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
