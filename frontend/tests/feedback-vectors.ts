/** Feedback to authors as the Python tests read it, too. */

import type { Feedback } from "../desk/crypto/feedback.ts";
import { readVectors } from "./vectors.ts";

export const feedbackVectors = readVectors<{
  pepper: string;
  code: string;
  identity: string;
  recipient: string;
  feedback_key: string;
  recipient_mac: string;
  padded_bytes: number;
  padded_note_bytes: number;
  sealed_bytes: number;
  sealed_note_bytes: number;
  epoch: { identity: string; recipient: string };
  sealed: string;
  sealed_note: string;
  hash: string;
  valid: { name: string; plain: string }[];
}>("feedback.json");

export const nothing: Feedback = {
  ...{ v: 1, note: "", changes: [], former_name: null, name: null, lang: null },
  is_abridged: false,
};
