import { loadScripts, SCRIPT_NAMES, type ScriptName, type ScriptTexts } from "../../lua/load-scripts.ts";

/** A fault in the text of one script, or of all when it stands in what they share. */
export interface PlantedFault {
  name: string;
  script: ScriptName | "prelude";
  sound: string;
  faulty: string;
  /** Of the interleavings that show it soon, where those in which all are looked for take long. */
  seed?: number;
}

/** The scripts with the fault in them. Throws when the text in which it is planted is not there any more. */
export function plantFault({ name, script, sound, faulty }: PlantedFault): ScriptTexts {
  const texts = loadScripts();
  for (const planted of script === "prelude" ? SCRIPT_NAMES : [script]) {
    if (!texts[planted].includes(sound)) throw new Error(`"${name}" cannot be planted: ${planted} has no ${sound}`);
    texts[planted] = texts[planted].replace(sound, () => faulty);
  }
  return texts;
}
