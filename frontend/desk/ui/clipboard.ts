/** Copying for a person; a browser may forbid it. */

/** True where it was copied; where not, the words stand there to be selected by hand. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export const NOT_COPIED = "This browser did not allow it. Select the text and copy it by hand.";
