/** Locks the desk in all tabs of this browser together. */

const LOCK = "lock";

export class OtherTabs {
  readonly #channel: BroadcastChannel;

  constructor(siteId: string, onLock: () => void) {
    this.#channel = new BroadcastChannel(`yobal ${siteId}`);
    this.#channel.onmessage = ({ data }) => {
      if (data === LOCK) onLock();
    };
  }

  lock(): void {
    this.#channel.postMessage(LOCK);
  }
}
