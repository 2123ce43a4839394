/** Calls back when the desk was not used for some time, in any tab of this browser. */

const CHECK_MS = 5_000;
/** How often other tabs are told that this one is used. */
const REPORT_MS = 10_000;
const EVENTS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove", "input"] as const;

/** How long before a lock the notice comes; with a very short idle lock, a quarter of it. */
const NOTICE_MS = 60_000;

interface IdleListener {
  reportUse: () => void;
  /** The lock is near, or no longer near. */
  onNear: (isNear: boolean) => void;
  onIdle: () => void;
}

export class IdleTimer {
  #usedAt = Date.now();
  #reportedAt = 0;
  #isNear = false;
  readonly #stop = new AbortController();

  constructor(
    private readonly idleMs: number,
    private readonly listener: IdleListener,
  ) {}

  start(): void {
    const { signal } = this.#stop;
    for (const name of EVENTS) {
      addEventListener(name, () => this.#use(), { capture: true, passive: true, signal });
    }
    // After sleep, timers may come late; a page that is shown again must not show comments for a moment.
    for (const name of ["visibilitychange", "resume"]) {
      document.addEventListener(name, () => this.#check(), { signal });
    }
    addEventListener("focus", () => this.#check(), { signal });
    const timer = setInterval(() => this.#check(), CHECK_MS);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Also when another tab was used. */
  extend(): void {
    if (!this.#isOver) this.#usedAt = Date.now();
    this.#tellIfNear();
  }

  /** A key press after sleep must not open what should be locked. */
  #use(): void {
    this.#check();
    if (this.#stop.signal.aborted) return;
    this.extend();
    if (Date.now() - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = Date.now();
    this.listener.reportUse();
  }

  get #isOver(): boolean {
    return Date.now() - this.#usedAt >= this.idleMs;
  }

  #check(): void {
    if (this.#stop.signal.aborted) return;
    if (!this.#isOver) {
      this.#tellIfNear();
      return;
    }
    this.stop();
    this.listener.onIdle();
  }

  #tellIfNear(): void {
    const remainingMs = this.#usedAt + this.idleMs - Date.now();
    const isNear = remainingMs <= Math.min(NOTICE_MS, this.idleMs / 4);
    if (isNear === this.#isNear) return;
    this.#isNear = isNear;
    this.listener.onNear(isNear);
  }
}
