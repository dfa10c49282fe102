export interface SplitModelName {
  /** The name without its directives: decides what the model is like. */
  base: string;
  /** The directives, null when there are none. */
  program: string | null;
}

const FORM = /^(?<before>.*?)(?<separator>^|[-/:@.])mock(?:-(?<program>.+))?$/;

/** Splits `gpt-5-mock-latency-200` into the model `gpt-5` and its directives `latency-200`. */
export function splitModelName(model: string): SplitModelName {
  const { before = "", separator = "", program } = FORM.exec(model)?.groups ?? {};
  if (program === undefined) return { base: model, program: null };
  return { base: separator === "-" ? before : `${before}${separator}mock`, program };
}
