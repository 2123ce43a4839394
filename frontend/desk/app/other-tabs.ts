/** The desks in this browser's other tabs: when one is locked, all are. */

const LOCK = "lock";

export class OtherTabs {
  readonly #channel: BroadcastChannel;

  constructor(site: string, onLock: () => void) {
    this.#channel = new BroadcastChannel(`yobal ${site}`);
    this.#channel.onmessage = ({ data }) => {
      if (data === LOCK) onLock();
    };
  }

  lock(): void {
    this.#channel.postMessage(LOCK);
  }
}
