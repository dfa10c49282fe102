/** How a vendor departs from OpenAI's wire format. */
export interface Quirks {
  /** Whether it must not be asked for usage in a stream, because it refuses the option and reports it anyway. */
  refusesStreamOptions?: true;
  /** Whether its completion tokens leave the reasoning ones out, which are then only in the total. */
  countsReasoningApart?: true;
}

const QUIRKS: Readonly<Record<string, Quirks>> = {
  mistral: { refusesStreamOptions: true },
  xai: { countsReasoningApart: true },
  gemini: { countsReasoningApart: true },
};

const NONE: Quirks = {};

/** The quirks of a preset; none for those that keep to the format. */
export function quirksOf(preset: string): Quirks {
  return Object.hasOwn(QUIRKS, preset) ? (QUIRKS[preset] ?? NONE) : NONE;
}
