/** Shows that a page is working, and the error if the work fails. */

import { errorMessage } from "../api/client.ts";

interface BusyPage {
  isBusy: boolean;
  error: string | null;
}

export async function withBusy(
  page: BusyPage,
  requestRender: () => void,
  work: () => Promise<void>,
): Promise<void> {
  page.isBusy = true;
  page.error = null;
  requestRender();
  try {
    await work();
  } catch (error) {
    page.error = errorMessage(error);
  } finally {
    page.isBusy = false;
    requestRender();
  }
}
