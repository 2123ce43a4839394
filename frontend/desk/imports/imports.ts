/** Comments that the technician has brought in from another system: a lead looks at them, and signs or refuses. */

import { errorMessage, isStored } from "../api/client.ts";
import type {
  ImportList,
  ImportOverview,
  ImportSample,
  SampleComment,
  SignedImport,
} from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { Dom } from "../ui/dom.ts";
import type { ImportSigner } from "./import-signer.ts";

export class Imports {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  imports: ImportOverview[] = [];
  /** Some comments of an import, by its id. */
  readonly samples = new Map<string, SampleComment[]>();
  /** The import that “Refuse” was pressed on, and is asked about. */
  refusingId: string | null = null;
  isBusy = false;

  constructor(
    private readonly dom: Dom,
    private readonly signer: ImportSigner,
    /** Called when fewer imports wait than before: the header has a line about them. */
    private readonly changed: () => Promise<void>,
  ) {}

  async load(): Promise<void> {
    try {
      this.imports = (await this.dom.post<ImportList>("/api/desk/imports", {})).imports;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  /** Other comments each time; of one story, or of all. */
  async loadSample({ import_id }: ImportOverview, story_id: string | null = null): Promise<void> {
    await this.#withBusy(async () => {
      const request = { import_id, story_id };
      const sample = await this.dom.post<ImportSample>("/api/desk/import-sample", request);
      this.samples.set(import_id, sample.comments);
      this.dom.focusOn(`#sample-${import_id}`);
    });
  }

  async sign(overview: ImportOverview): Promise<void> {
    const { rows_hash } = overview;
    if (rows_hash === null) return;
    await this.#withBusy(async () => {
      const request = await this.signer.sign(overview, rows_hash);
      const { appears } = await this.dom.post<SignedImport>("/api/desk/sign-import", request);
      await Promise.all([this.load(), this.changed()]);
      this.dom.announce(
        gettext("Signed. The comments appear from %(time)s on.", { time: appears.label }),
      );
      this.dom.focusOn("h1");
    });
  }

  askToRefuse(import_id: string | null): void {
    this.refusingId = import_id;
    this.dom.focusOn(import_id === null ? "h1" : "#refuse-question");
    this.dom.requestRender();
  }

  async refuse({ import_id }: ImportOverview): Promise<void> {
    await this.#withBusy(async () => {
      try {
        await this.dom.post("/api/desk/refuse-import", { import_id });
      } catch (error) {
        if (!isStored(error)) throw error;
      }
      this.refusingId = null;
      await Promise.all([this.load(), this.changed()]);
      this.dom.announce(gettext("Refused. All of its comments were deleted here."));
      this.dom.focusOn("h1");
    });
  }

  async #withBusy(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.error = null;
    this.dom.requestRender();
    try {
      await work();
    } catch (error) {
      this.error = errorMessage(error);
      this.dom.focusOn("#imports-error");
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}
