/** Locks and unlocks the desk in all tabs of this browser together. */

export type TabMessage = "lock" | "locked" | "unlocked" | "used";

export class OtherTabs {
  readonly #channel: BroadcastChannel;

  constructor(siteId: string, onMessage: (message: TabMessage) => void) {
    this.#channel = new BroadcastChannel(`yobal ${siteId}`);
    this.#channel.onmessage = ({ data }) => onMessage(data as TabMessage);
  }

  tell(message: TabMessage): void {
    this.#channel.postMessage(message);
  }
}
